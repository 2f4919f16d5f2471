"""What one can rely on about the people, edges, prompts and logs of the demo city, without a database."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import networkx as nx
import numpy as np
import pytest

from core.age import age_years
from core.vocabulary import LikenessPermission, Visibility
from pipelines.offline.city.build import Drawn, draw
from pipelines.offline.city.catalogue import may_use
from pipelines.offline.city.config import CityConfig, start_of_today
from pipelines.offline.city.days import KINDS, Log, Simulation, draw_page, draw_visits, gather_facts
from pipelines.offline.city.families import Families, form_families
from pipelines.offline.city.lexicon import lexicon
from pipelines.offline.city.prompts import Leaning, vary, write
from pipelines.offline.city.tastes import attribute_names, draw_truth
from wellbeing.room import Wellbeing

NOW = datetime(2026, 11, 21, tzinfo=UTC)
CONFIG = CityConfig(now=NOW, people=300, videos=400, films=0)


@pytest.fixture(scope="module")
def drawn() -> Drawn:
    return draw(CONFIG)


@pytest.fixture(scope="module")
def families(drawn: Drawn) -> Families:
    return form_families(CONFIG, drawn.citizens, Wellbeing.open())


@pytest.fixture(scope="module")
def log(drawn: Drawn) -> Log:
    everyone = np.ones(len(drawn.pieces), dtype=bool)
    truth = draw_truth(CONFIG, drawn.citizens, drawn.groups, drawn.makers, drawn.pieces)
    facts = gather_facts(drawn.citizens, drawn.makers, drawn.graph, drawn.pieces, everyone, everyone)
    return Simulation(CONFIG, drawn.citizens, facts, truth).play(draw_visits(CONFIG, drawn.citizens))


def test_the_same_seed_draws_the_same_city_and_another_seed_another(drawn: Drawn) -> None:
    again, other = draw(CONFIG), draw(CONFIG.model_copy(update={"seed": 8}))
    assert again == drawn
    assert {c.person.id for c in other.citizens}.isdisjoint({c.person.id for c in drawn.citizens})
    assert [p.wish.text() for p in other.pieces] != [p.wish.text() for p in drawn.pieces]


def test_everyone_is_at_least_thirteen_and_was_when_they_joined(drawn: Drawn) -> None:
    for citizen in drawn.citizens:
        born = citizen.person.birth_date
        assert born is not None
        assert age_years(born, NOW.date()) >= 13
        assert age_years(born, citizen.person.created_at.date()) >= 13
        assert citizen.is_teen == citizen.person.is_minor(NOW)


def test_a_believable_share_of_people_are_teens_and_handles_are_unique(drawn: Drawn) -> None:
    teens = sum(citizen.is_teen for citizen in drawn.citizens)
    assert 0.08 < teens / len(drawn.citizens) < 0.25
    assert len({citizen.person.handle for citizen in drawn.citizens}) == len(drawn.citizens)
    assert len({citizen.person.jurisdiction for citizen in drawn.citizens}) > 15


def test_in_every_family_the_guardian_is_grown_up_and_the_teen_is_not(drawn: Drawn, families: Families) -> None:
    people = {citizen.person.id: citizen.person for citizen in drawn.citizens}
    assert sum(link.accepted_at is not None for link in families.links) > 15
    assert families.settings
    active = {(link.guardian_id, link.teen_id) for link in families.links if link.accepted_at is not None}
    for link in families.links:
        assert not people[link.guardian_id].is_minor(link.created_at)
        assert people[link.teen_id].is_minor(NOW)
        assert link.created_at < (link.accepted_at or NOW) <= NOW
    assert all((setting.set_by, teen) in active for teen, setting in families.settings)
    assert [item.at for item in families.history] == sorted(item.at for item in families.history)


def test_follows_cluster_far_more_than_in_a_random_graph(drawn: Drawn) -> None:
    graph = nx.Graph(list(drawn.graph.follows))
    same_size = nx.gnm_random_graph(graph.number_of_nodes(), graph.number_of_edges(), seed=1)
    assert nx.average_clustering(graph) > 3 * nx.average_clustering(same_size)


def test_nobody_follows_someone_blocked_or_blocks_at_home(drawn: Drawn) -> None:
    assert drawn.graph.blocks
    for blocker, blocked in drawn.graph.blocks:
        assert (blocker, blocked) not in drawn.graph.follows
        assert (blocked, blocker) not in drawn.graph.follows
        assert drawn.citizens[blocker].household != drawn.citizens[blocked].household


def test_videos_come_after_their_makers_their_sources_and_by_permission(drawn: Drawn) -> None:
    remixes = [piece for piece in drawn.pieces if piece.source is not None]
    assert 0.1 < len(remixes) / len(drawn.pieces) < 0.35
    assert any(drawn.pieces[piece.source].source is not None for piece in remixes if piece.source is not None)
    for piece in drawn.pieces:
        assert drawn.citizens[piece.creator].person.created_at < piece.published_at < NOW
        if piece.source is not None:
            source = drawn.pieces[piece.source]
            assert source.published_at <= piece.published_at
            assert source.visibility is Visibility.PUBLIC
            assert source.creator != piece.creator
        for star in piece.stars:
            assert may_use(drawn.stars[star], piece.creator, drawn.graph, piece.published_at)
            assert drawn.stars[star].name in piece.wish.text()


def test_teens_keep_their_likeness_to_themselves(drawn: Drawn) -> None:
    assert drawn.stars
    for likeness in drawn.stars:
        if drawn.citizens[likeness.owner].is_teen:
            assert likeness.permission is LikenessPermission.ONLY_ME


def test_publishing_has_a_daily_rhythm(drawn: Drawn) -> None:
    from zoneinfo import ZoneInfo

    hours = Counter(
        piece.published_at.astimezone(ZoneInfo(drawn.citizens[piece.creator].person.timezone)).hour
        for piece in drawn.pieces
    )
    assert sum(hours[hour] for hour in (18, 19, 20, 21)) > 3 * sum(hours[hour] for hour in (1, 2, 3, 4))


def test_the_grammar_has_thousands_of_prompts_and_covers_what_viewers_ask_for() -> None:
    dice = CONFIG.dice("test")
    wishes = [write(dice, Leaning()) for _ in range(5000)]
    assert len({wish.text() for wish in wishes}) >= 3000
    assert {topic for wish in wishes for topic in wish.topics} == set(lexicon().topics)
    assert {mood for wish in wishes for mood in wish.moods} == set(lexicon().moods)
    assert {wish.pace for wish in wishes} == {"slow", "medium", "fast"}
    assert {wish.people for wish in wishes} == {"none", "one", "few", "crowd"}
    assert {wish.place.setting for wish in wishes} == {"indoor", "outdoor"}
    assert all("{" not in wish.text() and "  " not in wish.text() for wish in wishes)


def test_a_remix_keeps_the_subject() -> None:
    dice = CONFIG.dice("test")
    for _ in range(50):
        wish = write(dice, Leaning())
        remix, changed = vary(dice, wish, Leaning())
        assert remix.subject == wish.subject
        assert changed in {"place", "mood", "style", "light", "pace"}


def test_propensities_are_exactly_what_was_drawn_with() -> None:
    scores = np.log(np.array([[4.0, 3.0, 2.0, 1.0, 0.0]] * 40_000).clip(1e-300))
    scores[:, 4] = -np.inf
    items, propensity = draw_page(CONFIG.arrays("test"), scores.astype(np.float32), 2)
    assert (items != 4).all()
    assert (propensity > 0).all()
    first = np.bincount(items[:, 0], minlength=5) / len(items)
    assert np.allclose(first, [0.4, 0.3, 0.2, 0.1, 0], atol=0.01)
    for item, weight in enumerate((4, 3, 2, 1)):
        assert np.allclose(propensity[items[:, 0] == item, 0], weight / 10)
    # At the second position the propensities of what is left add up to one.
    after_best = items[:, 0] == 0
    second = {int(item): float(propensity[after_best & (items[:, 1] == item), 1][0]) for item in (1, 2, 3)}
    assert sum(second.values()) == pytest.approx(1)


def test_the_log_has_positions_in_order_and_proper_propensities(drawn: Drawn, log: Log) -> None:
    assert len(log.page) > 20_000
    assert ((log.propensity > 0) & (log.propensity <= 1)).all()
    pairs = set(zip(log.person.tolist(), log.video.tolist(), strict=True))
    assert len(pairs) == len(log.page), "nobody is shown the same video twice"
    published = np.array([piece.published_at.timestamp() for piece in drawn.pieces])
    assert (published[log.video] < log.visits.time[log.page]).all()
    assert (np.array([piece.creator for piece in drawn.pieces])[log.video] != log.person).all()


def test_lower_positions_are_seen_and_liked_less_though_chance_put_things_there(log: Log) -> None:
    seen, liked = log.did[:, KINDS.index("view")], log.did[:, KINDS.index("like")]
    rates = [float(seen[log.position == place].mean()) for place in range(CONFIG.page_size)]
    assert rates == sorted(rates, reverse=True)
    assert float(liked[log.position == 0].mean()) > 1.3 * float(liked[log.position == 7].mean())
    assert not (log.did[:, 1:].any(axis=1) & ~seen).any(), "nothing is done with what was not seen"


def test_satisfaction_and_attention_are_not_the_same(drawn: Drawn, log: Log) -> None:
    truth = draw_truth(CONFIG, drawn.citizens, drawn.groups, drawn.makers, drawn.pieces)
    seen = log.did[:, KINDS.index("view")]
    satisfied = truth.satisfaction(log.person, log.video, np.zeros(len(log.page)))[seen]
    completed = log.did[seen, KINDS.index("complete")]
    hooked = truth.hook[log.video][seen]
    assert satisfied[completed].mean() > satisfied[~completed].mean()
    assert hooked[completed].mean() > hooked[~completed].mean() + 0.2
    assert abs(np.corrcoef(hooked, satisfied)[0, 1]) < 0.1
    assert truth.tastes.shape == (len(drawn.citizens), len(attribute_names()))


def test_the_default_end_is_the_start_of_the_day() -> None:
    moment = datetime(2026, 11, 21, 15, 30, tzinfo=UTC)
    assert start_of_today(moment) == NOW
    assert CONFIG.start == NOW - timedelta(days=60)
