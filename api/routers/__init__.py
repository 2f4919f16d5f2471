"""One file a group of paths; each handler says who, what, one call, and a shape."""
