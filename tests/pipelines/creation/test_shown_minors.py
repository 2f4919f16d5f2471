"""A young person found in a likeness tightens whatever is made with it, for good."""

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from core.errors import NotAllowed, NotFound, Refused
from core.ids import CharacterId
from core.records import Character
from core.storage.audit import AuditLog
from core.storage.characters import Characters
from core.storage.decisions import WORDS, Decisions
from core.vocabulary import Audience, LikenessPermission, Surface
from pipelines.online import creation, likeness
from pipelines.online.consent import may_use
from pipelines.online.judging import depicts_minor
from tests.conftest import NOON
from tests.creation_kit import finished, wish
from tests.pipelines.creation.conftest import Town

EVERYONE = LikenessPermission.EVERYONE
GROWN = datetime.combine(date(2040, 1, 1), NOON.timetz())


def shows_minor(town: Town, character: Character, now: datetime = NOON) -> bool:
    with town.rooms.database.read() as tx:
        kept = Characters(tx).many([character.id])[character.id]
        return depicts_minor(tx, [kept], now)


def test_a_young_persons_likeness_stays_one_when_they_grow_up(town: Town, clip: Path) -> None:
    teens = likeness.make_character(town.rooms, town.tim.id, "Tim", clip)
    grown_ups = likeness.make_character(town.rooms, town.ada.id, "Ada", clip)
    assert (teens.depicts_minor, grown_ups.depicts_minor) == (True, False)
    assert shows_minor(town, teens, GROWN)
    assert not shows_minor(town, grown_ups, GROWN)
    with town.rooms.database.read() as tx:
        opened = replace(teens, permission=EVERYONE)
        assert not may_use(tx, town.rooms, opened, town.bob, GROWN).allowed


def test_a_name_that_tells_of_a_minor_is_believed(town: Town, clip: Path) -> None:
    for name in ("My little sister", "Bo, 12 years old", "Baby Bo"):
        assert likeness.make_character(town.rooms, town.ada.id, name, clip).depicts_minor


def test_what_a_reviewer_found_tightens_the_next_video_and_nobody_can_take_it_back(town: Town, clip: Path) -> None:
    character = likeness.make_character(town.rooms, town.ada.id, "Ada", clip)
    kiss = "Ada and a lover kiss in a steamy bedroom"
    rooms, maker = town.rooms, town.ada.id
    before = rooms.safety.judge_text(kiss, *_prompt(Audience.ADULT)).allowed
    likeness.found_minor(rooms, town.bob.id, character.id)
    likeness.found_minor(rooms, town.bob.id, character.id)
    assert before
    with pytest.raises(Refused) as caught:
        creation.submit(rooms, maker, wish(kiss, character.id))
    assert caught.value.code == "moderation_blocked"
    with pytest.raises(NotAllowed):
        likeness.set_permission(rooms, maker, character.id, EVERYONE)
    with pytest.raises(NotFound):
        likeness.found_minor(rooms, town.bob.id, CharacterId("char_none"))
    with rooms.database.read() as tx:
        found = [entry for entry in AuditLog(tx).entries() if entry.action == "character.shows_minor"]
    assert [(entry.actor, entry.subject) for entry in found] == [(town.bob.id, character.id)]


def test_a_videos_words_are_kept_as_decided_for_every_audience_it_concerns(town: Town, clip: Path) -> None:
    character = likeness.make_character(town.rooms, town.tim.id, "Tim", clip)
    draft = finished(town.rooms, town.tim.id, wish("Tim paints a fence on a sunny day", character.id))
    plain = finished(town.rooms, town.ada.id)
    with town.rooms.database.read() as tx:
        kept = {item.audience: item for item in Decisions(tx).about(WORDS, draft.id)}
        assert {item.audience for item in Decisions(tx).about(WORDS, plain.id)} == {Audience.ADULT, Audience.TEEN}
    assert set(kept) == set(Audience)
    for decision in kept.values():
        assert decision.policy_version == town.rooms.safety.moderation.version
        assert decision.threshold_revision == town.rooms.safety.moderation.threshold_revision
        assert decision.model_revision == town.rooms.safety.classifier.revision
        assert len(decision.scores) > 20


def _prompt(audience: Audience) -> tuple[Surface, Audience]:
    return Surface.PROMPT, audience
