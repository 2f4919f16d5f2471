"""What is said in a film, by a Whisper model that an operator configures (Radford et al., 2022, arXiv:2212.04356).

This module is loaded in the model's own process (``safety/film/host.py``): nothing else imports torch for it.
"""

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import Unavailable

RATE_HZ = 16_000
_MOST_TOKENS, _PROMPT_TOKENS = 200, 8

Wave = NDArray[np.float32]


class Transcriber:
    """What answers in the model's process: 16 kHz waves in, what is said in each out."""

    def __init__(self, source: str, *, revision: str = "", device: str = "cpu") -> None:
        import torch

        transformers: Any = import_module("transformers")
        is_local = Path(source).is_dir()
        if not is_local and not revision:
            raise Unavailable(
                code="speech_model_missing", detail=f"{source} is no folder here, and a hub id needs a revision.",
                expected="KINDLING_WHISPER_MODEL: a folder, or a hub id with KINDLING_WHISPER_REVISION.",
            )  # fmt: skip
        pinned: dict[str, Any] = {"local_files_only": True} if is_local else {"revision": revision}
        self._torch, self._device = torch, device
        self._processor = transformers.WhisperProcessor.from_pretrained(source, **pinned)
        self._model = transformers.WhisperForConditionalGeneration.from_pretrained(
            source, use_safetensors=True, **pinned
        )
        self._model.to(device).eval()
        self._most_tokens = min(_MOST_TOKENS, self._model.config.max_target_positions - _PROMPT_TOKENS)

    def __call__(self, waves: Sequence[Wave]) -> list[str]:
        """Return what is said in each wave of at most 28 seconds."""
        return [self._said(wave) for wave in waves]

    def _said(self, wave: Wave) -> str:
        heard = self._processor(wave, sampling_rate=RATE_HZ, return_tensors="pt", return_attention_mask=True)
        with self._torch.inference_mode():
            tokens = self._model.generate(
                heard.input_features.to(self._device, self._model.dtype),
                attention_mask=heard.attention_mask.to(self._device), max_new_tokens=self._most_tokens,
            )  # fmt: skip
        return str(self._processor.batch_decode(tokens, skip_special_tokens=True)[0]).strip()


def open_transcriber(source: str, revision: str, device: str) -> Transcriber:
    """Make what answers, in its own process. Raises ``Unavailable``."""
    return Transcriber(source, revision=revision, device=device)
