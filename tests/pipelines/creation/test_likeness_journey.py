"""A person's likeness: nobody is generated without permission, and what was made can be withdrawn at any moment."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import Conflict, InvalidInput, LimitReached, NotAllowed, NotFound, Refused
from core.ids import CharacterId, LinkId, PersonId
from core.media.codec import probe
from core.records import Character, Person
from core.records_wellbeing import FamilyLink, LinkStatus, Setting
from core.storage.characters import Characters
from core.storage.family import FamilyLinks
from core.storage.people import People
from core.verdicts import Verdict
from core.vocabulary import Audience, LikenessPermission, Surface, VideoStatus
from pipelines.online import creation, likeness
from pipelines.online.cards import cards_for
from pipelines.online.consent import may_use
from pipelines.online.moderation import list_cases, resolve_case
from pipelines.online.rendering import picture
from safety.room import TextPart
from tests.conftest import NOON
from tests.creation_kit import finished, look, make_mutual, make_open_character, media_keys, wish, work, write_clip
from tests.pipelines.creation.conftest import Town

ONLY_ME, CHOSEN, MUTUALS, EVERYONE = LikenessPermission


def allow(town: Town, character: Character, permission: LikenessPermission, *people: Person) -> None:
    chosen = [person.id for person in people]
    likeness.set_permission(town.rooms, character.owner_id, character.id, permission, chosen)


def test_a_clip_becomes_a_character_that_only_its_owner_may_use(town: Town, clip: Path) -> None:
    character = likeness.make_character(town.rooms, town.ada.id, "  Ada   Lovelace ", clip)
    assert (character.name, character.permission) == ("Ada Lovelace", ONLY_ME)
    assert picture(town.rooms.media.read(character.portrait_key)).shape == (256, 256, 3)
    with town.rooms.media.local(character.clip_key) as kept:
        info = probe(kept)
        assert (info.has_sound, round(info.seconds)) == (False, 3)
    assert [item.character.id for item in likeness.list_characters(town.rooms, town.ada.id)] == [character.id]
    assert likeness.list_characters(town.rooms, town.bob.id) == []
    with pytest.raises(NotFound):
        likeness.find_character(town.rooms, town.bob.id, character.id)
    with pytest.raises(Refused) as caught:
        creation.submit(town.rooms, town.bob.id, wish("Ada Lovelace on a boat", character.id))
    assert (caught.value.code, caught.value.rule_id) == ("likeness_not_permitted", "likeness/not_permitted")


def test_the_film_wears_the_portrait_and_says_whom_it_shows(town: Town, clip: Path) -> None:
    character = make_open_character(town.rooms, town.ada, clip)
    draft = finished(town.rooms, town.bob.id, wish("Ada on a boat", character.id))
    assert draft.status == VideoStatus.DRAFT
    assert [(name, face.shape) for name, face in town.backend.portraits.items()] == [("Ada", (256, 256, 3))]
    creation.publish(town.rooms, town.bob.id, draft.id)
    with town.rooms.database.read() as tx:
        (card,) = cards_for(tx, town.rooms, town.fay.id, [draft.id])
    assert [(shown.name, shown.owner.handle) for shown in card.characters] == [("Ada", "ada")]


def test_each_permission_lets_in_whom_it_names(town: Town, clip: Path) -> None:
    character = likeness.make_character(town.rooms, town.ada.id, "Ada", clip)
    make_mutual(town.rooms, town.ada, town.fay)

    def users() -> set[str]:
        people = (town.ada, town.bob, town.fay)
        return {
            person.handle
            for person in people
            if character.id in {item.character.id for item in likeness.list_characters(town.rooms, person.id)}
        }

    assert users() == {"ada"}
    allow(town, character, CHOSEN, town.bob)
    assert users() == {"ada", "bob"}
    allow(town, character, MUTUALS)
    assert users() == {"ada", "fay"}
    allow(town, character, EVERYONE)
    assert users() == {"ada", "bob", "fay"}
    with town.rooms.database.write() as tx:
        People(tx).block(town.ada.id, town.bob.id, NOON)
    assert users() == {"ada", "fay"}
    likeness.revoke(town.rooms, town.ada.id, character.id)
    assert users() == set()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    permission=st.sampled_from(LikenessPermission),
    chosen=st.booleans(),
    mutual=st.booleans(),
    blocked=st.booleans(),
    revoked=st.booleans(),
    is_owner=st.booleans(),
    owner_is_teen=st.booleans(),
)
def test_nobody_is_ever_let_in_without_a_yes(
    town: Town, permission: LikenessPermission, chosen: bool, mutual: bool, blocked: bool, revoked: bool,
    is_owner: bool, owner_is_teen: bool,
) -> None:  # fmt: skip
    owner = town.tim if owner_is_teen else town.ada
    asker = owner if is_owner else town.bob
    character = Character(CharacterId("char_x"), owner.id, "X", permission, "c", "p", NOON, NOON if revoked else None)
    with pytest.raises(_Undo), town.rooms.database.write() as tx:
        Characters(tx).add([character])
        Characters(tx).set_permission(character.id, permission, [asker.id] if chosen else [], NOON)
        if mutual and not is_owner:
            People(tx).follow(owner.id, asker.id, NOON)
            People(tx).follow(asker.id, owner.id, NOON)
        if blocked and not is_owner:
            # A block by itself ends follows; both at once is what a race would leave.
            People(tx).block(asker.id, owner.id, NOON)
        allowed = may_use(tx, town.rooms, character, asker, NOON).allowed
        named = permission == EVERYONE or (permission in {CHOSEN, MUTUALS} and chosen) or (
            permission == MUTUALS and mutual and not blocked
        )  # fmt: skip
        # An adult needs a guardian's yes besides a young person's; nobody gave one here.
        assert allowed == (not revoked and (is_owner or (named and not blocked and not owner_is_teen)))
        raise _Undo


class _Undo(Exception):
    """Rolls an example back."""


def test_revoking_stops_what_waits_and_hides_what_was_made(town: Town, clip: Path) -> None:
    character = make_open_character(town.rooms, town.ada, clip)
    request = wish("Ada on a boat", character.id)
    draft, published = (finished(town.rooms, town.bob.id, request) for _ in range(2))
    creation.publish(town.rooms, town.bob.id, published.id)
    waiting = creation.submit(town.rooms, town.bob.id, request).video
    likeness.revoke(town.rooms, town.ada.id, character.id)
    assert work(town.rooms) == 0
    states = [look(town.rooms, video.id).status for video in (draft, published, waiting)]
    assert states == [VideoStatus.HIDDEN, VideoStatus.HIDDEN, VideoStatus.FAILED]
    with town.rooms.database.read() as tx:
        assert cards_for(tx, town.rooms, town.fay.id, [published.id]) == []
    with pytest.raises(Refused):
        creation.publish(town.rooms, town.bob.id, draft.id)
    assert not any(key.startswith("characters/") for key in media_keys(town.home))


def test_revoking_while_the_film_is_drawn_keeps_nothing_of_it(town: Town, clip: Path) -> None:
    character = make_open_character(town.rooms, town.ada, clip)
    making = creation.submit(town.rooms, town.bob.id, wish("Ada on a boat", character.id)).video

    def revoke(number: int) -> None:
        if number == 95:  # the last frame: no heartbeat can have told the worker yet
            likeness.revoke(town.rooms, town.ada.id, character.id)

    town.backend.at_frame = revoke
    work(town.rooms)
    assert look(town.rooms, making.id).error_code == "likeness_withdrawn"
    assert media_keys(town.home) == set()


def test_a_block_after_asking_stops_the_draft_before_it_is_drawn_and_before_it_is_kept(town: Town, clip: Path) -> None:
    character = make_open_character(town.rooms, town.ada, clip)

    def block() -> None:
        with town.rooms.database.write() as tx:
            People(tx).block(town.ada.id, town.bob.id, NOON)

    drawn: list[int] = []
    early = creation.submit(town.rooms, town.bob.id, wish("Ada on a boat", character.id)).video
    late = creation.submit(town.rooms, town.fay.id, wish("Ada on a boat", character.id)).video
    block()
    town.backend.at_frame = drawn.append
    work(town.rooms)
    assert look(town.rooms, early.id).error_code == "likeness_not_permitted"
    assert look(town.rooms, late.id).status == VideoStatus.DRAFT
    assert len(drawn) == 96
    again = creation.submit(town.rooms, town.fay.id, wish("Ada on a boat", character.id)).video
    town.backend.at_frame = lambda number: number == 90 and allow(town, character, ONLY_ME)  # type: ignore[assignment, func-returns-value]
    work(town.rooms)
    assert look(town.rooms, again.id).status == VideoStatus.FAILED
    assert look(town.rooms, late.id).status == VideoStatus.HIDDEN


def test_narrowing_hides_only_what_those_made_who_lost_it_and_widening_gives_it_back(town: Town, clip: Path) -> None:
    character = make_open_character(town.rooms, town.ada, clip)
    by_bob, by_fay, by_ada = (
        finished(town.rooms, person.id, wish("Ada on a boat", character.id))
        for person in (town.bob, town.fay, town.ada)
    )
    allow(town, character, CHOSEN, town.fay)
    assert look(town.rooms, by_bob.id).status == VideoStatus.HIDDEN
    assert {look(town.rooms, video.id).status for video in (by_fay, by_ada)} == {VideoStatus.DRAFT}
    with pytest.raises(Refused):
        creation.publish(town.rooms, town.bob.id, by_bob.id)
    allow(town, character, EVERYONE)
    assert creation.publish(town.rooms, town.bob.id, by_bob.id).video.status == VideoStatus.PUBLISHED


def test_the_owner_sees_and_deletes_every_video_and_draft_that_shows_them(town: Town, clip: Path) -> None:
    character = make_open_character(town.rooms, town.ada, clip)
    draft = finished(town.rooms, town.bob.id, wish("Ada on a boat", character.id))
    waiting = creation.submit(town.rooms, town.fay.id, wish("Ada in the snow", character.id)).video
    shown = likeness.videos_showing(town.rooms, town.ada.id)
    assert {(item.video.id, item.characters) for item in shown} == {
        (draft.id, (character.id,)),
        (waiting.id, (character.id,)),
    }
    assert creation.retrieve(town.rooms, town.ada.id, draft.id).video.id == draft.id
    for stranger in (town.bob, town.fay):
        with pytest.raises(NotFound):
            likeness.delete_showing(town.rooms, stranger.id, draft.id)
    for video in (draft, waiting):
        likeness.delete_showing(town.rooms, town.ada.id, video.id)
    assert likeness.videos_showing(town.rooms, town.ada.id) == []
    assert work(town.rooms) == 0
    assert not any(key.startswith("films/") for key in media_keys(town.home))


def test_a_remix_shows_the_same_people_asks_them_and_is_hidden_with_its_source(town: Town, clip: Path) -> None:
    character = likeness.make_character(town.rooms, town.ada.id, "Ada", clip)
    allow(town, character, CHOSEN, town.bob)
    source = finished(town.rooms, town.bob.id, wish("Ada on a boat", character.id))
    creation.publish(town.rooms, town.bob.id, source.id)
    with pytest.raises(Refused):
        creation.remix(town.rooms, town.fay.id, source.id, "at night")
    allow(town, character, EVERYONE)
    remix = creation.remix(town.rooms, town.fay.id, source.id, "at night")
    assert remix.characters == (character.id,)
    work(town.rooms)
    likeness.revoke(town.rooms, town.ada.id, character.id)
    assert look(town.rooms, remix.video.id).status == VideoStatus.HIDDEN
    with pytest.raises(Conflict):
        creation.remix(town.rooms, town.bob.id, source.id, "at night")


def guardian_sets(town: Town, value: str) -> None:
    with town.rooms.database.write() as tx:
        links = FamilyLinks(tx)
        if not links.guardians_of(town.tim.id):
            link = FamilyLink(LinkId("link_1"), town.fay.id, town.tim.id, LinkStatus.ACTIVE, town.fay.id, NOON, NOON)
            links.add(link)
        links.set_control(town.tim.id, Setting("cameo_use", value, town.fay.id, NOON))


def test_a_teens_likeness_goes_to_an_adult_only_with_the_teens_and_a_guardians_yes(town: Town, clip: Path) -> None:
    character = likeness.make_character(town.rooms, town.tim.id, "Tim", clip)
    with pytest.raises(NotAllowed, match="cannot be opened"):
        allow(town, character, EVERYONE)
    allow(town, character, CHOSEN, town.bob)
    request = wish("Tim on a boat", character.id)
    with pytest.raises(Refused) as caught:
        creation.submit(town.rooms, town.bob.id, request)
    assert caught.value.rule_id == "likeness/minor_needs_guardian"
    guardian_sets(town, "chosen")
    queued = creation.submit(town.rooms, town.bob.id, request).video
    guardian_sets(town, "only_me")
    work(town.rooms)
    assert look(town.rooms, queued.id).error_code == "likeness_not_permitted"
    guardian_sets(town, "off")
    with pytest.raises(NotAllowed, match="switched off"):
        likeness.make_character(town.rooms, town.tim.id, "Tim again", clip)
    with pytest.raises(Refused):
        creation.submit(town.rooms, town.tim.id, request)


def test_a_video_with_a_teens_likeness_is_judged_most_strictly(
    town: Town, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    character = likeness.make_character(town.rooms, town.tim.id, "Tim", clip)
    calls: list[str] = []
    judge = town.rooms.safety.judge_texts

    def listen(parts: Sequence[TextPart], surface: Surface, audience: Audience) -> Verdict:
        calls.append(audience)
        return judge(parts, surface, audience)

    monkeypatch.setattr(town.rooms.safety, "judge_texts", listen)
    creation.submit(town.rooms, town.tim.id, wish("Tim on a boat", character.id))
    assert set(calls) == {"teen", "depicted_minor"}


def test_only_so_many_characters_and_only_names_that_can_be_written(town: Town, clip: Path) -> None:
    for name in ("", "   ", "x" * 81, "a\x00b", "a\u202eb"):
        with pytest.raises(InvalidInput) as caught:
            likeness.make_character(town.rooms, town.ada.id, name, clip)
        assert caught.value.field == "name"
    rows = [
        Character(CharacterId(f"char_{n}"), town.ada.id, "A", ONLY_ME, "c", "p", NOON + timedelta(seconds=n))
        for n in range(town.rooms.settings.characters_per_person)
    ]
    with town.rooms.database.write() as tx:
        Characters(tx).add(rows)
    with pytest.raises(LimitReached):
        likeness.make_character(town.rooms, town.ada.id, "One more", clip)


def test_chosen_people_must_exist(town: Town, clip: Path) -> None:
    character = likeness.make_character(town.rooms, town.ada.id, "Ada", clip)
    with pytest.raises(InvalidInput) as caught:
        likeness.set_permission(town.rooms, town.ada.id, character.id, CHOSEN, [PersonId("per_nobody")])
    assert caught.value.field == "people"
    for act in (likeness.revoke, lambda *args: likeness.set_permission(*args, EVERYONE)):
        with pytest.raises(NotFound):
            act(town.rooms, town.bob.id, character.id)


def test_two_people_of_one_name_cannot_be_told_apart(town: Town, clip: Path) -> None:
    first = make_open_character(town.rooms, town.ada, clip, name="Sam")
    second = make_open_character(town.rooms, town.bob, clip, name="sam")
    with pytest.raises(InvalidInput) as caught:
        creation.submit(town.rooms, town.fay.id, wish("Sam and Sam", first.id, second.id))
    assert caught.value.code == "same_name"


def test_a_clip_that_cannot_be_used_is_named_and_nothing_is_kept(town: Town, tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    noise = np.random.default_rng(1).bytes(5000)
    wrong: dict[str, Callable[[], object]] = {
        "too_short": lambda: write_clip(path, seconds=1.0),
        "too_long": lambda: write_clip(path, seconds=5.0),
        "clip_too_small": lambda: write_clip(path, size=(32, 32)),
        "empty_file": lambda: path.write_bytes(b""),
        "not_a_film": lambda: path.write_bytes(noise),
        "truncated_film": lambda: write_clip(path).write_bytes(path.read_bytes()[:2000]),
    }
    for code, make in wrong.items():
        make()
        with pytest.raises(InvalidInput) as caught:
            likeness.make_character(town.rooms, town.ada.id, "Ada", path)
        assert (caught.value.code, caught.value.field) == (code, "video")
    assert media_keys(town.home) == set()
    assert likeness.list_characters(town.rooms, town.ada.id) == []


def test_a_teens_film_with_their_own_face_waits_for_a_person_who_can_let_it_go(town: Town, clip: Path) -> None:
    character = likeness.make_character(town.rooms, town.tim.id, "Tim", clip)
    alone = finished(town.rooms, town.tim.id)
    assert alone.teen_allowed
    shown = finished(town.rooms, town.tim.id, wish("Tim on a boat", character.id))
    assert not shown.teen_allowed
    case = next(case for case in list_cases(town.rooms) if case.decision.subject_id == shown.id)
    assert case.decision.rule_id == "film/missing/picture_content"
    assert {item["part"] for item in case.decision.evidence if item["category"] == "not_checked"} >= {
        "picture_content"
    }  # fmt: skip
    resolve_case(town.rooms, town.bob.id, case.id, overturn=True)
    assert look(town.rooms, shown.id).teen_allowed
