"""What a person asks for, and what a job keeps of it until its film is made."""

import math
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.errors import InvalidInput, NotFound
from core.hashing import stable_int
from core.ids import CharacterId, VideoId
from core.records import Character, Job, Video
from generation.edits import change_thing, extend, remix, restyle
from generation.room import Generation
from generation.shot_list import ShotSpec, assemble
from generation.storyboard import Storyboard
from pipelines.online.references import Reference, palette_of
from pipelines.online.retries import request_hash

MAX_PROMPT_CHARS = 32_000
SHORTEST_S = 4
_MAX_SEED = 2**31 - 1


class Derivation(StrEnum):
    """How one video comes from another."""

    NONE = ""
    REMIX = "remix"
    EDIT = "edit"
    EXTENSION = "extension"


@dataclass(frozen=True, slots=True)
class VideoRequest:
    """A wish for a video, as it came in. ``shots`` take the place of ``seconds``."""

    prompt: str
    model: str
    seconds: int
    size: str
    characters: tuple[CharacterId, ...] = ()
    seed: int | None = None
    style: str = ""
    reference: Reference | None = None  # the film begins with it, and takes its colours
    remix_of: VideoId | None = None
    derived: Derivation = Derivation.NONE
    shots: tuple[ShotSpec, ...] = ()
    audio: bool = True

    @property
    def digest(self) -> str:
        """A hash by which a retry of the same wish is known."""
        fields = asdict(replace(self, reference=None))
        return request_hash(fields | {"reference": self.reference and self.reference.digest})


class Wish(BaseModel):
    """What a job holds: the storyboard, the model, and who is to be shown."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    storyboard: Storyboard = Field(description="What the film will show.")
    model: str = Field(description="The model's name, as it was asked for.")
    characters: tuple[CharacterId, ...] = Field(default=(), description="In the order of the storyboard's names.")
    first_frame: str = Field(default="", description="Media key of the picture that the film begins with.")


@dataclass(frozen=True, slots=True)
class Source:
    """A video that another one is made from: what it shows, and its people."""

    video: Video
    shown: tuple[Character, ...]
    storyboard: Storyboard | None  # as its job keeps it; None: there is no such job
    first_frame: str = ""  # media key of the picture that it begins with

    @classmethod
    def of(cls, video: Video, shown: Sequence[Character], job: Job | None) -> "Source":
        """Return a source as the database holds it."""
        try:
            board = None if job is None else Wish.model_validate(job.request).storyboard
        except ValidationError:
            board = None  # from a version that wrote storyboards otherwise: its words are read anew
        return cls(video, tuple(shown), board, first_frame_of(job))


def first_frame_of(job: Job | None) -> str:
    """Return the media key of the picture that a job's film begins with; empty if it begins with none."""
    return "" if job is None else str(job.request.get("first_frame", ""))


def derived_request(request: VideoRequest, source: Source) -> VideoRequest:
    """Return the wish with everything that it takes over from its source."""
    video = source.video
    new, old = request.prompt.rstrip(" ."), video.prompt
    if request.derived is Derivation.EXTENSION:
        # The new words are never the ones that a bound cuts off: what is asked for is what is judged.
        prompt = f"{old[: MAX_PROMPT_CHARS - len(new) - 2].rstrip(' .')}. {new}"
    else:
        # The new words come first: where both name a mood, a place or a time, the first to name it wins.
        prompt = f"{new}. {old}"[:MAX_PROMPT_CHARS]
    people = dict.fromkeys((*request.characters, *(character.id for character in source.shown)))
    return replace(
        request,
        prompt=prompt,
        model=video.model,
        seconds=video.seconds + (request.seconds if request.derived is Derivation.EXTENSION else 0),
        size=video.size,
        seed=video.seed if request.seed is None else request.seed,
        style=request.style or video.style,
        audio=request.audio and video.has_sound,
        characters=tuple(people),
    )


def wish_for(
    generation: Generation,
    request: VideoRequest,
    shown: Sequence[Character],
    video_id: VideoId,
    *,
    said: str = "",
    source: Source | None = None,
) -> Wish:
    """Return the wish of a checked request; ``said``: the new words of one that comes from ``source``.

    Raises ``InvalidInput`` naming the field that cannot be met.
    """
    check_request(generation, request)
    width, height = (int(side) for side in request.size.split("x"))
    seed = stable_int("seed", video_id) % _MAX_SEED if request.seed is None else request.seed
    look = _Look(width, height, seed, request.style or None, tuple(character.name for character in shown))
    if request.shots:
        storyboard = assemble(
            request.shots, width=width, height=height, seed=seed, style=look.style, characters=look.characters
        ).model_copy(update={"prompt": request.prompt})
    elif source is not None:
        storyboard = _derived(generation, look, request, source, said)
    else:
        storyboard = _read(generation, look, request.prompt, request.seconds)
    if request.reference is not None:
        storyboard = restyle(storyboard, palette=palette_of(request.reference.picture))
    return Wish(storyboard=storyboard, model=request.model, characters=tuple(character.id for character in shown))


@dataclass(frozen=True, slots=True)
class _Look:
    """What all shots of a film share."""

    width: int
    height: int
    seed: int
    style: str | None
    characters: tuple[str, ...]


def _derived(generation: Generation, look: _Look, request: VideoRequest, source: Source, said: str) -> Storyboard:
    """Return what a video shows that comes from another: what the new words leave open stays as it was."""
    video = source.video
    before = source.storyboard or _read(generation, look, video.prompt, video.seconds)
    before = before.model_copy(update={"characters": tuple(dict.fromkeys((*before.characters, *look.characters)))})
    if request.derived is Derivation.EXTENSION:
        goes_on = generation.info(request.model).goes_on
        return extend(before, said, request.seconds - video.seconds, goes_on=goes_on)
    if request.derived is Derivation.EDIT:
        with suppress(NotFound, InvalidInput):  # words that name no one thing to change are a remix's
            return change_thing(before, said).model_copy(update={"prompt": request.prompt})
    return remix(before, said, seed=look.seed)


def _read(generation: Generation, look: _Look, prompt: str, seconds: float) -> Storyboard:
    return generation.storyboard(
        prompt,
        seconds=seconds,
        width=look.width,
        height=look.height,
        seed=look.seed,
        style=look.style,
        characters=look.characters,
    )


def check_request(generation: Generation, request: VideoRequest) -> None:
    """Raise ``InvalidInput`` for what no film can be made of, naming the field."""
    check_words(request.prompt)
    model = generation.info(request.model)
    if request.size not in model.sizes:
        raise InvalidInput(
            code="bad_size",
            detail=f"A film cannot be {request.size!r}.",
            field="size",
            expected=f"One of: {', '.join(model.sizes)}.",
        )
    _check_length(generation, request, model.max_seconds)
    if request.seed is not None and not 0 <= request.seed <= _MAX_SEED:
        raise InvalidInput(
            code="bad_seed", detail="The seed cannot be used.", field="seed", expected=f"From 0 to {_MAX_SEED}."
        )


def check_words(prompt: str) -> None:
    """Raise ``InvalidInput`` for an empty or endless prompt."""
    if not prompt.strip() or len(prompt) > MAX_PROMPT_CHARS:
        raise InvalidInput(
            code="bad_prompt",
            detail="The prompt is empty or too long.",
            field="prompt",
            expected=f"1 to {MAX_PROMPT_CHARS:,} characters that say what to show.",
        )


def seconds_of(shots: Sequence[ShotSpec]) -> int:
    """Return the whole seconds that a film of these shots takes."""
    return math.ceil(math.fsum(shot.seconds for shot in shots) - 1e-6)


def _check_length(generation: Generation, request: VideoRequest, most_of_model: int) -> None:
    films = generation.queue.films
    is_long = bool(request.shots) or request.derived is not Derivation.NONE
    longest = min(films.longest_total_s if is_long else films.longest_create_s, most_of_model)
    if not SHORTEST_S <= request.seconds <= longest:
        raise InvalidInput(
            code="bad_seconds",
            detail=f"A film cannot last {request.seconds} s.",
            field="storyboard.shots" if request.shots else "seconds",
            expected=f"From {SHORTEST_S} to {longest} s in all.",
        )
    if len(request.shots) > films.most_shots:
        raise InvalidInput(
            code="too_many_shots",
            detail=f"{len(request.shots)} shots are too many.",
            field="storyboard.shots",
            expected=f"At most {films.most_shots}.",
        )
