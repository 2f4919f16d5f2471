"""Transcripts by a whole Whisper checkpoint with tiny random weights."""

from pathlib import Path

import numpy as np
import pytest

from core.errors import Unavailable
from safety.audio.transcript import Transcriber
from tests.safety.tiny_models import save_whisper

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning")


def test_a_checkpoint_in_a_folder_writes_down_each_part(tmp_path: Path) -> None:
    transcriber = Transcriber(str(save_whisper(tmp_path / "whisper")))
    waves = [np.zeros(16_000, np.float32), np.random.default_rng(0).normal(0, 0.1, 48_000).astype(np.float32)]
    texts = transcriber(waves)
    assert len(texts) == 2
    assert all(isinstance(text, str) for text in texts)
    assert texts == transcriber(waves)


def test_a_hub_id_needs_a_pinned_revision() -> None:
    with pytest.raises(Unavailable, match="needs a revision"):
        Transcriber("org/whisper")
