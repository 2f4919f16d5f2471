"""Films and where they are kept: the film type, MP4 in and out, the media store."""
