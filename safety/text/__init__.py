"""What a text says: normalising, scoring, the classes of harm that words show."""
