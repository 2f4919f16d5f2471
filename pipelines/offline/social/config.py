"""Settings of the social recommender. The defaults are meant for sets nobody has seen; validation decides the rest."""

from pydantic import BaseModel, ConfigDict, Field


class Settings(BaseModel):
    """Base of all settings here: frozen, unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class GraphSettings(Settings):
    """The graph convolution (LightGCN with a softmax loss and edge dropout)."""

    dimensions: int = Field(default=64, ge=2, le=512, description="Length of every vector.")
    layers: int = Field(default=2, ge=1, le=4, description="Hops of propagation; the mean of all layers is used.")
    temperature: float = Field(default=0.15, gt=0, le=1, description="Cosines are divided by it in the softmax.")
    edge_dropout: float = Field(default=0.3, ge=0, lt=1, description="Share of edges left out of each step.")
    friend_weight: float = Field(default=0.0, ge=0, le=10, description="Weight of a friendship; a play weighs one.")
    learning_rate: float = Field(default=0.02, gt=0, le=1, description="Step size of Adam.")
    steps_per_round: int = Field(default=16, ge=1, le=1000, description="Steps in which all users come once.")
    users_per_step: tuple[int, int] = Field(default=(128, 1024), description="Fewest and most users in a step.")
    logits_per_step: int = Field(
        default=8_000_000, ge=1000, description="Users x items in a step's softmax; beyond it, items are sampled."
    )
    steps: int = Field(default=960, ge=1, le=20_000, description="Most steps.")
    check_every: int = Field(default=80, ge=1, le=5000, description="Steps between looks at validation.")
    patience: int = Field(default=2, ge=1, le=100, description="Looks without a better one before stopping.")
    seconds: float = Field(default=900.0, gt=0, description="No step begins after so long; stops what is too big.")


class LinearSettings(Settings):
    """The linear item model (EASE) by its singular vectors."""

    exact_up_to: int = Field(default=4000, ge=2, le=20_000, description="Smaller side up to which it is exact.")
    rank: int = Field(default=512, ge=2, le=4000, description="Singular vectors kept beyond that.")
    powers: tuple[tuple[float, float], ...] = Field(
        default=((0.25, 0.1),), description="Rows and columns are divided by degree to these powers."
    )
    ridges: tuple[float, ...] = Field(
        default=(1.0, 2.0, 4.0, 8.0, 16.0), description="Ridge penalties, in mean squared singular values."
    )


class GraphChange(Settings):
    """What one graph convolution of the blend has different from the others."""

    temperature: float | None = Field(default=None, gt=0, le=1, description="As in ``GraphSettings``.")
    friend_weight: float | None = Field(default=None, ge=0, le=10, description="As in ``GraphSettings``.")
    layers: int | None = Field(default=None, ge=1, le=4, description="As in ``GraphSettings``.")


class SocialSettings(Settings):
    """The whole recommender."""

    graph: GraphSettings = Field(default_factory=GraphSettings)
    linear: LinearSettings = Field(default_factory=LinearSettings)
    graphs: tuple[GraphChange, ...] = Field(
        default=(GraphChange(), GraphChange(friend_weight=0.5)),
        min_length=1,
        description="One graph convolution is trained for each; the blend weighs them all.",
    )
    validation_users: int = Field(default=4000, ge=10, description="Users on whom choices are made, at most.")
    candidates: int = Field(default=150, ge=20, le=1000, description="Best items of each part that the blend looks at.")
    seed: int = Field(default=0, ge=0, description="Decides everything left to chance.")
