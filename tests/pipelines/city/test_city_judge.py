"""Asking the truth: what it says of pages it can be sure about, and that asking leaves no trace."""

from sqlalchemy import func, select

from core.ids import PersonId
from core.storage.tables.feed import impressions, pages
from core.storage.videos import Videos
from pipelines.offline.city.judge import judge
from pipelines.offline.city.truth import CityTruth
from tests.fixtures_city import SmallCity


def test_pages_chosen_by_the_truth_itself_suit_best(small_city: SmallCity) -> None:
    truth = CityTruth.open(small_city.settings.home / "city" / "truth")
    database = small_city.database()
    with database.read() as tx:
        videos = [video.id for video in Videos(tx).published()]
    database.close()
    person = PersonId(truth.people[3])
    by_truth = sorted(videos, key=lambda video: -float(truth.true_satisfaction(person, [video])[0]))
    best, worst = truth.true_satisfaction(person, by_truth[:8]), truth.true_satisfaction(person, by_truth[-8:])
    assert best.min() > worst.max()
    assert truth.true_creation(person, by_truth[:8]).mean() > truth.true_creation(person, by_truth[-8:]).mean()


def test_judging_covers_all_ways_and_hands_nothing_out(small_city: SmallCity) -> None:
    rooms = small_city.rooms()
    truth = CityTruth.open(small_city.settings.home / "city" / "truth")

    def handed_out() -> list[int]:
        with rooms.database.read() as tx:
            return [
                tx.connection.scalar(select(func.count()).select_from(table)) or 0 for table in (pages, impressions)
            ]

    before = handed_out()
    rows = judge(rooms, truth, people=12, size=6)
    assert [row.name for row in rows] == ["ranked", "chronological", "random"]
    for row in rows:
        assert row.people > 6
        assert 0 < row.satisfaction.low < row.satisfaction.mean < row.satisfaction.high < 1
        assert 0 < row.creation.mean < 0.5
    assert handed_out() == before
    rooms.database.close()
