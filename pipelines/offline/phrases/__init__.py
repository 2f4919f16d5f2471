"""Trains what a phrase means that names no concept in known words."""
