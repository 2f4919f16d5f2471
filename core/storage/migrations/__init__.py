"""Alembic's scripts: one file a step, never edited once it has landed."""
