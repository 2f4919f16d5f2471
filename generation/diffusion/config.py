"""Which diffusers models there are and how each is read and run: typed, checked whole, without importing torch."""

from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from core.policies import Policy, PolicyModel, load_policy

SHIPPED = Path(__file__).parents[1] / "policies" / "diffusers.toml"
_SIZES = ("360x640", "640x360", "720x1280", "1280x720", "1024x1792", "1792x1024")


class Offload(PolicyModel):
    """Where weights wait while they are not needed."""

    kind: Literal["none", "group", "model", "sequential"] = Field(
        default="none", description="`group` moves blocks or layers, `model` whole models, `sequential` every layer."
    )
    level: Literal["block_level", "leaf_level"] = Field(default="leaf_level", description="What `group` moves at once.")
    blocks: int = Field(default=1, ge=1, description="Blocks that `group` moves together at block level.")
    stream: bool = Field(default=False, description="Move the next group while this one computes (needs a GPU).")
    disk: Path | None = Field(default=None, description="Folder where `group` keeps the denoiser's weights.")


class Casting(PolicyModel):
    """Layerwise casting: the denoiser's weights are kept small and widened layer by layer when they are used."""

    storage: Literal["float8_e4m3fn", "float8_e5m2"] = Field(description="How weights are kept.")


class Quantisation(PolicyModel):
    """Weights made small once, when they are read, by a library that has to be installed."""

    backend: Literal["bitsandbytes_4bit", "bitsandbytes_8bit", "torchao", "quanto"] = Field(
        description="The library and its way, by diffusers' names."
    )
    components: tuple[str, ...] = Field(default=("transformer",), min_length=1, description="Parts made small.")
    options: dict[str, Any] = Field(default_factory=dict, description="Arguments of the library's configuration.")


class Cache(PolicyModel):
    """What is kept from one denoising step for the next. A model that cannot is run without, and the log says so."""

    kind: Literal["first_block", "faster", "pyramid", "mag", "taylor_seer", "sea", "text_kv"] = Field(
        description="The method."
    )
    options: dict[str, Any] = Field(default_factory=dict, description="Fields of the method's diffusers configuration.")


class Compile(PolicyModel):
    """torch.compile of the denoiser, block by block where it has repeated blocks."""

    backend: str = Field(default="inductor", min_length=1, description="torch.compile's backend.")
    mode: str | None = Field(default=None, description="torch.compile's mode.")
    dynamic: bool | None = Field(default=None, description="Compile once for all sizes.")
    fullgraph: bool = Field(default=False, description="Refuse what cannot be compiled as one graph.")


class Parallel(PolicyModel):
    """Context parallel: one film's tokens over several GPUs, in a process group that `torchrun` started."""

    ring: int = Field(default=1, ge=1, description="Devices of ring attention.")
    ulysses: int = Field(default=1, ge=1, description="Devices of Ulysses attention.")

    @property
    def size(self) -> int:
        """How many processes it takes."""
        return self.ring * self.ulysses

    @model_validator(mode="after")
    def _is_parallel(self) -> Self:
        if self.size < 2:
            raise ValueError("ring or ulysses must be at least 2")
        return self


class DiffusersConfig(PolicyModel):
    """One model: where it is, how it is read, and how it is run."""

    model: str = Field(min_length=1, description="Local folder or hub id of the pipeline.")
    name: str = Field(default="", description="What callers call it; empty: as `model`.")
    revision: str = Field(default="", description="Commit to pin when `model` is a hub id.")
    variant: str = Field(default="", description="Variant of the weights' files, e.g. `fp16`.")
    pipeline: str = Field(default="", description="Class to read it with; empty: the one that its folder names.")
    description: str = Field(default="", description="A line for those who choose a model.")
    sizes: tuple[str, ...] = Field(default=_SIZES, min_length=1, description="Sizes it is offered for.")
    max_seconds: int = Field(default=20, ge=1, le=120, description="Longest film it is offered for.")
    steps: int = Field(default=0, ge=0, le=200, description="Denoising steps; 0: as the family or pipeline has it.")
    call: dict[str, Any] = Field(default_factory=dict, description="Further arguments of the pipeline's call.")
    fps: float = Field(default=0, ge=0, le=120, description="Rate it was trained at; 0: as its family has it.")
    most_pixels: int = Field(default=0, ge=0, description="Larger pictures are made smaller and scaled up; 0: family.")
    longest_frames: int = Field(default=0, ge=0, description="Longer shots are made in segments; 0: family.")
    resampling: Literal["nearest", "blend"] = Field(
        default="nearest", description="How frames come from the model's rate to the film's."
    )
    first_picture: Literal["none", "world"] = Field(
        default="none", description="`world`: the simulator draws the first picture of each shot that has none."
    )
    batch: int = Field(default=1, ge=1, le=64, description="Most films made by one call.")
    memory_bytes: int = Field(default=0, ge=0, description="Memory it takes; 0: counted from a local folder's files.")
    precision: Literal["auto", "bfloat16", "float16", "float32"] = Field(
        default="auto", description="auto: bfloat16 on a GPU, float32 without one."
    )
    wide: tuple[str, ...] | None = Field(
        default=None,
        description="Parts that are read in float32 whatever the precision; not given: as the family has it.",
    )
    device: Literal["auto", "cuda", "cpu"] = Field(default="auto", description="auto: a GPU if there is one.")
    vae_tiling: bool = Field(default=False, description="Decode in tiles: less memory, a little slower.")
    vae_slicing: bool = Field(default=False, description="Decode a batch one film at a time.")
    attention: str = Field(default="", description="diffusers' name of the attention backend; empty: its own choice.")
    offload: Offload = Offload()
    casting: Casting | None = None
    quantisation: Quantisation | None = None
    cache: Cache | None = None
    compile: Compile | None = None
    parallel: Parallel | None = None

    @property
    def title(self) -> str:
        """The name that it goes by."""
        return self.name or self.model


class Family(PolicyModel):
    """What is known of a family of pipelines and cannot be read off them."""

    name: str = Field(min_length=1, description="What it is called here.")
    pipelines: tuple[str, ...] = Field(default=(), description="diffusers' class names; none: any that no other names.")
    where: dict[str, Any] = Field(default_factory=dict, description="Values its model_index.json must have besides.")
    hub: tuple[str, ...] = Field(default=(), description="Beginnings of hub ids, lower case, for before it is read.")
    text: str = Field(default="", description="Class that needs no picture and is made of the same parts.")
    pictures: str = Field(default="", description="Class that takes pictures and is made of the same parts.")
    side: int = Field(default=8, ge=1, description="Width and height are multiples of this, besides the codec's own.")
    fps: float = Field(default=0, ge=0, description="Rate it was trained at; 0: it is told the film's rate.")
    longest_frames: int = Field(default=0, ge=0, description="Most frames of one call; 0: no bound.")
    most_pixels: int = Field(default=0, ge=0, description="Most pixels of a frame; 0: no bound.")
    steps: int = Field(default=0, ge=0, description="Usual denoising steps; 0: the pipeline's default.")
    sound: bool = Field(default=False, description="Whether it makes sound.")
    wide: tuple[str, ...] = Field(default=(), description="Parts that lose too much in less than float32.")
    call: dict[str, Any] = Field(default_factory=dict, description="Usual arguments, where the call takes them.")
    source: str = Field(min_length=10, description="Where these facts are from.")


class DiffusersPolicy(Policy):
    """diffusers.toml."""

    family: tuple[Family, ...] = Field(min_length=1, description="Families, the first that fits counts.")
    model: tuple[DiffusersConfig, ...] = Field(default=(), description="The operator's models.")

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        titles = [item.title for item in self.model]
        if len(set(titles)) != len(titles):
            raise ValueError("two models have one name")
        if self.family[-1].pipelines:
            raise ValueError("the last family must be the one for any pipeline (no `pipelines`)")
        return self

    def family_of(self, pipeline: str, values: dict[str, Any]) -> Family:
        """Return the family of a pipeline's class, given the values of its model_index.json."""
        return next(item for item in self.family if _fits(item, pipeline, values))

    def family_of_hub(self, ident: str) -> Family:
        """Return the family that a hub id belongs to by its name; what it really is shows when it is read."""
        lower = ident.lower()
        return next((item for item in self.family if lower.startswith(item.hub or ("\0",))), self.family[-1])


def _fits(family: Family, pipeline: str, values: dict[str, Any]) -> bool:
    named = not family.pipelines or pipeline in family.pipelines
    return named and all(values.get(key) == wanted for key, wanted in family.where.items())


def load_diffusers_policy(overrides: Path | None = None) -> DiffusersPolicy:
    """Return the policy in force. Raises ``BrokenPolicy``."""
    return load_policy(SHIPPED, DiffusersPolicy, overrides)
