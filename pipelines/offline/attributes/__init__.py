"""Trains the attribute heads from texts of our own and the labelled videos of the steering benchmark."""
