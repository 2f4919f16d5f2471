"""What a video is: mood, topics, pace and more, read from its words, each with a probability."""
