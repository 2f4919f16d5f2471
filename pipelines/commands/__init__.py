"""The ``kindling`` command: one small file per group of sub-commands."""
