"""The red team: unsafe wishes in disguise, searched for what is let through, and safe ones beside them."""
