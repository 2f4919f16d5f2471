"""Which of our videos a film is that someone sends: its Content Credentials say so, and their signature is ours."""

import tempfile
from pathlib import Path

from core.errors import InvalidInput, KindlingError
from core.ids import VideoId
from pipelines.online.rooms import Rooms


def video_in(rooms: Rooms, data: bytes) -> VideoId:
    """Return the id of the video that these bytes are, unchanged since it was made here.

    Raises ``InvalidInput`` for anything else: a film from elsewhere has no storyboard to go on from. Whether the sender
    may use the video is asked afterwards, as for any id.
    """
    with tempfile.NamedTemporaryFile(prefix="kindling-source-", suffix=".mp4") as file:
        file.write(data)
        file.flush()
        try:
            report = rooms.safety.read_manifest(Path(file.name))
        except KindlingError as error:
            raise _not_ours() from error
    ident = (report.details or {}).get("video_id")
    if not report.is_trusted or not isinstance(ident, str):
        raise _not_ours()
    return VideoId(ident)


def _not_ours() -> InvalidInput:
    return InvalidInput(
        code="bad_video",
        detail="This is not a film that was made here, unchanged.",
        field="video",
        expected='{"id": "video_..."}, or the MP4 exactly as it was downloaded here.',
    )
