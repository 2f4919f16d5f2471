"""Heads: trained on what serving sees, calibrated, guarded; and never on time spent."""

from dataclasses import fields
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BrokenArtifact, Conflict
from core.ids import PageId, PersonId, new_id
from core.records import Event
from core.storage.events import Events
from core.storage.pages import Impression, Lease, Pages
from core.storage.people import People
from core.vocabulary import EventKind, FeedMode, Reason
from pipelines.offline.head_metrics import auc, evaluate, expected_calibration_error, platt
from pipelines.offline.head_report import write_report
from pipelines.offline.head_rows import Moments, head_rows, point_in_time_facts
from pipelines.offline.heads import Guardrails, HeadsConfig, train_and_publish
from pipelines.offline.ranking_data import load_ranking_data
from pipelines.offline.vectors import Vectors
from pipelines.online.viewers import load_viewer
from ranking.features import FEATURES, PairFacts, matrix
from ranking.heads import HEADS, MEASURED, PRIORS, Calibration, Heads, HeadsFile
from ranking.state import facts_for, state_of
from ranking.trees import Trees
from tests.ranking.conftest import World

FEW = HeadsConfig(rounds=10, least_positives=5, threads=1)


def live(world: World, days: int = 20, seed: int = 3) -> None:
    """Let everybody look at pages for some days; dogs and cake please, cars do not."""
    random = np.random.default_rng(seed)
    videos = {video.id: video for video in load_ranking_data(world.database, world.encoder).videos}
    people = [f"per_{name}" for name in ("ada", "bo", "cy", "dee", "eli", "fay", "gus", "hal")]
    start = world.clock.now() - timedelta(days=days)
    number = 0
    with world.database.write() as tx:
        for day in range(days):
            for place, person in enumerate(people):
                at = start + timedelta(days=day, minutes=10 * place)
                shown = random.permutation(list(videos))[:8]
                page = PageId(f"page_{day}_{place}")
                Pages(tx).add(
                    Lease(page, PersonId(person), FeedMode.RANKED, 8, "old", "old", {}, at),
                    [
                        Impression(page, spot, video, PersonId(person), Reason.FRESH, 0.5, 0.0, {}, at)
                        for spot, video in enumerate(shown)
                    ],
                )
                events = []
                for video in shown:
                    for kind, value in reactions(videos[video].prompt, random):
                        number += 1
                        moment = at + timedelta(seconds=30 + number % 50)
                        events.append(
                            Event(f"e{number}", PersonId(person), kind, moment, moment, video_id=video, value=value)
                        )
                Events(tx).append(events)


def reactions(prompt: str, random: Any) -> list[tuple[EventKind, float | None]]:
    nice = "puppy" in prompt or "cake" in prompt
    found: list[tuple[EventKind, float | None]] = []
    if random.random() < (0.7 if nice else 0.05):
        found.append((EventKind.LIKE, None))
    if random.random() < (0.3 if nice else 0.02):
        found.append((EventKind.REMIX, None))
    if random.random() < 0.4:
        found.append((EventKind.POLL_ANSWER, 5.0 if nice else 2.0))
    if "car" in prompt and random.random() < 0.4:
        found.append((EventKind.HIDE, None))
    if random.random() < 0.3:
        found.append((EventKind.LOOK_BACK, 4.0 if nice else 1.0))
    if random.random() < 0.5:
        found.append((EventKind.COMPLETE, None))
    return found


def settled(world: World) -> None:
    with world.database.write() as tx:
        for follower in ("ada", "bo", "cy"):
            for followee in ("ada", "bo", "cy", "dee"):
                if follower != followee:
                    at = world.clock.now() - timedelta(days=90)
                    People(tx).follow(PersonId(f"per_{follower}"), PersonId(f"per_{followee}"), at)


def test_training_and_serving_see_the_same_features(small_world: World) -> None:
    """The facts of an impression, gathered from the log, equal those that serving gathers for the same viewer then."""
    settled(small_world)
    live(small_world, days=6)
    midnight = small_world.clock.now().replace(hour=0)
    small_world.clock.set(midnight)
    data = load_ranking_data(small_world.database, small_world.encoder, until=midnight.timestamp())
    small_world.snapshot()
    rooms = small_world.open_rooms()
    noon = midnight + timedelta(hours=12)
    with small_world.database.write() as tx:
        shown = [video.id for video in data.videos]
        lease = Lease(PageId("page_noon"), PersonId("per_ada"), FeedMode.RANKED, 40, "s", "p", {}, noon)
        Pages(tx).add(
            lease,
            [
                Impression(PageId("page_noon"), 0 if spot == 0 else spot, video, PersonId("per_ada"), Reason.FRESH, 1.0,
                           0.0, {}, noon)
                for spot, video in enumerate(shown)
            ],
        )  # fmt: skip
        morning = noon - timedelta(hours=2)
        Events(tx).append(
            [
                Event(new_id("evt"), PersonId("per_ada"), EventKind.LIKE, morning, morning, video_id=shown[3]),
                Event(new_id("evt"), PersonId("per_ada"), EventKind.HIDE, morning, morning, video_id=shown[4]),
            ]
        )
    later = load_ranking_data(small_world.database, small_world.encoder)
    snapshot = rooms.ranking.snapshot
    everything = np.ones(len(later.shown.at), dtype=bool)
    vectors = Vectors(np.asarray(snapshot.videos["vector"]), np.asarray(snapshot.person_vectors), np.zeros((384, 64)))
    trained = point_in_time_facts(later, [(everything, vectors)])
    mine = later.shown.at == noon.timestamp()
    small_world.clock.set(noon)
    with small_world.database.read() as tx:
        person = People(tx).find(PersonId("per_ada"))
        assert person is not None
        viewer = load_viewer(tx, rooms, person, noon)
    catalogue = rooms.ranking.catalogue
    served = facts_for(state_of(viewer, catalogue, noon), catalogue, catalogue.rows_of(shown))
    order = np.argsort(later.shown.video[mine], kind="stable")
    for fact in fields(PairFacts):
        if fact.name == "position":
            continue
        from_log = np.asarray(getattr(trained, fact.name), dtype=np.float64)[mine][order]
        assert np.allclose(from_log, getattr(served, fact.name), atol=1e-5), fact.name


def test_training_publishes_heads_that_find_what_people_like(small_world: World) -> None:
    settled(small_world)
    live(small_world)
    manifest = train_and_publish(
        small_world.database, small_world.encoder, small_world.settings, small_world.clock, config=FEW
    )
    assert {"like", "create", "satisfied", "hide", "regret"} <= set(manifest.metrics)
    assert manifest.metrics["like"]["auc"] > 0.65
    assert manifest.metrics["satisfied"]["auc"] > 0.65
    assert 0 <= manifest.metrics["like"]["ece"] < 0.2
    ranking = small_world.open_rooms().ranking
    assert set(ranking.snapshot.heads.trained) == set(manifest.metrics) - set(MEASURED)
    assert len(small_world.page("lou").items) == 8


def test_worse_heads_are_not_published(small_world: World) -> None:
    settled(small_world)
    live(small_world)
    arguments = (small_world.database, small_world.encoder, small_world.settings, small_world.clock)
    first = train_and_publish(*arguments, config=FEW)
    poor = HeadsConfig(rounds=1, leaves=2, learning_rate=0.01, least_positives=5, threads=1)
    with pytest.raises(Conflict, match="not published") as caught:
        train_and_publish(*arguments, config=poor, guardrails=Guardrails(auc_drop=0.0, ece_rise=0.0))
    assert caught.value.code == "guardrail"
    assert (small_world.settings.snapshots / "CURRENT").read_text().strip() == first.revision


def test_a_new_snapshot_carries_the_heads_over(small_world: World) -> None:
    settled(small_world)
    live(small_world)
    arguments = (small_world.database, small_world.encoder, small_world.settings, small_world.clock)
    train_and_publish(*arguments, config=FEW)
    small_world.clock.advance(hours=1)
    small_world.snapshot()
    assert small_world.open_rooms().ranking.snapshot.heads.trained


def test_training_twice_gives_the_same_heads(small_world: World) -> None:
    live(small_world, days=10)
    arguments = (small_world.database, small_world.encoder, small_world.settings, small_world.clock)
    assert train_and_publish(*arguments, config=FEW).files == train_and_publish(*arguments, config=FEW).files


def test_an_empty_database_trains_nothing_and_still_gives_a_snapshot(world: World) -> None:
    manifest = train_and_publish(world.database, world.encoder, world.settings, world.clock)
    assert manifest.metrics == {}
    assert world.open_rooms().ranking.snapshot.video_count == 0


def test_untrained_heads_answer_with_their_declared_prior() -> None:
    answered = Heads({}, Trees([]), {}).probabilities(np.zeros((3, len(FEATURES)), dtype=np.float32))
    assert {name: values.tolist() for name, values in answered.items()} == {name: [PRIORS[name]] * 3 for name in HEADS}


def test_a_row_scores_the_same_in_any_batch(small_world: World) -> None:
    live(small_world)
    train_and_publish(small_world.database, small_world.encoder, small_world.settings, small_world.clock, config=FEW)
    heads = small_world.open_rooms().ranking.snapshot.heads
    features = np.random.default_rng(1).random((50, len(FEATURES))).astype(np.float32)
    together = heads.probabilities(features)
    for row in range(0, 50, 7):
        alone = heads.probabilities(features[row : row + 1])
        assert all(alone[name][0] == together[name][row] for name in HEADS)


def test_heads_trained_on_other_features_are_refused(small_world: World, tmp_path: Path) -> None:
    live(small_world)
    train_and_publish(small_world.database, small_world.encoder, small_world.settings, small_world.clock, config=FEW)
    folder = next(path for path in small_world.settings.snapshots.iterdir() if path.is_dir()) / "heads"
    text = (folder / "heads.json").read_text().replace('"affinity"', '"watch_time"')
    (tmp_path / "heads.json").write_text(text)
    with pytest.raises(BrokenArtifact, match="other features"):
        Heads.open(tmp_path)


def test_trees_that_are_no_trees_are_refused(tmp_path: Path) -> None:
    (tmp_path / "like.txt").write_text("not a model")
    with pytest.raises(BrokenArtifact, match=r"like\.txt"):
        Trees([tmp_path / "like.txt"])


def test_no_feature_and_no_label_is_about_time_spent(small_world: World) -> None:
    live(small_world, days=4)
    before = head_rows(load_ranking_data(small_world.database, small_world.encoder))
    with small_world.database.write() as tx:
        at = small_world.clock.now() - timedelta(days=2)
        videos = load_ranking_data(small_world.database, small_world.encoder).videos
        kinds = (EventKind.VIEW, EventKind.COMPLETE, EventKind.SKIP)
        Events(tx).append(
            [
                Event(f"t{place}{kind}", PersonId("per_ada"), kind, at, at, video_id=video.id, value=99.0)
                for place, video in enumerate(videos)
                for kind in kinds
            ]
        )
    after = head_rows(load_ranking_data(small_world.database, small_world.encoder))
    assert np.array_equal(matrix(before.facts), matrix(after.facts))
    for name in HEADS:
        assert np.array_equal(before.labels[name], after.labels[name], equal_nan=True), name
    assert not np.array_equal(before.labels["complete"], after.labels["complete"], equal_nan=True)


def test_what_is_only_measured_is_never_loaded(small_world: World) -> None:
    live(small_world)
    manifest = train_and_publish(
        small_world.database, small_world.encoder, small_world.settings, small_world.clock, config=FEW
    )
    assert "complete" in manifest.metrics
    heads = small_world.open_rooms().ranking.snapshot.heads
    assert "complete" not in heads.trained
    assert set(heads.probabilities(np.zeros((2, len(FEATURES)), dtype=np.float32))) == set(HEADS)


def test_heads_in_force_are_judged_by_days_they_did_not_learn_from(small_world: World) -> None:
    settled(small_world)
    live(small_world)
    arguments = (small_world.database, small_world.encoder, small_world.settings, small_world.clock)
    first = train_and_publish(*arguments, config=FEW)
    path = small_world.settings.snapshots / first.revision / "heads" / "heads.json"
    described = HeadsFile.model_validate_json(path.read_text())
    rows = head_rows(load_ranking_data(small_world.database, small_world.encoder))
    train, calibrate, later = rows.split.parts(rows.at)
    assert described.learned_until == rows.split.later_from
    assert rows.at[train | calibrate].max() < described.learned_until <= rows.at[later].min()
    assert (train.astype(int) + calibrate + later == 1).all()
    path.write_text(described.model_copy(update={"learned_until": rows.at.max() + 1}).model_dump_json())
    with pytest.raises(Conflict, match="only 0 impressions are newer"):
        train_and_publish(*arguments, config=FEW)


def test_shared_friends_are_counted_as_of_the_moment(small_world: World) -> None:
    """A follow that comes after an impression must not be in its facts."""
    settled(small_world)
    live(small_world, days=6)
    before = head_rows(load_ranking_data(small_world.database, small_world.encoder))
    with small_world.database.write() as tx:
        for follower, followee in (("ada", "eli"), ("eli", "fay"), ("bo", "fay"), ("cy", "gus")):
            at = small_world.clock.now() - timedelta(minutes=1)
            People(tx).follow(PersonId(f"per_{follower}"), PersonId(f"per_{followee}"), at)
    after = head_rows(load_ranking_data(small_world.database, small_world.encoder))
    assert np.array_equal(matrix(before.facts), matrix(after.facts))
    assert before.facts.common_friends.max() > 0


def test_the_report_has_figures_calibration_and_importance_of_every_head(small_world: World, tmp_path: Path) -> None:
    settled(small_world)
    live(small_world)
    arguments = (small_world.database, small_world.encoder, small_world.settings, small_world.clock)
    manifest = train_and_publish(*arguments, config=FEW)
    page = write_report(manifest.metrics, manifest.revision, tmp_path / "report").read_text()
    for name, figures in manifest.metrics.items():
        assert f"<td>{figures['auc']:.4f}</td>" in page
        for kind in ("calibration", "importance"):
            assert "<svg" in (tmp_path / "report" / f"{name}-{kind}.svg").read_text()
            assert f"{name}-{kind}.svg" in page


@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 1000), st.floats(-3, 3)), max_size=30),
    st.integers(0, 4),
    st.integers(0, 1200),
)
def test_sums_before_a_moment_equal_adding_up_by_hand(
    events: list[tuple[int, int, float]], owner: int, at: int
) -> None:
    owners, times = np.array([e[0] for e in events], dtype=int), np.array([e[1] for e in events], dtype=float)
    values = np.array([e[2] for e in events], dtype=float)
    moments = Moments.of(owners, times)
    mine = (owners == owner) & (times < at)
    asked = (np.array([owner]), np.array([float(at)]))
    assert moments.sums(values, *asked)[0] == pytest.approx(values[mine].sum(), abs=1e-9)
    expected = (values[mine] * np.exp2(-(at - times[mine]) / 100.0)).sum()
    assert moments.decayed_sum(values, 100.0, *asked)[0] == pytest.approx(expected, abs=1e-9)
    later = times[(owners == owner) & (times >= at)]
    assert moments.next_after(*asked)[0] == (later.min() if len(later) else np.inf)


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 1, allow_nan=False)), min_size=2, max_size=40))
def test_auc_counts_ordered_pairs(pairs: list[tuple[bool, float]]) -> None:
    labels, scores = np.array([float(p[0]) for p in pairs]), np.array([p[1] for p in pairs])
    good, bad = scores[labels > 0], scores[labels == 0]
    if not len(good) or not len(bad):
        assert auc(labels, scores) is None
        return
    wins = sum((g > b) + 0.5 * (g == b) for g in good for b in bad) / (len(good) * len(bad))
    assert auc(labels, scores) == pytest.approx(wins)


def test_calibration_without_the_bias_of_few_rows() -> None:
    """A perfect head on few rows has a large plain error, as its floor says, and none without the bias."""
    random = np.random.default_rng(5)
    said = random.uniform(0.2, 0.6, 700)
    figures = [evaluate((random.random(700) < said).astype(float), said) for _ in range(40)]
    assert np.mean([item["ece"] for item in figures]) > 0.04
    assert np.mean([item["ece_floor"] for item in figures]) == pytest.approx(
        np.mean([item["ece"] for item in figures]), abs=0.005
    )
    assert np.median([item["calibration_rms"] for item in figures]) < 0.02
    off = [evaluate((random.random(700) < said - 0.15).astype(float), said)["calibration_rms"] for _ in range(40)]
    assert np.mean(off) == pytest.approx(0.15, abs=0.02)


def test_platt_repairs_overconfident_scores() -> None:
    random = np.random.default_rng(5)
    truth = random.normal(-2, 1, 20_000)
    labels = (random.random(20_000) < 1 / (1 + np.exp(-truth))).astype(float)
    raw = 3.0 * truth + 1.0
    before = expected_calibration_error(labels, Calibration().probability(raw))
    after = expected_calibration_error(labels, platt(raw, labels, np.ones(20_000)).probability(raw))
    assert before > 0.05
    assert after < 0.01
    assert evaluate(labels, Calibration().probability(raw))["auc"] > 0.6
