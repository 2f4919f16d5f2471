"""The words that every room uses with the same meaning (see docs/glossary.md)."""

from enum import IntEnum, StrEnum


class Surface(StrEnum):
    """Where content appears."""

    PROMPT = "prompt"
    UPLOAD = "upload"
    CAMEO = "cameo"
    OUTPUT = "output"
    FEED = "feed"
    COMMENT = "comment"
    MESSAGE = "message"
    PROFILE = "profile"


class Audience(StrEnum):
    """Who could see it, or is shown in it."""

    ADULT = "adult"
    TEEN = "teen"
    DEPICTED_MINOR = "depicted_minor"


class Outcome(IntEnum):
    """What a verdict says, from mild to harsh. Comparable: the strictest of several is their ``max``."""

    ALLOW = 0
    LIMIT = 1
    REVIEW = 2
    BLOCK = 3


class Visibility(StrEnum):
    """Who may see a published video."""

    PUBLIC = "public"
    FOLLOWERS = "followers"
    ONLY_ME = "only_me"


class VideoStatus(StrEnum):
    """Where a video stands in its life. Only PUBLISHED ones can reach a feed."""

    GENERATING = "generating"
    DRAFT = "draft"
    PUBLISHED = "published"
    HIDDEN = "hidden"
    FAILED = "failed"
    DELETED = "deleted"


class JobStatus(StrEnum):
    """Where a generation job stands (OpenAI's words, and ``cancelled``)."""

    QUEUED = "queued"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class EventKind(StrEnum):
    """What people do. Append-only; the ranker learns from these and never from time spent."""

    VIEW = "view"
    COMPLETE = "complete"
    SKIP = "skip"
    LIKE = "like"
    UNLIKE = "unlike"
    COMMENT = "comment"
    SHARE = "share"
    REMIX = "remix"
    CREATE = "create"
    FOLLOW = "follow"
    UNFOLLOW = "unfollow"
    HIDE = "hide"
    UNHIDE = "unhide"
    REPORT = "report"
    BLOCK = "block"
    UNBLOCK = "unblock"
    POLL_ANSWER = "poll_answer"
    LOOK_BACK = "look_back"
    NUDGE_SHOWN = "nudge_shown"
    NUDGE_DISMISSED = "nudge_dismissed"


class Reason(StrEnum):
    """What put an item on a page: a candidate source, a position kept for new creators, or the order of time."""

    FOLLOWING = "following"
    NEARBY = "nearby"
    SIMILAR = "similar"
    INSPIRING = "inspiring"
    FRESH = "fresh"
    TRENDING = "trending"
    STEER = "steer"
    GOAL = "goal"
    NEWCOMER = "newcomer"
    CHRONOLOGICAL = "chronological"


class FeedMode(StrEnum):
    """How a page is ordered: ranked for the viewer, newest first, or the same for everyone."""

    RANKED = "ranked"
    CHRONOLOGICAL = "chronological"
    NON_PERSONALISED = "non_personalised"


class LikenessPermission(StrEnum):
    """Who may put a person's character in a video."""

    ONLY_ME = "only_me"
    CHOSEN = "chosen"
    MUTUALS = "mutuals"
    EVERYONE = "everyone"


class RemixPermission(StrEnum):
    """Who, of those who may see a video, may make another from it."""

    ONLY_ME = "only_me"
    MUTUALS = "mutuals"
    EVERYONE = "everyone"


class Scope(StrEnum):
    """What a token may do."""

    SERVICE = "service"
    PERSON = "person"
    GUARDIAN_READ = "guardian:read"
    GUARDIAN_TIGHTEN = "guardian:tighten"
    GUARDIAN_LOOSEN = "guardian:loosen"
    REVIEWER = "reviewer"
    POLICY = "policy"
    CHARTER_SIGN = "charter:sign"
