"""What a large world needs: look-ups, indexes and two stages that give what the plain way would give."""

from pathlib import Path

import faiss
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.vocabulary import FeedMode
from pipelines.offline.snapshot_parts import csr_of
from pipelines.offline.vector_index import EXACT_UP_TO, exact_neighbours, recall_of, write_index
from ranking.among import among, distinct
from ranking.features import unit
from ranking.snapshot import ID_TYPE, IdIndex, Rows, hashes_of
from tests.ranking.conftest import World

rows = st.lists(st.integers(0, 60), max_size=40)


numbers = st.one_of(st.integers(-3, 60), st.integers(-(1 << 62), 1 << 62))


@given(values=st.lists(numbers, max_size=40), known=st.one_of(rows, st.lists(numbers, max_size=40)))
def test_among_is_isin_and_distinct_is_unique(values: list[int], known: list[int]) -> None:
    asked, sorted_known = np.array(values, dtype=np.int64), distinct(np.array(known, dtype=np.int64))
    assert np.array_equal(sorted_known, np.unique(np.array(known, dtype=np.int64)))
    assert np.array_equal(among(asked, sorted_known), np.isin(asked, sorted_known))


@given(
    lists=st.lists(rows, min_size=1, max_size=8),
    owners=st.lists(st.integers(-2, 9), max_size=8),
    each=st.integers(0, 9),
)
def test_lists_of_many_are_the_lists_of_each(lists: list[list[int]], owners: list[int], each: int) -> None:
    owner = np.repeat(np.arange(len(lists)), [len(item) for item in lists])
    values = np.array([value for item in lists for value in item], dtype=np.int64)
    kept = Rows(*csr_of(owner.astype(np.int64), values, len(lists)))
    expected = [value for one in owners for value in kept.of(one)[:each].tolist()]
    assert kept.of_many(owners, each=each).tolist() == expected
    inside = np.array([one for one in owners if 0 <= one < len(lists)], dtype=np.int64)
    whose, entries = kept.side_by_side(inside)
    assert entries.tolist() == [value for one in inside for value in kept.of(int(one)).tolist()]
    assert np.bincount(whose, minlength=len(inside)).tolist() == [len(kept.of(int(one))) for one in inside]


@given(st.lists(st.text(min_size=1, max_size=20).filter(lambda text: "\x00" not in text), unique=True, max_size=30))
def test_ids_are_found_in_their_rows_and_others_are_not(names: list[str]) -> None:
    ids = np.array([name.encode() for name in names], dtype=ID_TYPE)
    keys = hashes_of(ids)
    order = np.argsort(keys)
    index = IdIndex(ids, keys[order], order.astype(np.int32))
    assert index.rows([*names, "somebody else entirely"]).tolist() == [*range(len(names)), -1]


def test_a_large_index_finds_what_looking_at_everything_finds(tmp_path: Path) -> None:
    random = np.random.default_rng(5)
    centres = unit(random.normal(size=(60, 32)))
    vectors = unit(
        centres[random.integers(60, size=EXACT_UP_TO + 4000)] + 0.25 * random.normal(size=(EXACT_UP_TO + 4000, 32))
    )
    built = write_index(tmp_path / "large.faiss", vectors.astype(np.float16))
    index = faiss.read_index(str(tmp_path / "large.faiss"))
    asked = vectors[random.integers(len(vectors), size=60)].astype(np.float32)
    recall = recall_of(index.search(asked, 50)[1], exact_neighbours(vectors, asked, 50))
    assert built.probes > 0
    assert recall >= 0.95
    exact = faiss.IndexFlatIP(32)
    exact.add(vectors.astype(np.float32))
    assert recall_of(exact_neighbours(vectors, asked, 20), exact.search(asked, 20)[1]) > 0.999


def test_an_items_features_do_not_depend_on_what_else_is_scored(small_world: World) -> None:
    """The same viewer at the same moment: every candidate by itself has, to the bit, the features it has among all."""
    from core.ids import PersonId
    from core.storage.people import People
    from core.vocabulary import EventKind
    from pipelines.online.viewers import load_viewer
    from ranking.features import matrix
    from ranking.state import facts_for, state_of

    small_world.follow("ada", "bo", "cy")
    rooms = small_world.rooms
    catalogue, now = rooms.ranking.catalogue, small_world.clock.now()
    for row in (3, 11, 20):
        small_world.did("ada", EventKind.LIKE, catalogue.video_id(row))
    with small_world.database.read() as tx:
        person = People(tx).find(PersonId("per_ada"))
        assert person is not None
        state = state_of(load_viewer(tx, rooms, person, now), catalogue, now)
    every = np.arange(catalogue.count)
    together = matrix(facts_for(state, catalogue, every))
    assert len(np.unique(together, axis=0)) > 20
    for row in every:
        assert np.array_equal(matrix(facts_for(state, catalogue, every[[row]]))[0], together[row])


def test_a_page_says_how_many_it_was_chosen_from(small_world: World) -> None:
    from core.storage.people import People
    from pipelines.online.viewers import load_viewer

    rooms, now = small_world.rooms, small_world.clock.now()
    with small_world.database.read() as tx:
        person = People(tx).find_by_handle("ada")
        assert person is not None
        viewer = load_viewer(tx, rooms, person, now)
    page = rooms.ranking.page(viewer, size=8, mode=FeedMode.RANKED, now=now, page_id="p", visible=set)
    assert page.candidates >= page.scored >= 8


def test_a_video_that_vanished_since_the_snapshot_is_never_shown(small_world: World) -> None:
    from core.vocabulary import VideoStatus

    shown = [item.video.id for item in small_world.page("ada", size=10).items]
    for video in shown:
        small_world.change(video, status=VideoStatus.DELETED)
    after = [item.video.id for item in small_world.page("bo", size=30).items]
    assert after
    assert not set(after) & set(shown)
