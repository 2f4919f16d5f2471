"""kindling-av: a small diffusion transformer that makes frames and sound together, trained on the world's own films."""
