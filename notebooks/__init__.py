"""Notebooks for the policy team: marimo apps (plain Python files) that import the product's own functions.

Open one with ``marimo edit notebooks/tune_thresholds.py``, show it with ``marimo run``, or run it as a script.
"""
