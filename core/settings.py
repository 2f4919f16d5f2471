"""Settings from the environment (``KINDLING_*``), checked once at start-up."""

from functools import cached_property
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Everything an operator can set. Unknown ``KINDLING_*`` names in a settings file are errors."""

    model_config = SettingsConfigDict(env_prefix="KINDLING_", extra="forbid", frozen=True)

    home: Path = Field(default=Path(".kindling"), description="Folder for the database, media, models and snapshots.")
    database_url: str = Field(default="", description="SQLAlchemy URL; empty means SQLite inside `home`.")
    media_url: str = Field(default="", description="fsspec URL of the media store; empty means `home`/media.")
    policies: Path | None = Field(default=None, description="Folder whose policy files replace the shipped ones.")
    host: str = Field(default="127.0.0.1", description="Address that the server listens on.")
    port: int = Field(default=8000, ge=1, le=65535, description="Port that the server listens on.")
    public_url: str = Field(default="", description="Address that people reach the server at; empty means host:port.")
    demo: bool = Field(default=False, description="Offer the page that lets anyone act as any demo person.")
    issuer: str = Field(default="kindling", description="`iss` of the tokens that `kindling token` mints.")
    audience: str = Field(default="kindling", description="`aud` that every token must carry.")
    oidc_issuer: str = Field(default="", description="Issuer URL of an OpenID provider whose tokens are accepted too.")
    oidc_person_claim: str = Field(default="sub", description="Claim of its tokens that holds a person's id here.")
    oidc_scope_prefix: str = Field(default="", description="Taken off its scope names to get ours, e.g. `kindling:`.")
    webhook_secret: SecretStr | None = Field(
        default=None, description="Key from which webhooks' secrets are derived; none: one is made in `home`/keys."
    )
    webhook_private_addresses: bool = Field(
        default=False, description="Let webhooks go to private addresses, and over plain HTTP: for one's own network."
    )
    max_upload_bytes: int = Field(default=50_000_000, gt=0, description="Largest accepted upload, in bytes.")
    max_body_bytes: int = Field(default=1_000_000, gt=0, description="Largest accepted JSON body, in bytes.")
    generation_backend: str = Field(default="world", description="Backend for models that no other backend claims.")
    diffusers_model: str = Field(default="", description="Local path or hub id of a diffusers pipeline; empty: none.")
    diffusers_revision: str = Field(default="", description="Pinned revision of `diffusers_model` when it is a hub id.")
    characters_per_person: int = Field(default=20, gt=0, description="Most likeness characters one person keeps.")
    model_memory_bytes: int = Field(
        default=0, ge=0, description="Most memory that loaded models of one worker take together; 0: no bound."
    )
    workers: int = Field(default=1, ge=0, le=64, description="Generation workers that `kindling serve` starts.")
    steer_llm_url: str = Field(
        default="", description="OpenAI-compatible address (ending in /v1/) of a model that reads steers; empty: none."
    )
    steer_llm_model: str = Field(default="", description="Name of that model.")
    steer_llm_key: SecretStr | None = Field(default=None, description="Its API key, if it takes one.")
    steer_llm_timeout_s: float = Field(
        default=3.0, gt=0, le=30, description="Longest wait before our own parser reads."
    )
    clip_model: str = Field(
        default="",
        description="open_clip model that looks at frames: a folder, a hub id or an architecture's name; empty: none.",
    )
    clip_weights: str = Field(default="", description="Weights file, where `clip_model` is an architecture's name.")
    clip_revision: str = Field(default="", description="Pinned revision of `clip_model` when it is a hub id.")
    clip_heads: Path | None = Field(
        default=None, description="Folder of heads trained over that model's vectors (`kindling train picture-heads`)."
    )
    whisper_model: str = Field(
        default="", description="Whisper model for transcripts: a folder or hub id; empty: none."
    )
    whisper_revision: str = Field(default="", description="Pinned revision of `whisper_model` when it is a hub id.")
    detector_device: str = Field(default="cpu", description="Where these two models run: `cpu` or `cuda`.")
    detector_timeout_s: float = Field(
        default=60.0, gt=0, le=3600, description="Longest that one detector may take for one film; then a person looks."
    )
    storyboard_llm_url: str = Field(
        default="", description="OpenAI-compatible address (ending in /v1/) of a model that cuts prompts; empty: none."
    )
    storyboard_llm_model: str = Field(default="", description="Name of that model.")
    storyboard_llm_key: SecretStr | None = Field(default=None, description="Its API key, if it takes one.")
    storyboard_llm_timeout_s: float = Field(
        default=8.0, gt=0, le=60, description="Longest wait before our own parser reads."
    )
    encoder_threads: int = Field(default=1, ge=1, le=64, description="Threads of one text-encoder session.")
    ray_address: str = Field(default="", description="Ray cluster for offline and GPU work; empty means this process.")
    request_threads: int = Field(default=24, ge=1, le=512, description="Requests that one server works on at once.")
    judge_threads: int = Field(default=2, ge=1, le=64, description="Judgements asked for that one server runs at once.")
    judge_waiting: int = Field(default=64, ge=0, description="Judgements that may wait; more are told to come back.")
    safety_batches_per_person: int = Field(default=4, gt=0, description="Most batches one caller has waiting at once.")
    log_level: str = Field(default="INFO", description="Lowest level that is logged.")

    @cached_property
    def resolved_database_url(self) -> str:
        """The database URL with the default filled in."""
        return self.database_url or f"sqlite:///{self.home.absolute() / 'kindling.db'}"

    @cached_property
    def resolved_media_url(self) -> str:
        """The media URL with the default filled in."""
        return self.media_url or f"file://{self.home.absolute() / 'media'}"

    @property
    def models(self) -> Path:
        """Folder of the models that set-up makes (the exported encoder)."""
        return self.home / "models"

    @property
    def snapshots(self) -> Path:
        """Folder that holds one sub-folder per serving snapshot, and ``CURRENT``."""
        return self.home / "snapshots"

    @property
    def keys(self) -> Path:
        """Folder of the locally made signing keys and certificate."""
        return self.home / "keys"
