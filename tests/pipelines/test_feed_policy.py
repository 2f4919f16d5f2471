"""The feed follows the policy in force also in what was published before, on both databases."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from core.ids import PersonId, VideoId
from core.storage.database import Database
from core.storage.decisions import OVERTURNED, Decisions
from core.storage.people import People
from core.storage.videos import Videos
from core.visibility import Eyes, Showing, may_see
from core.vocabulary import Audience, Surface, VideoStatus, Visibility
from pipelines.online.feed_policy import Followed, follow_policy
from pipelines.online.judging import FILM_CHECK, feed_verdicts, keep_words
from pipelines.online.policy_life import Signed, activate, rollback
from safety.decide import decide, unsure
from safety.policy import SHIPPED, load_moderation_policy
from tests.conftest import NOON, make_person
from tests.town import video

FILED = load_moderation_policy()
SIGNED = Signed("rae", "Dares are seen less in the feed of the young.", NOON)
# As shipped, but teens are recommended no dares from 0.1 on.
STRICTER = (
    SHIPPED.read_text(encoding="utf-8").replace('version = "2026-11-21.3"', 'version = "2026-12-01.1"')
    + """
[[rule]]
id = "feed/dares"
categories = ["dangerous_challenge"]
surfaces = ["feed"]
audiences = ["teen", "depicted_minor"]
limit_at = 0.1
review_at = 0.1
block_at = 0.1
reason = "We do not recommend dares to people under 18."
"""
)


def publish(database: Database, number: int, dare: float, *, film_for_teens: bool = True) -> VideoId:
    ada = make_person("ada")
    film = {FILM_CHECK: {"adult": True, "teen": film_for_teens, "limited": False}}
    words = feed_verdicts(
        [decide({"dangerous_challenge": dare}, Surface.FEED, who, FILED) for who in (Audience.ADULT, Audience.TEEN)]
    )
    made = video(
        number, creator_id=ada.id, attributes=film, adult_allowed=words.adult.allowed,
        teen_allowed=film_for_teens and words.teen.allowed,
    )  # fmt: skip
    with database.write() as tx:
        if People(tx).find(ada.id) is None:
            People(tx).add([ada])
        Videos(tx).add([made])
        keep_words(tx, words, made, NOON)
    return made.id


def teens_see(database: Database) -> set[str]:
    with database.read() as tx:
        return {
            item.id
            for item in Videos(tx).many([VideoId(f"video_{n:03}") for n in range(9)]).values()
            if item.teen_allowed
        }


@given(born=st.none() | st.dates(date(2009, 1, 1), NOON.date()), adult=st.booleans(), teen=st.booleans())
def test_the_feed_of_a_minor_or_of_unknown_age_follows_the_policy_for_the_young(
    born: date | None, adult: bool, teen: bool
) -> None:
    viewer = make_person("tim", born=born)
    eyes = Eyes(viewer.id, viewer.audience(NOON), frozenset(), frozenset())
    shown = Showing(
        VideoId("video_1"), PersonId("per_ada"), VideoStatus.PUBLISHED, Visibility.PUBLIC,
        teen_allowed=teen, adult_allowed=adult, creator_is_private=False,
    )  # fmt: skip
    assert may_see(shown, eyes) == teen


def test_a_stricter_policy_takes_videos_from_the_young_and_a_rollback_gives_back_only_those(database: Database) -> None:
    calm, dare, dark_film = (publish(database, n, d, film_for_teens=n < 2) for n, d in ((0, 0.02), (1, 0.2), (2, 0.02)))
    with database.write() as tx:
        Videos(tx).add([video(3, creator_id="per_ada")])  # from before decisions were kept
    assert teens_see(database) == {calm, dare, "video_003"}
    activate(database, FILED, STRICTER, "stricter.toml", SIGNED)
    assert follow_policy(database, FILED) == Followed(4, 1, 1)
    assert teens_see(database) == {calm, "video_003"}
    assert follow_policy(database, FILED).changed == 0
    rollback(database, SIGNED)
    assert follow_policy(database, FILED).changed == 1
    assert teens_see(database) == {calm, dare, "video_003"}
    assert dark_film not in teens_see(database)


def test_what_a_reviewer_gave_back_stays_given_back(database: Database) -> None:
    dare = publish(database, 1, 0.2)
    with database.write() as tx:
        held = decide({"dangerous_challenge": 0.5}, Surface.FEED, Audience.TEEN, FILED)
        decision = Decisions(tx).record(held, subject_kind="video", subject_id=dare, person_id=None, now=NOON)
        case = Decisions(tx).open_case(decision.id, NOON)
        Decisions(tx).resolve(case.id, status=OVERTURNED, reviewer_id=None, note="harmless", now=NOON)
    activate(database, FILED, STRICTER, "stricter.toml", SIGNED)
    assert follow_policy(database, FILED).changed == 0
    assert teens_see(database) == {dare}


def test_what_no_score_decided_stays_as_strict_and_the_newest_words_count(database: Database) -> None:
    first = publish(database, 1, 0.2)
    failed = unsure(Surface.FEED, Audience.TEEN, FILED, rule_id="text/failed", explanation="It failed.")
    adult = decide({}, Surface.FEED, Audience.ADULT, FILED)
    with database.write() as tx:
        made = Videos(tx).find(first)
        assert made is not None
        keep_words(tx, replace(feed_verdicts([adult, failed])), made, NOON + timedelta(hours=1))
    assert follow_policy(database, FILED).changed == 1
    assert teens_see(database) == set()
