"""The shipped change to the encoder: small, whole, and never mixed with heads that were fitted over another."""

from pathlib import Path

import pytest

from core.artifacts import open_artifact
from core.encoder import TextEncoder
from core.errors import BrokenArtifact
from safety.text.classifier import ADAPTER, ADAPTER_NAME, ADAPTER_SCHEMA, ENCODER_VARIANT, SHIPPED, TextClassifier

_MOST_BYTES = 4_000_000


def test_the_adapter_says_how_it_was_made_and_holds_no_one_elses_weights() -> None:
    manifest = open_artifact(ADAPTER, name=ADAPTER_NAME, schema_version=ADAPTER_SCHEMA)
    assert manifest.data["recipe"]["rank"] > 0
    assert all(source["licence"] for source in manifest.data["sources"].values())
    assert "moviegen" not in manifest.data["sources"]
    assert sum(path.stat().st_size for path in ADAPTER.iterdir()) < _MOST_BYTES


def test_heads_are_not_served_over_an_encoder_adapted_otherwise(encoder_folder: Path, tmp_path: Path) -> None:
    for folder in (Path(), Path(ENCODER_VARIANT)):
        (tmp_path / folder).mkdir(exist_ok=True)
        for name in ("model.onnx", "tokenizer.json"):
            (tmp_path / folder / name).symlink_to((encoder_folder / folder / name).absolute())
        manifest = (encoder_folder / folder / "manifest.json").read_text(encoding="utf-8")
        revision = open_artifact(ADAPTER, name=ADAPTER_NAME, schema_version=ADAPTER_SCHEMA).revision
        (tmp_path / folder / "manifest.json").write_text(manifest.replace(revision, "another"), encoding="utf-8")
    with pytest.raises(BrokenArtifact, match="another"):
        TextClassifier(TextEncoder(tmp_path))


def test_two_classifiers_score_the_same_text_the_same(encoder: TextEncoder) -> None:
    texts = [f"a calm lake at dawn, take {n}" for n in range(20)]
    many = TextClassifier(encoder).scores(texts)
    fresh = TextClassifier(encoder, SHIPPED)
    assert many == [fresh.scores([text])[0] for text in texts]
