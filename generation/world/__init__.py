"""The world backend: a prompt becomes a small simulated scene, drawn and heard."""
