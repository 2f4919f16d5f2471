"""Films from diffusers pipelines (the LTX-2 family): optional, by local path or hub id."""
