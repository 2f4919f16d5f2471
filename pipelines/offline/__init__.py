"""Work that no request waits for: the demo city, training, snapshots, indexes, evaluation, replays."""
