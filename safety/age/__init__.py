"""How someone's age becomes known: methods behind one interface, and the one rule that decides."""
