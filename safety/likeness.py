"""Who may put whose likeness into a video. Pure rules; the first that refuses is named."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import Field, model_validator

from core.ids import PersonId
from core.policies import Policy, PolicyModel, load_policy
from core.verdicts import Verdict
from core.vocabulary import Audience, LikenessPermission, Outcome, Surface

SHIPPED = Path(__file__).parent / "policies" / "likeness.toml"
_OPENNESS = (
    LikenessPermission.ONLY_ME,
    LikenessPermission.CHOSEN,
    LikenessPermission.MUTUALS,
    LikenessPermission.EVERYONE,
)


class MinorLikeness(PolicyModel):
    """What holds for the likeness of someone under 18."""

    widest_permission: LikenessPermission = Field(description="The most open permission a minor may give.")
    adults_need_guardian: bool = Field(description="Whether an adult a minor chose also needs a guardian's yes.")

    @model_validator(mode="after")
    def _not_open(self) -> "MinorLikeness":
        if self.widest_permission not in {LikenessPermission.ONLY_ME, LikenessPermission.CHOSEN}:
            raise ValueError("widest_permission must be 'only_me' or 'chosen' for minors")
        if not self.adults_need_guardian:
            raise ValueError("adults_need_guardian must be true")
        return self


class LikenessPolicy(Policy):
    """Numbers and choices of the likeness rules."""

    minors: MinorLikeness
    max_characters_per_video: int = Field(ge=1, le=10, description="Most people's likenesses in one video.")
    max_chosen_people: int = Field(ge=1, le=1000, description="Most people that an owner may choose.")


@dataclass(frozen=True, slots=True)
class LikenessUse:
    """One wish to use one character, with all that the rules look at."""

    asker_id: PersonId
    owner_id: PersonId
    permission: LikenessPermission
    is_revoked: bool = False
    chosen: frozenset[PersonId] = frozenset()
    are_mutual: bool = False
    is_blocked: bool = False
    asker_is_minor: bool = True
    owner_is_minor: bool = True
    cameo_use_on: bool = True
    guardian_allows_adults: bool = False

    @property
    def is_owner(self) -> bool:
        """Whether the asker is the person whose likeness it is."""
        return self.asker_id == self.owner_id


@dataclass(frozen=True, slots=True)
class _Rule:
    id: str
    refuses: Callable[[LikenessUse, LikenessPolicy], bool]
    says: str


def _effective(use: LikenessUse, policy: LikenessPolicy) -> LikenessPermission:
    if not use.owner_is_minor:
        return use.permission
    return min(use.permission, policy.minors.widest_permission, key=_OPENNESS.index)


def _outside_permission(use: LikenessUse, policy: LikenessPolicy) -> bool:
    match _effective(use, policy):
        case LikenessPermission.EVERYONE:
            return False
        case LikenessPermission.MUTUALS:
            return not use.are_mutual and use.asker_id not in use.chosen
        case LikenessPermission.CHOSEN:
            return use.asker_id not in use.chosen
        case _:
            return True


# In the order that is told to the asker: what nobody may do, then what this asker may not do.
_RULES: tuple[_Rule, ...] = (
    _Rule("likeness/revoked", lambda use, _: use.is_revoked, "This likeness was withdrawn by the person it shows."),
    _Rule(
        "likeness/cameo_use_off",
        lambda use, _: not use.cameo_use_on,
        "Cameos are switched off for this person, by themselves or by a guardian.",
    ),
    _Rule(
        "likeness/blocked",
        lambda use, _: use.is_blocked and not use.is_owner,
        "This likeness cannot be used by you.",
    ),
    _Rule(
        "likeness/minor_not_chosen",
        lambda use, policy: use.owner_is_minor and not use.is_owner and _outside_permission(use, policy),
        "Only people this young person chose may use their likeness.",
    ),
    _Rule(
        "likeness/minor_needs_guardian",
        lambda use, policy: (
            use.owner_is_minor
            and not use.is_owner
            and not use.asker_is_minor
            and policy.minors.adults_need_guardian
            and not use.guardian_allows_adults
        ),
        "An adult may use a young person's likeness only if they were chosen and a guardian allows it.",
    ),
    _Rule(
        "likeness/not_permitted",
        lambda use, policy: not use.is_owner and _outside_permission(use, policy),
        "The person this shows has not allowed you to use their likeness.",
    ),
)


_SOMEBODY = (
    "likeness/face_in_picture",
    "The picture shows somebody's face. People are shown as characters, by their own permission.",
)
_UNSEEN = (
    "likeness/faces_not_looked_for",
    "Nothing here can tell whether the picture shows somebody's face, so no film can show it.",
)


def may_use_likeness(use: LikenessUse, policy: LikenessPolicy) -> Verdict:
    """Return allow, or block with the first rule that refuses and its words. Never anything between."""
    audience = Audience.DEPICTED_MINOR if use.owner_is_minor else Audience.ADULT
    for rule in _RULES:
        if rule.refuses(use, policy):
            return Verdict(
                Outcome.BLOCK, policy.version, Surface.CAMEO, audience,
                rule_id=rule.id, category="likeness", explanation=rule.says,
            )  # fmt: skip
    return Verdict(Outcome.ALLOW, policy.version, Surface.CAMEO, audience)


def may_show_picture(faces: int | None, *, is_consented: bool, policy: LikenessPolicy) -> Verdict:
    """Return whether a film may show a picture that somebody sent: allow or block, never anything between.

    ``faces``: how many were found in it; None where nothing could look for them, and then nobody is shown.
    ``is_consented``: it is of the clip of someone who lets the asker use their likeness.
    """
    # Whose face it is, and how old, nobody knows: it counts as a young person's.
    verdict = Verdict(Outcome.ALLOW, policy.version, Surface.UPLOAD, Audience.DEPICTED_MINOR)
    if is_consented or faces == 0:
        return verdict
    rule, says = _UNSEEN if faces is None else _SOMEBODY
    return replace(verdict, outcome=Outcome.BLOCK, rule_id=rule, category="likeness", explanation=says)


def widest_permission(owner_is_minor: bool, policy: LikenessPolicy) -> LikenessPermission:
    """Return the most open permission that an owner may give."""
    return policy.minors.widest_permission if owner_is_minor else LikenessPermission.EVERYONE


def may_give_permission(permission: LikenessPermission, owner_is_minor: bool, policy: LikenessPolicy) -> bool:
    """Whether an owner may open their likeness this far."""
    return _OPENNESS.index(permission) <= _OPENNESS.index(widest_permission(owner_is_minor, policy))


def load_likeness_policy(overrides: Path | None = None) -> LikenessPolicy:
    """Return the likeness policy in force. Raises ``BrokenPolicy``."""
    return load_policy(SHIPPED, LikenessPolicy, overrides)
