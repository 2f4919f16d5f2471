"""One readable function per journey. Loads state from storage, asks the rooms, stores what they decided."""
