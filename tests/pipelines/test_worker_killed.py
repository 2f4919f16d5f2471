"""A worker that is killed in the middle of a film loses nothing: another makes it, once."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from core.clock import SystemClock
from core.encoder import TextEncoder
from core.media.codec import probe
from core.media.store import MediaStore
from core.records import Job
from core.storage.database import Database
from core.storage.jobs import Jobs
from core.storage.tables import metadata
from core.vocabulary import JobStatus, VideoStatus
from pipelines.online.creation import submit
from pipelines.online.queue import make_worker
from pipelines.online.rooms import Rooms
from safety.room import Safety
from tests.conftest import make_person
from tests.creation_kit import PatternBackend, add_people, look, media_keys, open_kit, wish

LEASE_S = 2.0
# Gets a third of the way, leaves a note, and then hangs until it is killed.
WORKER = """
import sys, time
from pathlib import Path
from tests.pipelines.test_worker_killed import LEASE_S, open_rooms_in
from pipelines.online.queue import make_worker

home = Path(sys.argv[1])
rooms, backend = open_rooms_in(home, Path(sys.argv[2]))

def hang(frame):
    if frame == 32:
        (home / "hanging").touch()
        time.sleep(600)

backend.at_frame = hang
make_worker(rooms, owner="doomed", lease_s=LEASE_S).run_once()
"""


def open_rooms_in(home: Path, encoder_folder: Path) -> tuple[Rooms, PatternBackend]:
    """Return rooms over the state in ``home``, by the real clock, and their renderer."""
    database = Database(f"sqlite:///{home / 'kindling.db'}")
    encoder = TextEncoder(encoder_folder)
    safety = Safety.open(encoder, keys=home / "keys")
    return open_kit(home, database, SystemClock(), MediaStore(f"file://{home / 'media'}"), encoder, safety)


@pytest.fixture
def rooms(tmp_path: Path, encoder_folder: Path) -> Rooms:
    opened, _ = open_rooms_in(tmp_path, encoder_folder)
    metadata.create_all(opened.database.engine)
    return opened


def until(true: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + 120
    while not true():
        assert time.monotonic() < end, what
        time.sleep(0.05)


def stored(rooms: Rooms, job: Job) -> Job:
    with rooms.database.read() as tx:
        found = Jobs(tx).find(job.id)
    assert found is not None
    return found


def test_a_film_outlives_its_killed_worker(rooms: Rooms, tmp_path: Path, encoder_folder: Path) -> None:
    ada = make_person("ada")
    add_people(rooms, ada)
    video = submit(rooms, ada.id, wish()).video
    with rooms.database.read() as tx:
        job = Jobs(tx).find_by_video(video.id)
    assert job is not None

    with subprocess.Popen([sys.executable, "-c", WORKER, str(tmp_path), str(encoder_folder.resolve())]) as doomed:
        until((tmp_path / "hanging").exists, "the first worker is in the middle of the film")
        doomed.send_signal(signal.SIGKILL)
    assert stored(rooms, job).status == JobStatus.IN_PROGRESS
    assert look(rooms, video.id).status == VideoStatus.GENERATING
    assert media_keys(tmp_path) == set()

    until(make_worker(rooms, lease_s=60).run_once, "the lease runs out and another worker takes the job")
    done = stored(rooms, job)
    assert (done.status, done.attempts) == (JobStatus.COMPLETED, 2)
    draft = look(rooms, video.id)
    assert draft.status == VideoStatus.DRAFT
    films = [key for key in media_keys(tmp_path) if key.startswith("films/")]
    assert films == [draft.film_key]
    assert probe(tmp_path / "media" / films[0]).seconds == pytest.approx(4, abs=0.05)
    assert not make_worker(rooms).run_once()
