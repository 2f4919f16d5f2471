"""Shapes of requests and answers. Requests refuse unknown keys and bound every length."""
