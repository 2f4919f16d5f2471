"""What a person asks for, and what a job keeps of it until its film is made."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from pydantic import BaseModel, ConfigDict, Field

from core.errors import InvalidInput
from core.hashing import stable_int
from core.ids import CharacterId, VideoId
from core.records import Character, Video
from generation.backends import ModelInfo
from generation.room import Generation
from generation.storyboard import Storyboard
from pipelines.online.retries import request_hash

MAX_PROMPT_CHARS = 32_000
SECONDS = range(4, 13)
_MAX_SEED = 2**31 - 1


@dataclass(frozen=True, slots=True)
class VideoRequest:
    """A wish for a video, as it came in."""

    prompt: str
    model: str
    seconds: int
    size: str
    characters: tuple[CharacterId, ...] = ()
    seed: int | None = None
    style: str = ""
    palette: str = ""  # chosen from a reference picture; empty lets the words choose
    remix_of: VideoId | None = None

    @property
    def digest(self) -> str:
        """A hash by which a retry of the same wish is known."""
        return request_hash(asdict(self))

    def remixing(self, source: Video, shown: Sequence[Character]) -> "VideoRequest":
        """Return the wish with everything that a remix takes over from its source."""
        return replace(
            self,
            # The new words come first: where both name a mood, a place or a time, the first to name it wins.
            prompt=f"{self.prompt.rstrip(' .')}. {source.prompt}"[:MAX_PROMPT_CHARS],
            model=source.model,
            seconds=source.seconds,
            size=source.size,
            seed=source.seed if self.seed is None else self.seed,
            style=self.style or source.style,
            characters=tuple(dict.fromkeys((*self.characters, *(character.id for character in shown)))),
        )


class Wish(BaseModel):
    """What a job holds: the storyboard, the model, and who is to be shown."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    storyboard: Storyboard = Field(description="What the film will show.")
    model: str = Field(description="The model's name, as it was asked for.")
    characters: tuple[CharacterId, ...] = Field(default=(), description="In the order of the storyboard's names.")


def wish_for(generation: Generation, request: VideoRequest, shown: Sequence[Character], video_id: VideoId) -> Wish:
    """Return the wish of a checked request. Raises ``InvalidInput`` naming the field that cannot be met."""
    _check(generation, request)
    width, height = (int(side) for side in request.size.split("x"))
    storyboard = generation.storyboard(
        request.prompt,
        seconds=request.seconds,
        width=width,
        height=height,
        seed=stable_int("seed", video_id) % _MAX_SEED if request.seed is None else request.seed,
        style=request.style or None,
        characters=[character.name for character in shown],
    )
    if request.palette:
        shots = tuple(shot.model_copy(update={"palette": request.palette}) for shot in storyboard.shots)
        storyboard = storyboard.model_copy(update={"shots": shots})
    return Wish(storyboard=storyboard, model=request.model, characters=tuple(character.id for character in shown))


def _check(generation: Generation, request: VideoRequest) -> None:
    if not request.prompt.strip() or len(request.prompt) > MAX_PROMPT_CHARS:
        raise InvalidInput(
            code="bad_prompt",
            detail="The prompt is empty or too long.",
            field="prompt",
            expected=f"1 to {MAX_PROMPT_CHARS:,} characters that say what to show.",
        )
    model = _model(generation, request.model)
    if request.size not in model.sizes:
        raise InvalidInput(
            code="bad_size",
            detail=f"A film cannot be {request.size!r}.",
            field="size",
            expected=f"One of: {', '.join(model.sizes)}.",
        )
    longest = min(SECONDS[-1], model.max_seconds)
    if not SECONDS[0] <= request.seconds <= longest:
        raise InvalidInput(
            code="bad_seconds",
            detail=f"A film cannot last {request.seconds} s.",
            field="seconds",
            expected=f"A whole number from {SECONDS[0]} to {longest}.",
        )
    if request.seed is not None and not 0 <= request.seed <= _MAX_SEED:
        raise InvalidInput(
            code="bad_seed", detail="The seed cannot be used.", field="seed", expected=f"From 0 to {_MAX_SEED}."
        )


def _model(generation: Generation, name: str) -> ModelInfo:
    """Return what is known of a model; a name that no backend claims goes to the default one."""
    models = generation.models()
    return next((info for info in models if info.name == name), models[0])
