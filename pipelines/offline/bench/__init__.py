"""Benchmarks: each prints a measured figure, its goal, and a ratio against a named peer in the same run."""
