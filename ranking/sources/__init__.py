"""Candidate sources: each brings videos for one reason."""
