"""The measures of kindling-av: how films are cut into latents and tokens, and how wide and deep the model is."""

from pydantic import BaseModel, ConfigDict, Field, model_validator

from generation.av.parameters import NAMES


class _Config(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class MediaConfig(_Config):
    """What the model reads and makes in one window: 1 s of 128 x 128 frames and mono sound, unless said otherwise."""

    side_px: int = Field(default=128, ge=32, multiple_of=16, description="Width and height of a frame.")
    fps: int = Field(default=24, description="Frames per second.")
    chunk_frames: int = Field(default=4, ge=1, description="Frames that become one step of latents.")
    chunks: int = Field(default=6, ge=3, description="Steps of latents in one window.")
    rate_hz: int = Field(default=12_000, description="Samples of sound per second.")
    hop: int = Field(default=100, description="Samples between two spectra; a whole number of them fits a frame.")
    fft: int = Field(default=256, description="Samples that a spectrum is taken over.")
    bands: int = Field(default=48, description="Mel bands that the sound codec reads.")

    @property
    def frames(self) -> int:
        """Frames in one window."""
        return self.chunks * self.chunk_frames

    @property
    def samples(self) -> int:
        """Samples of sound in one window."""
        return self.frames * self.rate_hz // self.fps

    @property
    def spectra(self) -> int:
        """Spectra per frame."""
        return self.rate_hz // (self.fps * self.hop)

    @property
    def grid(self) -> int:
        """Side of the latent picture."""
        return self.side_px // 16

    @model_validator(mode="after")
    def _fits(self) -> "MediaConfig":
        if self.rate_hz % (self.fps * self.hop):
            raise ValueError("rate_hz must be a whole number of hops per frame")
        return self


class CodecConfig(_Config):
    """Widths of the learned codecs."""

    picture_channels: int = Field(default=24, description="Numbers per place of the latent picture.")
    picture_widths: tuple[int, int, int] = Field(default=(48, 96, 128), description="From fine to coarse.")
    sound_channels: int = Field(default=16, description="Numbers per frame of sound.")
    sound_width: int = Field(default=192, description="Hidden width of the sound codec.")


class ModelConfig(_Config):
    """Width and depth of the transformer."""

    width: int = Field(default=160, description="Numbers per token.")
    layers: int = Field(default=5, ge=1)
    heads: int = Field(default=5, ge=1)
    feed_forward: int = Field(default=320, description="Hidden width of each modality's feed-forward.")
    patch: int = Field(default=2, description="Side, in latent places, of one picture token.")
    word_buckets: int = Field(default=2048, description="Rows of the word table; words are hashed into them.")
    most_words: int = Field(default=16, description="Words of a prompt that are read.")
    parameters: tuple[str, ...] = Field(
        default=NAMES, description="Physical parameters that may be told: `generation.av.parameters`."
    )
    portrait_px: int = Field(default=32, description="Side of a character's picture as the model reads it.")

    @model_validator(mode="after")
    def _divides(self) -> "ModelConfig":
        if self.width % self.heads or (self.width // self.heads) % 8:
            raise ValueError("width must be heads times a multiple of 8")
        return self


class AvConfig(_Config):
    """Everything that fixes the shape of a checkpoint."""

    media: MediaConfig = MediaConfig()
    codec: CodecConfig = CodecConfig()
    model: ModelConfig = ModelConfig()
