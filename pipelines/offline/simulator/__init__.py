"""A closed loop in the demo city: engines make pages, people respond by their hidden tastes, engines learn from it."""
