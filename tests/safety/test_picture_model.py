"""What frames show: a whole open_clip model with tiny random weights, its prompts, and heads trained over it."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.clock import ManualClock
from core.errors import BrokenArtifact, InvalidInput, Unavailable
from core.media.film import Frame
from pipelines.offline.moderation.picture_heads import LabelledFrame, train_picture_heads, write_labels
from safety.film.detectors import DetectorConfig, open_detectors
from safety.guard import DetectorFault
from safety.picture.heads import PictureHeads
from safety.picture.prompts import load_prompts
from safety.picture.vision import ClipModel, ZeroShot, located
from tests.conftest import NOON
from tests.safety.tiny_models import save_clip

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning")


def painted(red: int, seed: int) -> Frame:
    """A noisy picture, reddish or bluish."""
    rng = np.random.default_rng(seed)
    frame = rng.integers(0, 60, (32, 32, 3), dtype=np.uint8)
    frame[..., 0] += np.uint8(red)
    frame[..., 2] += np.uint8(190 - red)
    return frame


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_clip(tmp_path_factory.mktemp("clip") / "model")


@pytest.fixture(scope="module")
def model(folder: Path) -> ClipModel:
    return ClipModel(str(folder))


@pytest.fixture(scope="module")
def frames(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty reddish frames called violent, forty bluish ones that are not, ten films each."""
    home = tmp_path_factory.mktemp("frames")
    rows = []
    for number in range(80):
        is_red = number % 2
        Image.fromarray(painted(190 if is_red else 0, number)).save(home / f"{number}.png")
        rows.append(LabelledFrame(file=f"{number}.png", labels={"violence": is_red}, group=f"film {number // 4}"))
    write_labels(home, rows)
    return home


@pytest.fixture(scope="module")
def heads(model: ClipModel, frames: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("heads") / "heads"
    train_picture_heads(frames, target, model.look, checkpoint=model.checkpoint, clock=ManualClock(NOON))
    return target


def test_vectors_are_unit_long_and_do_not_depend_on_the_batch(model: ClipModel) -> None:
    pictures = [painted(190, seed) for seed in range(11)]
    whole = model.look(pictures)
    assert whole.shape == (11, 16)
    assert np.allclose(np.linalg.norm(whole, axis=1), 1, atol=1e-5)
    assert np.allclose(model.look(pictures[3:4])[0], whole[3], atol=1e-5)


def test_prompts_give_every_category_a_share_and_the_ordinary_none() -> None:
    prompts = load_prompts()

    def read(texts: Sequence[str]) -> np.ndarray:
        near = [any(word in text for word in prompts.category[0].shows) for text in texts]
        return np.asarray([[1.0, 0.0] if yes else [0.0, 1.0] for yes in near], dtype=np.float32)

    scores = ZeroShot(prompts, read).scores(np.asarray([[1.0, 0.0], [0.0, 1.0]], dtype=np.float32))
    assert set(scores[0]) == {item.category for item in prompts.category}
    assert scores[0]["sexual"] > 0.99
    assert scores[1]["sexual"] < 0.01
    assert scores[0]["hate"] < 0.5


def test_heads_learn_are_measured_and_know_their_checkpoint(model: ClipModel, heads: Path) -> None:
    opened = PictureHeads.open(heads)
    assert opened.categories == ("violence",)
    assert opened.checkpoint == model.checkpoint
    assert "hate" in opened.manifest.data["without_head"]
    red, blue = opened.scores(model.look([painted(190, 500), painted(0, 501)]))
    assert red["violence"] > 0.5 > blue["violence"]


def test_heads_are_measured_on_films_that_they_never_saw(frames: Path, tmp_path: Path) -> None:
    places = np.random.default_rng(0).normal(size=(32 * 32 * 3, 24)).astype(np.float32)

    def look(pictures: Sequence[Frame]) -> np.ndarray:
        vectors = np.stack([frame.reshape(-1) - 60.0 for frame in pictures]).astype(np.float32) @ places
        noise = np.random.default_rng(len(pictures)).normal(0, np.abs(vectors).mean(), vectors.shape)
        return ((vectors + noise) / np.linalg.norm(vectors + noise, axis=1, keepdims=True)).astype(np.float32)

    manifest = train_picture_heads(frames, tmp_path / "heads", look, checkpoint="projection", clock=ManualClock(NOON))
    figures = manifest.metrics["violence"]
    assert figures["held_out"] + figures["trained_on"] + manifest.data["calibrate"] == manifest.data["frames"] == 80
    assert figures["held_out"] % 4 == 0  # whole films
    assert figures["average_precision"] > 0.9
    assert figures["brier"] < 0.2


def test_heads_of_another_checkpoint_or_changed_ones_are_refused(heads: Path, tmp_path: Path) -> None:
    with pytest.raises(BrokenArtifact, match="was trained on checkpoint"):
        PictureHeads.open(heads).require("another", heads)
    broken = tmp_path / "heads"
    broken.mkdir()
    for file in heads.iterdir():
        (broken / file.name).write_bytes(file.read_bytes().replace(b"violence", b"harmless"))
    with pytest.raises(BrokenArtifact):
        PictureHeads.open(broken)


def test_configured_models_answer_from_a_process_of_their_own(folder: Path, heads: Path) -> None:
    detectors = open_detectors(DetectorConfig(clip_model=str(folder), clip_heads=heads, timeout_s=200))
    assert detectors.pictures is not None
    (scores, calibrated), _ = detectors.pictures.scores([painted(190, 1), painted(0, 2)])
    assert calibrated == {"violence"}
    assert scores["violence"] > 0.5
    assert {"sexual", "hate"} < set(scores)
    assert detectors.pictures.revision.startswith("picture:model/")


def test_a_model_that_is_not_there_is_a_fault_that_says_so(tmp_path: Path) -> None:
    detectors = open_detectors(DetectorConfig(clip_model=str(tmp_path / "nowhere")))
    assert detectors.pictures is not None
    with pytest.raises(DetectorFault, match="pinned revision"):
        detectors.pictures.scores([painted(0, 0)])


def test_models_are_found_by_folder_or_by_name_with_weights(folder: Path, tmp_path: Path) -> None:
    assert located(str(folder))[0] == f"local-dir:{folder}"
    weights = folder / "open_clip_model.safetensors"
    assert located("ViT-B-32", weights=str(weights)) == ("ViT-B-32", weights)
    for source, given in ((str(tmp_path), {}), ("org/model", {}), ("ViT-B-32", {"weights": str(tmp_path / "no")})):
        with pytest.raises(Unavailable):
            located(source, **given)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('{"file": "0.png", "labels": {"sexual/minors": 1}}', "cannot be trained on"),
        ('{"file": "0.png", "labels": {"rudeness": 1}}', "'rudeness'"),
        ('{"file": "0.png", "labels": {"violence": 2}}', "'violence'"),
        ('{"file": "../x.png", "labels": {"violence": 1}}', "not below the folder"),
        ("not json", "Line 1"),
    ],
)
def test_labels_that_cannot_be_used_are_told_by_line(tmp_path: Path, line: str, says: str) -> None:
    (tmp_path / "labels.jsonl").write_text(line)
    with pytest.raises(InvalidInput, match=says):
        train_picture_heads(tmp_path, tmp_path / "out", lambda _: np.zeros((1, 2), np.float32), checkpoint="x",
                            clock=ManualClock(NOON))  # fmt: skip
