"""Attributes: what is read off a text is what a person would say of it, and the shipped heads are whole."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from core.artifacts import open_artifact
from core.clock import ManualClock
from core.encoder import TextEncoder
from core.errors import BrokenArtifact
from pipelines.offline.attributes.adapting import train_attribute_adapter
from pipelines.offline.attributes.authored import authored_lines, authored_videos
from pipelines.offline.attributes.labels import labels_by_key
from pipelines.offline.attributes.regression import logistic_regressions
from pipelines.offline.attributes.train import train_attributes
from pipelines.offline.text_adapter import Adapter, AdapterConfig
from ranking.understanding.attributes import GRADES, GROUPS, INDEX, NAMES, grade_of, record_of, truth_of
from ranking.understanding.kept import stored_record
from ranking.understanding.model import (
    ADAPTER_NAME,
    ADAPTER_SCHEMA,
    ENCODER_VARIANT,
    SHIPPED,
    AttributeModel,
)


@pytest.fixture(scope="module")
def model() -> AttributeModel:
    return AttributeModel.open()


@pytest.mark.parametrize(
    ("text", "has", "lacks"),
    [
        ("a cat sleeps on a pillow by the fire", "topics:pets", "topics:vehicles"),
        ("sports cars race around a track at full speed", "topics:vehicles", "mood:calming"),
        ("gentle waves roll onto an empty beach at dawn", "topics:ocean", "mood:tense"),
        ("a chef plates a steaming bowl of pasta", "topics:food", "topics:space"),
        ("an astronaut floats above the earth", "topics:space", "topics:food"),
    ],
)
def test_a_text_has_what_a_person_would_say_of_it(
    model: AttributeModel, encoder: TextEncoder, text: str, has: str, lacks: str
) -> None:
    (row,) = model.of_texts(encoder.encode([text]), [text])
    assert row[INDEX[has]] > row[INDEX[lacks]] + 0.3


def test_the_adapted_encoder_reads_what_the_plain_one_misses(model: AttributeModel, encoder: TextEncoder) -> None:
    lines = authored_lines()
    texts, truth = [line["text"] for line in lines], np.asarray([truth_of(line) for line in lines])
    plain = model.of_texts(encoder.encode(texts), texts)
    close = model.closely(encoder.variant(ENCODER_VARIANT).encode(texts), texts)
    known = ~np.isnan(truth)
    assert np.abs(close - truth)[known].mean() < np.abs(plain - truth)[known].mean()


def test_a_wild_text_is_more_arousing_than_a_still_one(model: AttributeModel, encoder: TextEncoder) -> None:
    texts = ["a car chase with explosions", "snow falls on a silent lake"]
    wild, still = model.of_texts(encoder.encode(texts), texts)
    assert grade_of(list(wild), "arousal") > grade_of(list(still), "arousal") + 1


def test_a_videos_attributes_do_not_depend_on_its_neighbours(model: AttributeModel, encoder: TextEncoder) -> None:
    texts = ["a red ball bounces", "xyzzy", "a dog runs", "rain on a window"]
    vectors = encoder.encode(texts)
    for place, text in enumerate(texts):
        alone = model.of_texts(vectors[place : place + 1], [text])[0]
        np.testing.assert_allclose(model.of_texts(vectors, texts)[place], alone, atol=1e-6)


def test_the_stored_record_lists_likely_values_and_names_its_model(model: AttributeModel, encoder: TextEncoder) -> None:
    texts = ["a chef plates a steaming bowl of pasta"]
    (row,) = model.of_texts(encoder.encode(texts), texts).tolist()
    record = stored_record(row, model.revision)
    assert "food" in record["topics"]
    assert record["revision"] == model.revision
    assert json.loads(json.dumps(record)) == record
    assert set(record) == {*GROUPS, "arousal", "valence", "makeable", "revision", "probabilities"}


def test_unknown_labels_teach_nothing() -> None:
    video = {**dict.fromkeys(("people", "time", "pace", "setting", "style"), "-"), "mood": ["sad"], "topics": []}
    truth = truth_of({**video, "arousal": -1, "valence": "-", "makeable": 4})
    assert truth[INDEX["mood:sad"]] == 1
    assert np.isnan(truth[INDEX["pace:slow"]])
    assert np.isnan(truth[INDEX["arousal>=3"]])
    assert truth[INDEX["makeable>=4"]] == 1
    assert truth[INDEX["makeable>=5"]] == 0


def test_our_own_texts_use_only_known_labels() -> None:
    videos = authored_videos()
    assert len({video["text"] for video in videos}) == len(videos) >= 13_500
    assert {topic for video in videos for topic in video["topics"]} <= set(GROUPS["topics"])
    assert {mood for video in videos for mood in video["mood"]} <= set(GROUPS["mood"])
    for group in ("people", "time", "pace", "style"):
        assert {video[group] for video in videos} <= {*GROUPS[group], "-"}
    assert {video["setting"] for video in videos} <= {*GROUPS["setting"], "both", "abstract", "-"}
    for grade in GRADES:
        assert {video[grade] for video in videos} <= set("12345")


def test_our_own_texts_show_every_attribute_often_enough_to_learn_it() -> None:
    shown = np.nansum(np.asarray([truth_of(video) for video in authored_videos()]), axis=0)
    assert [name for name, count in zip(NAMES, shown, strict=True) if count < 250] == []


def test_labels_of_public_prompts_name_each_text_once_and_use_only_known_labels() -> None:
    rows = labels_by_key()
    assert len({key for key, _ in rows}) == len(rows) >= 3300
    assert all(re.fullmatch("[0-9a-f]{16}", key) for key, _ in rows)
    for _, labels in rows:
        assert set(labels["topics"]) <= set(GROUPS["topics"])
        assert labels["mood"]
        assert set(labels["mood"]) <= set(GROUPS["mood"])
        assert {labels["arousal"], labels["valence"], labels["makeable"]} <= set("12345")
        assert labels["people"] in GROUPS["people"]
        assert labels["pace"] in GROUPS["pace"]


def test_training_publishes_heads_that_open(encoder: TextEncoder, tmp_path: Path, clock: ManualClock) -> None:
    labelled = authored_videos()[:80]
    (tmp_path / "videos.jsonl").write_text("".join(json.dumps(video) + "\n" for video in labelled))
    manifest = train_attributes(tmp_path / "videos.jsonl", encoder, tmp_path / "heads", clock, authored=labelled)
    assert AttributeModel.open(tmp_path / "heads").revision == manifest.revision
    assert manifest.data["labelled"] == 80


def test_regressions_fitted_together_are_those_of_scikit_learn() -> None:
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import LogisticRegression

    dice = np.random.default_rng(3)
    features = dice.normal(size=(200, 6)) * (dice.random((200, 6)) < 0.5)
    labels = (features @ dice.normal(size=(6, 3)) + dice.normal(size=(200, 3)) > 0).astype(float)
    labels[:40, 1] = np.nan
    weights = dice.uniform(0.1, 2.0, 200)
    together = logistic_regressions(features[:, :4], csr_matrix(features[:, 4:]), labels, weights, 8.0)
    for column, found in enumerate(together):
        known = ~np.isnan(labels[:, column])
        alone = LogisticRegression(C=8.0, max_iter=400, tol=1e-8).fit(
            features[known], labels[known, column], sample_weight=weights[known]
        )
        np.testing.assert_allclose(found, [*alone.coef_[0], *alone.intercept_], atol=0.01)


def test_an_adapter_is_trained_on_labelled_and_own_texts_and_sealed(tmp_path: Path, clock: ManualClock) -> None:
    lines = authored_lines()[:24]
    config = AdapterConfig(texts=32, batch=16, layers=1, rank=2)
    manifest = train_attribute_adapter(lines[:12], lines[12:], tmp_path, clock, config)
    assert open_artifact(tmp_path, name=ADAPTER_NAME, schema_version=ADAPTER_SCHEMA).revision == manifest.revision
    assert manifest.data["labelled"] == manifest.data["authored"] == 12
    assert any(up.any() for _, up in Adapter.read(tmp_path / "adapter.npz").factors.values())


def test_damaged_heads_are_refused(tmp_path: Path) -> None:
    for file in SHIPPED.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "heads.npz").write_bytes(b"not heads")
    with pytest.raises(BrokenArtifact):
        AttributeModel.open(tmp_path)


def test_a_record_of_nothing_likely_is_empty() -> None:
    record = record_of([0.0] * len(NAMES), "r1")
    assert record["topics"] == {}
    assert record["arousal"] == 1.0
