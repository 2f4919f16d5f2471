"""The parts against their definitions: the split, the measures, EASE, the graph, the blend."""

from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sparse

from core.errors import InvalidInput
from pipelines.offline.social.blend import Part, fit_weights, gather
from pipelines.offline.social.config import GraphSettings, LinearSettings
from pipelines.offline.social.data import SocialData, friend_matrix, ratio_split, read_atomic
from pipelines.offline.social.friends import fit_friends
from pipelines.offline.social.graph import Edges, fit_graph
from pipelines.offline.social.linear import factorise, ridged
from pipelines.offline.social.metrics import measure


class Fixed:
    """Scores given beforehand."""

    def __init__(self, values: np.ndarray) -> None:
        self._values = values.astype(np.float32)

    def scores(self, users: np.ndarray) -> np.ndarray:
        return self._values[users].copy()


def test_a_split_takes_a_tenth_of_each_users_pairs_rounded_down() -> None:
    totals = [9, 10, 25, 50]
    pairs = np.concatenate([[(user, item) for item in range(total)] for user, total in enumerate(totals)])
    train, validation, test = ratio_split(pairs, seed=3)
    for part in (validation, test):
        assert np.bincount(part[:, 0], minlength=4).tolist() == [0, 1, 2, 5]
    whole = np.concatenate([train, validation, test])
    assert sorted(map(tuple, whole)) == sorted(map(tuple, pairs))
    assert np.array_equal(ratio_split(pairs, seed=3)[2], test)
    assert not np.array_equal(ratio_split(pairs, seed=4)[2], test)


def test_friends_are_mutual_known_and_never_oneself(data: SocialData) -> None:
    friends = friend_matrix(np.concatenate([data.friends, [[2, 2]]]), len(data.users))
    assert abs(friends - friends.T).nnz == 0
    assert not friends.diagonal().any()
    assert "nobody" not in data.users


def test_recall_and_ndcg_are_what_their_definitions_say() -> None:
    scores = np.array([[9.0, 8, 7, 6, 5], [1, 2, 3, 4, 5], [5, 4, 3, 2, 1]])
    hidden = sparse.csr_matrix(np.array([[1, 0, 0, 0, 0], [0, 0, 0, 0, 0], [0, 0, 0, 0, 0]], dtype=np.float32))
    wanted = sparse.csr_matrix(np.array([[0, 1, 0, 1, 0], [1, 0, 0, 1, 0], [0, 0, 0, 0, 0]], dtype=np.float32))
    figures = measure(Fixed(scores), hidden, wanted, (1, 2))
    discount = 1 / np.log2(3)
    assert figures["Recall@1"] == pytest.approx((0.5 + 0.0) / 2)  # the third has nothing to find and does not count
    assert figures["Recall@2"] == pytest.approx((0.5 + 0.5) / 2)
    assert figures["NDCG@2"] == pytest.approx((1.0 + discount) / (1 + discount) / 2)


@pytest.mark.parametrize("transpose", [False, True])
def test_the_linear_model_is_ease(transpose: bool) -> None:
    plays = sparse.random(40, 25, density=0.2, random_state=1, format="csr", dtype=np.float32)
    plays = (plays.T if transpose else plays).tocsr()
    plays.data[:] = 1.0
    factors = factorise(plays, LinearSettings(), 0.0, 0.0, seed=0)
    dense = plays.toarray().astype(np.float64)
    ridge = 2.0 * float((factors.strengths**2).mean())
    inverse = np.linalg.inv(dense.T @ dense + ridge * np.eye(dense.shape[1]))
    weights = -inverse / np.diag(inverse)
    np.fill_diagonal(weights, 0.0)
    ours = ridged(factors, 2.0).scores(np.arange(dense.shape[0]))
    assert ours[dense == 0] == pytest.approx((dense @ weights)[dense == 0], abs=1e-4)


def test_few_singular_vectors_come_near_to_all_of_them(data: SocialData) -> None:
    plays = data.matrix(data.train)
    users = np.arange(len(data.users))
    exact = ridged(factorise(plays, LinearSettings(), 0.25, 0.1, 0), 4.0).scores(users)
    cut = LinearSettings(exact_up_to=2, rank=120)
    near = ridged(factorise(plays, cut, 0.25, 0.1, 0), 4.0).scores(users)
    assert np.corrcoef(exact[plays.toarray() == 0], near[plays.toarray() == 0])[0, 1] > 0.9


def test_the_graph_is_normalised_and_leaves_out_what_it_is_told_to(data: SocialData) -> None:
    plays, friends = data.matrix(data.train), friend_matrix(data.friends, len(data.users))
    edges = Edges(plays, friends, 0.5)
    assert edges.count == plays.nnz + friends.nnz // 2
    whole = edges.adjacency(np.ones(edges.count, dtype=bool)).to_dense().numpy()
    joined = sparse.bmat([[0.5 * friends, plays], [plays.T, None]]).toarray()
    degree = np.maximum(joined.sum(axis=1), 1e-9)
    assert whole == pytest.approx(joined / np.sqrt(degree[:, None] * degree[None]), abs=1e-5)
    assert not edges.adjacency(np.zeros(edges.count, dtype=bool)).to_dense().numpy().any()


def test_the_graph_is_the_same_under_the_same_seed(data: SocialData) -> None:
    plays, friends = data.matrix(data.train), friend_matrix(data.friends, len(data.users))
    settings = GraphSettings(steps=4, friend_weight=0.5, logits_per_step=10_000)  # so few that items are sampled
    models = [fit_graph(plays, friends, settings, seed) for seed in (1, 1, 2)]
    assert np.array_equal(models[0].items, models[1].items)
    assert not np.array_equal(models[0].items, models[2].items)
    assert np.linalg.norm(models[0].items, axis=1) == pytest.approx(np.ones(plays.shape[1]), abs=1e-5)


def test_friends_scores_are_their_plays_alone(data: SocialData) -> None:
    plays, friends = data.matrix(data.train), friend_matrix(data.friends, len(data.users))
    scores = fit_friends(plays, friends).scores(np.arange(len(data.users)))
    assert np.array_equal(scores > 0, (friends @ plays).toarray() > 0)


def test_a_blend_weighs_what_tells_and_not_what_does_not(data: SocialData) -> None:
    random = np.random.default_rng(0)
    plays, wanted = data.matrix(data.train), data.matrix(data.validation)
    noise = random.normal(size=plays.shape)
    telling = wanted.toarray() + 0.5 * random.normal(size=plays.shape)
    parts = [Part("telling", Fixed(telling)), Part("noise", Fixed(noise))]
    users = np.flatnonzero(np.diff(wanted.indptr))
    weights = fit_weights(gather(parts, users, plays, wanted, 50), np.ones(2, dtype=bool))
    assert weights[0] > 10 * weights[1]


def test_files_that_are_no_pairs_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.inter").write_text("user_id:token\nalone\n")
    (tmp_path / "a.net").write_text("source:token\ttarget:token\n1\t2\n")
    with pytest.raises(InvalidInput, match="fewer than two values"):
        read_atomic(tmp_path, 0)
    (tmp_path / "a.net").unlink()
    with pytest.raises(InvalidInput, match=r"0 \.net"):
        read_atomic(tmp_path, 0)
