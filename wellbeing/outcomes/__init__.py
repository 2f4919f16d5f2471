"""Did it help? Experiments read so that one may look every day, and that say "inconclusive" when they do not know."""
