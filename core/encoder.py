"""The text encoder: all-MiniLM-L6-v2 as int8 ONNX, served by onnxruntime without torch."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.artifacts import open_artifact

ENCODER_NAME = "text-encoder"
ENCODER_SCHEMA = 1
DIMENSIONS = 384
MAX_TOKENS = 256

Vectors = NDArray[np.float32]


def variant_name(variant: str) -> str:
    """Return the artifact name of a variant of the encoder."""
    return f"{ENCODER_NAME}-{variant}"


class TextEncoder:
    """Turns texts into unit vectors of 384 float32s.

    Texts run one at a time: dynamic int8 scales activations by the whole tensor, so in a batch a text's vector would
    depend on its neighbours, and a verdict or a ranking with it.
    """

    def __init__(self, folder: Path, *, threads: int = 1, name: str = ENCODER_NAME) -> None:
        # Imported here: only processes that encode pay for the runtime.
        import onnxruntime
        from tokenizers import Tokenizer

        self._folder, self._threads = folder, threads
        self.manifest = open_artifact(folder, name=name, schema_version=ENCODER_SCHEMA)
        self.revision = self.manifest.revision
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MAX_TOKENS)

    def variant(self, name: str) -> "TextEncoder":
        """Return a variant that lies inside this encoder's folder. Raises ``BrokenArtifact`` if none is there."""
        return TextEncoder(self._folder / name, threads=self._threads, name=variant_name(name))

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return an array of shape (len(texts), 384), each row of length one."""
        vectors = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        for row, encoding in enumerate(self._tokenizer.encode_batch(list(texts))):
            vectors[row] = self._run(np.asarray([encoding.ids], dtype=np.int64))[0]
        return vectors

    def encode_one(self, text: str) -> Vectors:
        """Return the vector of one text, shape (384,)."""
        vector: Vectors = self.encode([text])[0]
        return vector

    def is_word(self, text: str) -> bool:
        """Return whether a lower-case word is one that the encoder knows whole: a common English word or name."""
        return self._tokenizer.token_to_id(text) is not None

    def common_words(self) -> list[str]:
        """Return the words that the encoder knows whole, the most frequent first."""
        places = self._tokenizer.get_vocab()
        return [word for word in sorted(places, key=places.__getitem__) if word.isascii() and word.isalpha()]

    def _run(self, tokens_BT: NDArray[np.int64]) -> Vectors:  # noqa: N803 - shapes are named
        (pooled,) = self._session.run(None, {"input_ids": tokens_BT})
        norms = np.linalg.norm(pooled, axis=1, keepdims=True)
        unit: Vectors = (pooled / np.maximum(norms, 1e-12)).astype(np.float32)
        return unit
