"""How kindling-av is trained: two recipes, one for two processor cores and one for a large GPU."""

from pydantic import BaseModel, ConfigDict, Field

from generation.av.config import AvConfig, ModelConfig
from generation.av.flow import Times


class TrainConfig(BaseModel):
    """One training of codecs and transformer. Every figure that decides the outcome is here."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    shape: AvConfig = AvConfig(model=ModelConfig(width=224, layers=6, heads=7, feed_forward=448))
    films: int = Field(default=12_000, ge=6, description="Films to learn from, an equal number of each kind.")
    codec_films: int = Field(default=720, ge=1, description="Films that the codecs learn from.")
    codec_steps: int = Field(default=1_600, ge=1, description="Steps of the picture and sound codecs.")
    encoder_steps: int = Field(default=663, ge=1, description="Of these, steps in which the encoders learn too.")
    decoder_steps: int = Field(default=1_500, ge=1, description="Steps after these, of the decoders alone.")
    moving_weight: float = Field(default=8.0, ge=0, description="How much more what moves counts than what stands.")
    loud_weight: float = Field(
        default=6.0, ge=0, description="How much more a blow's sound counts than a quiet film's."
    )
    sound_weight: float = Field(default=0.4, ge=0, description="How much sound counts beside pictures.")
    decoder_moving_weight: float = Field(default=24.0, ge=0, description="The same while the decoders learn alone.")
    codec_batch: int = Field(default=8, ge=1, description="Chunks of frames a step.")
    codec_rate: float = Field(default=1.5e-3, gt=0, description="Learning rate of the codecs (AdamW).")
    codec_matrix_rate: float = Field(default=4e-3, gt=0, description="The same of their matrices (Muon).")
    latent_noise: float = Field(default=0.1, ge=0, description="Noise on latents while the codecs learn.")
    steps: int = Field(default=3_200, ge=1, description="Steps of the transformer.")
    batch: int = Field(default=48, ge=1, description="Windows a step.")
    matrix_rate: float = Field(default=4e-3, gt=0, description="Learning rate of the blocks' matrices (Muon).")
    rate: float = Field(default=2e-3, gt=0, description="Learning rate of everything else (AdamW).")
    average: float = Field(default=0.998, ge=0, lt=1, description="Decay of the averaged weights that are shipped.")
    drop_words: float = Field(default=0.1, ge=0, le=1, description="Share of films whose words are withheld.")
    show_parameters: float = Field(default=0.4, ge=0, le=1, description="Share of films whose parameters are told.")
    begin: float = Field(default=0.45, ge=0, le=1, description="Share of windows that begin a film.")
    give_frames: float = Field(
        default=0.55, ge=0, le=1, description="Share of beginnings whose first frames are given."
    )
    times: Times = Field(
        default=Times(middle=-1.0, spread=1.4, least_left=0.3), description="At which times it learns."
    )
    fall: float = Field(default=0.4, gt=0, le=1, description="Share of the steps in which the learning rate falls.")
    seed: int = 7


RECIPES = {
    "cpu": TrainConfig(),
    "gpu": TrainConfig(
        shape=AvConfig(model=ModelConfig(width=384, layers=7, heads=12, feed_forward=768)),
        films=40_000, codec_steps=20_000, encoder_steps=8_000, decoder_steps=6_000, codec_batch=64, steps=30_000,
        batch=128, average=0.9995,
    ),
}  # fmt: skip
