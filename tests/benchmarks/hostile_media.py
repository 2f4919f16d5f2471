"""What hostile media cost us: time and memory of the process that reads them, and what is said of each.

``python -m tests.benchmarks.hostile_media`` prints a table. Files are made on the spot; nothing is asserted here.
"""

import os
import resource
import struct
import tempfile
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from core.errors import KindlingError
from core.media.codec import MediaLimits, write_mp4
from core.media.film import Film, Sound
from core.media.tidy import TidyShape, tidy

LIMITS = MediaLimits(max_seconds=130)
SHAPE = TidyShape(long_side=640)


def plain(target: Path, side: tuple[int, int] = (640, 360), seconds: int = 4) -> Path:
    """An ordinary clip with sound."""
    frames = (np.full((side[1], side[0], 3), 60 + number % 90, np.uint8) for number in range(24 * seconds))
    sound = Sound(np.zeros((16_000 * seconds, 2), np.float32), 16_000)
    write_mp4(Film(side[0], side[1], 24, 24 * seconds, frames, sound), target)
    return target


def bomb(target: Path, side: int, repeats: int, rate: int = 100) -> Path:
    """Huge frames of which each says "as before"."""
    with av.open(str(target), "w") as out:
        stream = out.add_stream("libx264", rate=rate, options={"bf": "0", "preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = side, side, "yuv420p"
        black = av.VideoFrame.from_ndarray(np.zeros((side * 3 // 2, side), np.uint8), format="yuv420p")
        packets = []
        for number in range(3):
            black.pts = number
            packets += stream.encode(black)
        out.mux([*packets, *stream.encode(None)][0])
        for number in range(1, repeats):
            packet = av.Packet(bytes(packets[1]))
            packet.stream, packet.time_base = stream, Fraction(1, rate)
            packet.pts = packet.dts = number
            out.mux(packet)
    return target


def long_still(target: Path) -> Path:
    """Ten hours in three frames."""
    with av.open(str(target), "w") as out:
        stream = out.add_stream("libx264", rate=24)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for number in range(3):
            picture = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")
            picture.pts = number * 24 * 18_000
            out.mux(stream.encode(picture))
        out.mux(stream.encode(None))
    return target


def huge_png_film(target: Path) -> Path:
    """An 8K film of PNG pictures, of which each takes a hundred kilobytes."""
    with av.open(str(target), "w", format="mov") as out:
        stream = out.add_stream("png", rate=1)
        stream.width, stream.height, stream.pix_fmt = 7680, 4320, "rgb24"
        picture = av.VideoFrame(7680, 4320, "rgb24")
        for number in range(2):
            picture.pts = number
            out.mux(stream.encode(picture))
        out.mux(stream.encode(None))
    return target


def written(target: Path, content: bytes) -> Path:
    """A file of these bytes."""
    target.write_bytes(content)
    return target


def cases(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield every file with its name."""
    ordinary = plain(folder / "plain.mp4")
    data = ordinary.read_bytes()
    yield "ordinary clip, 4 s, 640x360", ordinary
    yield "ordinary clip, 4 s, 1920x1080", plain(folder / "hd.mp4", (1920, 1080))
    yield "ordinary clip, 60 s, 640x360", plain(folder / "minute.mp4", seconds=60)
    yield "4096x4096, 3,000 empty frames", bomb(folder / "bomb.mp4", 4096, 3_000)
    yield "64x64, 100,000 empty frames", bomb(folder / "many.mp4", 64, 100_000, 1_000)
    yield "8K film of PNGs", huge_png_film(folder / "8k.mov")
    yield "ten hours in three frames", long_still(folder / "long.mp4")
    yield "cut in half", written(folder / "half.mp4", data[: len(data) // 2])
    yield "ZIP behind the film", written(folder / "zip.mp4", data + b"PK\x03\x04" + bytes(5_000))
    yield "SVG", written(folder / "svg.mp4", b"<svg xmlns='http://www.w3.org/2000/svg'/>")
    yield "a box of 2 GB that is not there", written(folder / "lie.mp4", struct.pack(">I", 2**31) + b"ftypisom")
    yield "noise with an MP4's first bytes", written(folder / "noise.mp4", data[:64] + os.urandom(200_000))


def main() -> None:
    """Print the table."""
    print(f"{'file':36s} {'bytes':>12s} {'seconds':>8s} {'peak MB':>8s}  answer")  # noqa: T201
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for what, source in cases(folder):
            measure(what, source, folder / "out.mp4")


def measure(what: str, source: Path, target: Path) -> None:
    """Tidy one file in a child of a fresh child, whose peak is then its own; print a line."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        started = time.monotonic()
        try:
            said = f"read: {tidy(source, target, limits=LIMITS, shape=SHAPE).frame_count} frames"
        except KindlingError as error:
            said = f"{error.code}: {error.detail}"
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        os.write(writing, f"{time.monotonic() - started:8.2f} {peak:8.0f}  {said}"[:160].encode())
        os._exit(0)
    os.close(writing)
    os.waitpid(pid, 0)
    print(f"{what:36s} {source.stat().st_size:12,d} {os.read(reading, 400).decode()}")  # noqa: T201
    os.close(reading)


if __name__ == "__main__":
    main()
