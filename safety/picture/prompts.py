"""What an open_clip model is asked about a frame: a policy of words per category, and the pictures they are not."""

from pathlib import Path

from pydantic import Field, model_validator

from core.policies import Policy, PolicyModel, load_policy
from safety.taxonomy import CATEGORIES, SEXUAL_MINORS

SHIPPED = Path(__file__).parent.parent / "policies" / "picture_prompts.toml"


class CategoryPrompts(PolicyModel):
    """The words for one category: what it looks like, and what looks like it and is not."""

    category: str = Field(description="A category of the taxonomy.")
    shows: tuple[str, ...] = Field(min_length=1, description="What a frame of it shows.")
    looks_like: tuple[str, ...] = Field(default=(), description="What is easily taken for it and is fine.")


class PicturePrompts(Policy):
    """All prompts. A category without one is not scored from pictures, unless a trained head scores it."""

    templates: tuple[str, ...] = Field(min_length=1, description="Sentences with `{}`, whose vectors are averaged.")
    ordinary: tuple[str, ...] = Field(min_length=4, description="Ordinary pictures, against which all are weighed.")
    sharpness: float = Field(gt=0, le=200, description="How sharply cosines are told apart; CLIP trains with 100.")
    category: tuple[CategoryPrompts, ...] = Field(min_length=1, description="Prompts per category.")

    @model_validator(mode="after")
    def _sound(self) -> "PicturePrompts":
        names = [item.category for item in self.category]
        wrong = [name for name in names if name not in CATEGORIES or name == SEXUAL_MINORS]
        if wrong:
            raise ValueError(f"{wrong[0]!r} cannot be asked for; sexual/minors is composed, never asked")
        if len(set(names)) < len(names):
            raise ValueError("a category stands twice; give each one entry")
        if any("{}" not in template for template in self.templates):
            raise ValueError("every template needs {} where the words go")
        return self


def load_prompts(overrides: Path | None = None) -> PicturePrompts:
    """Return the prompts in force. Raises ``BrokenPolicy``."""
    return load_policy(SHIPPED, PicturePrompts, overrides)
