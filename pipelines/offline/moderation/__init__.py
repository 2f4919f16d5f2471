"""Trains and measures the moderation classifiers."""
