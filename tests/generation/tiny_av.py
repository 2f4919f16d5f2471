"""A kindling-av of a few thousand random weights, for tests."""

from pathlib import Path

import torch

from core.clock import SystemClock
from generation.av.checkpoint import AvModel, write_model
from generation.av.codec import PictureCodec, SoundCodec
from generation.av.config import AvConfig, CodecConfig, MediaConfig, ModelConfig
from generation.av.transformer import AvTransformer

TINY = AvConfig(
    media=MediaConfig(side_px=64, chunks=3),
    codec=CodecConfig(picture_channels=4, picture_widths=(8, 8, 8), sound_channels=4, sound_width=16),
    model=ModelConfig(width=32, layers=1, heads=2, feed_forward=32),
)


def tiny_model(seed: int = 3) -> AvModel:
    """Return a model with random weights, those that begin at nothing included."""
    torch.manual_seed(seed)
    transformer = AvTransformer(TINY)
    for last, spread in ((transformer.picture_out, 0.2), (transformer.sound_out, 0.2), (transformer.words, 1.0)):
        torch.nn.init.normal_(last.weight, std=spread)
    return AvModel(TINY, PictureCodec(TINY).eval(), SoundCodec(TINY).eval(), transformer.eval())


def tiny_folder(folder: Path) -> Path:
    """Write such a model to ``folder``."""
    write_model(tiny_model(), folder, SystemClock(), made_by="a test", data={})
    return folder
