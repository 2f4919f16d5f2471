"""Compose the rooms: `online` for a request or job, `offline` to train and index, `commands` for the CLI."""
