"""The web pages: templates, one stylesheet, small ES modules."""
