"""Who sees what: candidates, features, heads, value, steering, diversity, explanations."""
