"""The demo city: believable people, what they made, and sixty days of what they did. Deterministic by seed."""
