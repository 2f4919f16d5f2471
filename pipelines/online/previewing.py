"""Pictures of a film in the making: now and then the newest frame, checked and marked, for its maker alone."""

import time
from dataclasses import dataclass, field

import cv2

from core.errors import Unavailable, not_found
from core.ids import PersonId, VideoId
from core.media.codec import encode_image
from core.media.film import Frame
from core.records import Job
from core.storage.jobs import Jobs, Preview
from core.vocabulary import Audience, Surface
from pipelines.online.rooms import Rooms
from pipelines.online.shelf import own
from safety.film.source import FilmSource


@dataclass(slots=True)
class Previews:
    """Keeps a small picture of a job's film every few seconds.

    What is shown is what was checked: the small frame passes the film check by itself, for each of ``audiences``, and a
    frame that may not be shown to one of them is left out.
    """

    rooms: Rooms
    job: Job
    audiences: tuple[Audience, ...]
    _number: int = 0
    _last_at: float = field(default_factory=time.monotonic)

    def __call__(self, plain: Frame, marked: Frame, source: FilmSource) -> None:
        """Look at a frame; keep it if it is time for one."""
        rules = self.rooms.generation.queue.previews
        now = time.monotonic()
        if now - self._last_at < rules.every_s:
            return
        self._last_at = now
        if self._may_be_shown(_small(plain, rules.longer_side_px), source):
            self._number += 1
            self._keep(Preview(self._number, encode_image(_small(marked, rules.longer_side_px), ".webp")))

    def _may_be_shown(self, frame: Frame, source: FilmSource) -> bool:
        check = self.rooms.safety.film_check(fps=1, is_still=True)
        check.see(frame, 0)
        return all(check.verdict(Surface.OUTPUT, audience, source).allowed for audience in self.audiences)

    def _keep(self, preview: Preview) -> None:
        try:
            with self.rooms.database.write() as tx:
                Jobs(tx).show_preview(self.job.id, self.job.lease_owner or "", preview, self.rooms.clock.now())
        except Unavailable:
            return  # a busy database costs a picture, never a film


def preview_of(rooms: Rooms, person_id: PersonId, video_id: VideoId) -> Preview:
    """Return the newest picture of one's own film in the making. Raises ``NotFound`` where there is none."""
    with rooms.database.read() as tx:
        job = Jobs(tx).find_by_video(own(tx, person_id, video_id).id)
        found = None if job is None else Jobs(tx).preview(job.id)
    if found is None:
        raise not_found("preview", video_id)
    return found


def _small(frame: Frame, longer_side_px: int) -> Frame:
    height, width = frame.shape[:2]
    scale = min(1.0, longer_side_px / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return cv2.resize(frame, size, interpolation=cv2.INTER_AREA).astype("uint8", copy=False)
