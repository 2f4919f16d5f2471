"""Trains kindling-av on the world's experiments, and measures it against their truth."""
