"""The wellbeing room: one façade over its policies. Everything here is a pure decision; the journeys load and store."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Self

from core.ids import PersonId, VideoId
from core.records import Event, Person
from core.records_wellbeing import FamilyLink, Setting
from wellbeing import counting, family, gate, notifications, passivity, polls
from wellbeing.bands import band_of
from wellbeing.controls import EffectiveControl, EffectiveControls, effective_control, effective_controls
from wellbeing.family import Changes, ControlChange
from wellbeing.gate import Gate, SessionView
from wellbeing.notifications import NotifyVerdict
from wellbeing.policy import WellbeingPolicy, load_wellbeing
from wellbeing.polls import Answer, PollOffer
from wellbeing.state import ViewingState


class Wellbeing:
    """How much and how it feels, by the policies in force."""

    def __init__(self, policy: WellbeingPolicy) -> None:
        self.policy = policy

    @classmethod
    def open(cls, *, overrides: Path | None = None) -> Self:
        """Load and check every policy. Raises ``BrokenPolicy``."""
        return cls(load_wellbeing(overrides))

    def controls(self, person: Person, settings: Iterable[Setting], now: datetime) -> EffectiveControls:
        """Return what holds for a person. ``settings``: their own, and those of guardians whose link is in force."""
        return effective_controls(self.policy.controls, self.policy.laws, person, settings, now)

    def control(self, person: Person, settings: Iterable[Setting], name: str, now: datetime) -> EffectiveControl:
        """Return what holds of one control alone, as ``controls`` would."""
        return effective_control(self.policy.controls, self.policy.laws, person, settings, name, now)

    def open_page(
        self,
        state: ViewingState,
        person: Person,
        controls: EffectiveControls,
        *,
        requested: int,
        now: datetime,
        for_goals: int = 0,
    ) -> Gate:
        """Decide on a page of ``requested`` videos and count what is allowed; ``for_goals`` of them are not passive."""
        return gate.open_page(
            state, person, controls, requested=requested, now=now, policy=self.policy, for_goals=for_goals
        )

    def open_one(self, state: ViewingState, person: Person, controls: EffectiveControls, *, now: datetime) -> Gate:
        """Decide on one video that is opened by itself, and count it."""
        return gate.open_page(state, person, controls, requested=1, now=now, policy=self.policy, is_page=False)

    def looked_at(
        self, state: ViewingState, person: Person, controls: EffectiveControls, now: datetime
    ) -> tuple[ViewingState, SessionView]:
        """Return the state at ``now`` and where it stands, counting nothing."""
        return gate.looked_at(state, person, controls, now, self.policy)

    def caught_up(
        self, state: ViewingState, person: Person, controls: EffectiveControls, now: datetime
    ) -> ViewingState:
        """Return the state at ``now``, to be changed and kept."""
        now = counting.never_back(state, now)
        return counting.caught_up(state, person, controls.band, now, self.policy.limits)

    def after_events(self, state: ViewingState, person: Person, events: Sequence[Event], now: datetime) -> ViewingState:
        """Return the state after what a person did: watching takes time, making and talking end a passive run."""
        if any(event.kind in passivity.WATCHING_KINDS for event in events):
            now = counting.never_back(state, now)
            state = counting.moved_to(state, person, band_of(person, now), now, self.policy.limits)
            state = state.with_(last_active_at=now)
        return passivity.after_events(state, events, now, self.policy.nudges)

    def poll_offer(
        self, state: ViewingState, person: Person, now: datetime, *, about: Mapping[str, VideoId | None]
    ) -> tuple[ViewingState, PollOffer | None]:
        """Return the question to put beside a page, if any; ``about``: the video that each kind would be about."""
        return polls.poll_offer(state, person, now, self.policy.polls, about=about)

    def poll_may_come(self, state: ViewingState, now: datetime) -> bool:
        """Tell whether any question may be asked now; cheap, so that most pages look nothing up."""
        return polls.poll_may_come(state, now, self.policy.polls)

    def checked_answer(
        self, kind: str, answer: float | None, answers: Sequence[int] | None, *, skip: bool
    ) -> Answer | None:
        """Return the answer if it fits the question, or None for a skip. Raises ``InvalidInput``."""
        return polls.checked_answer(self.policy.polls.rule(kind), answer, answers, skip=skip)

    def may_notify(
        self, person: Person, controls: EffectiveControls, now: datetime, *, kind: str = "social"
    ) -> NotifyVerdict:
        """Return whether a notification of this kind may be sent now."""
        return notifications.may_notify(person, controls, now, self.policy.notifications, self.policy.laws, kind=kind)

    def check_changes(
        self,
        person: Person,
        actor_id: PersonId,
        settings: Sequence[Setting],
        changes: Changes,
        scopes: Collection[str],
        now: datetime,
        until: datetime | None = None,
    ) -> list[ControlChange]:
        """Return the control changes that ``actor_id`` may make. Raises for the first they may not."""
        return family.check_changes(
            self.policy.controls, self.policy.laws, person, actor_id, settings, changes, scopes, now, until
        )

    def check_invite(self, actor: Person, other: Person, links: Sequence[FamilyLink], now: datetime) -> None:
        """Raise unless ``actor`` may invite ``other`` now."""
        family.check_invite(actor, other, links, now, self.policy.family.invites)
