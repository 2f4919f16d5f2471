"""Steering: what a person asks of their feed in plain words, and what it does to a page."""
