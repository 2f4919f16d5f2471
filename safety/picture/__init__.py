"""What a film's frames show: what they are of, and whether there are faces."""
