"""Recommending from who did what and who knows whom: a graph convolution, a linear model, friends, and their blend."""
