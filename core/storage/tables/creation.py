"""Videos, who is shown in them, likeness characters and their grants, generation jobs."""

from sqlalchemy import Boolean, Column, Float, ForeignKey, Index, Integer, LargeBinary, String, Table, Text, false, true

from core.storage.types import Json, UtcDateTime, metadata

videos = Table(
    "videos",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("creator_id", String(64), ForeignKey("people.id"), nullable=False),
    Column("status", String(16), nullable=False),  # VideoStatus
    Column("visibility", String(16), nullable=False),  # Visibility
    Column("prompt", Text, nullable=False),
    Column("caption", Text, nullable=False, default=""),
    Column("model", String(80), nullable=False),
    Column("size", String(16), nullable=False),  # "360x640"
    Column("seconds", Integer, nullable=False),
    Column("seed", Integer, nullable=False, default=0),
    Column("style", String(40), nullable=False, default=""),
    Column("remixed_from", String(64), ForeignKey("videos.id")),
    Column("derived", String(16), nullable=False, server_default=""),  # remix, edit or extension of it
    Column("remixable", String(16), nullable=False, server_default="everyone"),  # RemixPermission
    Column("has_sound", Boolean, nullable=False, server_default=true()),
    Column("attributes", Json, nullable=False, default=dict),  # mood, topics, pace, ... with confidence
    Column("film_key", String(200)),  # media store key of the MP4; equal keys are the same film
    Column("poster_key", String(200)),
    Column("embedding", LargeBinary),  # 384 little-endian float32s of prompt + caption
    Column("fingerprint", String(64)),  # perceptual hash in hex
    Column("teen_allowed", Boolean, nullable=False, default=True),  # verdict for the feed surface, teen audience
    Column("adult_allowed", Boolean, nullable=False, default=True),
    Column("limited", Boolean, nullable=False, default=False),  # shown to fewer people
    Column("created_at", UtcDateTime, nullable=False),
    Column("completed_at", UtcDateTime),
    Column("published_at", UtcDateTime),
    Column("expires_at", UtcDateTime),
    Column("error_code", String(80)),
    Column("error_message", Text),
    Index(None, "creator_id", "created_at"),
    Index(None, "status", "published_at"),
    Index(None, "remixed_from", "status"),
)

characters = Table(
    "characters",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("owner_id", String(64), ForeignKey("people.id"), nullable=False, index=True),
    Column("name", String(80), nullable=False),
    Column("permission", String(16), nullable=False),  # LikenessPermission
    Column("clip_key", String(200), nullable=False),
    Column("portrait_key", String(200), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime),
    Column("depicts_minor", Boolean, nullable=False, server_default=false()),
)

character_grants = Table(
    "character_grants",
    metadata,
    Column("character_id", String(64), ForeignKey("characters.id"), primary_key=True),
    Column("person_id", String(64), ForeignKey("people.id"), primary_key=True),
    Column("created_at", UtcDateTime, nullable=False),
)

# Everyone whose likeness a video or draft shows (or would show, while it is queued).
video_characters = Table(
    "video_characters",
    metadata,
    Column("video_id", String(64), ForeignKey("videos.id"), primary_key=True),
    Column("character_id", String(64), ForeignKey("characters.id"), primary_key=True),
    Column("owner_id", String(64), ForeignKey("people.id"), nullable=False),
    Index(None, "owner_id"),
    Index(None, "character_id"),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("video_id", String(64), ForeignKey("videos.id"), nullable=False, unique=True),
    Column("person_id", String(64), ForeignKey("people.id"), nullable=False),
    Column("status", String(16), nullable=False),  # JobStatus
    Column("progress", Integer, nullable=False, default=0),  # percent
    Column("priority", Integer, nullable=False, default=0),  # higher goes first
    Column("plan", String(40), nullable=False, server_default="free"),
    Column("share", Float, nullable=False, server_default="1"),  # work by weight (start-time fair queueing)
    Column("turn", Float, nullable=False, server_default="0"),  # virtual start; the least goes first
    Column("batch_key", String(160), nullable=False, server_default=""),
    Column("not_before", UtcDateTime),  # a retry waits until then
    Column("request", Json, nullable=False),  # the storyboard and all that rendering needs
    Column("attempts", Integer, nullable=False, default=0),
    Column("lease_owner", String(120)),
    Column("lease_until", UtcDateTime),
    Column("error_code", String(80)),
    Column("error_message", Text),
    Column("cost_s", Float),  # worker seconds it took
    Column("created_at", UtcDateTime, nullable=False),
    Column("started_at", UtcDateTime),
    Column("finished_at", UtcDateTime),
    Index(None, "status", "priority", "turn"),
    Index(None, "status", "lease_until"),
    Index(None, "person_id", "created_at"),
    Index(None, "started_at"),
)

# The newest picture of a film in the making, for its maker alone; gone when the job is over.
previews = Table(
    "previews",
    metadata,
    Column("job_id", String(64), ForeignKey("jobs.id"), primary_key=True),
    Column("number", Integer, nullable=False),
    Column("image", LargeBinary, nullable=False),  # WebP, marked and checked
    Column("made_at", UtcDateTime, nullable=False),
)

# What someone pays for, as the service says that knows; without a row, or past its end, the plan is the policy's first.
plans = Table(
    "plans",
    metadata,
    Column("person_id", String(64), ForeignKey("people.id"), primary_key=True),
    Column("plan", String(40), nullable=False),
    Column("until", UtcDateTime),
    Column("set_by", String(64), nullable=False),
    Column("set_at", UtcDateTime, nullable=False),
)
