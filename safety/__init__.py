"""What may be seen or made: classifiers, policies, likeness consent, media checks, provenance."""
