"""What a film shows and sounds like: flashes, words on screen, loudness; one verdict from all."""
