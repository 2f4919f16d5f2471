"""MP4 in and out, through PyAV: H.264 and AAC when we write; whatever people upload, within limits, when we read.

Uploads are hostile until proven dull. The container is recognised from its first bytes, and only that one demuxer is
asked (no playlists, no documents that name other files); sizes are checked before anything is decoded and again on
every frame; packets, frames and samples are counted while reading, because headers lie.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from core.errors import InvalidInput, KindlingError, Unavailable
from core.media.container import demuxer_for
from core.media.film import Film, Frame, Samples, Sound

_AUDIO_BIT_RATE = 160_000
# With AVX-512, x264's mbtree makes one film in fifty a few bytes longer than its equals; up to AVX2 it never does.
_AVX_512F = 13  # OpenCV's number; its Python module has no name for it
_INSTRUCTIONS = ":asm=AVX2" if cv2.checkHardwareSupport(_AVX_512F) else ""
_X264 = {
    # Equal films give equal bytes: one thread, and no B-frames, whose look-ahead reads memory that it never wrote.
    "preset": "superfast",
    "crf": "21",
    "threads": "1",
    # Looking a little ahead (mbtree) halves the size that this preset gives, for a seventh more time.
    "x264-params": f"keyint=48:rc-lookahead=10:mbtree=1:bframes=0{_INSTRUCTIONS}",
}
_AAC = {"aac_coder": "fast"}
_BT601 = 6


class MediaLimits(BaseModel):
    """How much of an upload we are willing to look at."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_bytes: int = Field(default=50_000_000, gt=0, description="Largest file.")
    min_seconds: float = Field(default=0.1, ge=0, description="Shortest film.")
    max_seconds: float = Field(default=130.0, gt=0, description="Longest film.")
    max_side: int = Field(default=4096, gt=0, description="Largest width or height in pixels.")
    max_fps: float = Field(default=120.0, gt=0, description="Most frames a second.")

    @property
    def max_frames(self) -> int:
        """The most frames that a film within these limits can have."""
        return int(self.max_seconds * self.max_fps) + 1


OURS = MediaLimits()


class MediaInfo(BaseModel):
    """What a film file holds, as counted rather than as claimed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    width: int
    height: int
    fps: float
    seconds: float
    frame_count: int
    has_sound: bool
    sound_rate_hz: int | None
    video_codec: str
    audio_codec: str | None
    bytes: int


def write_mp4(film: Film, path: Path, *, on_frame: Callable[[int], None] | None = None) -> None:
    """Write a film as MP4 (H.264 yuv420p, AAC, index first). Frames are pulled once, one at a time.

    ``on_frame`` is called with each frame's number once it is written. On any error no file is left. Raises
    ``InvalidInput`` for frames of the wrong shape or count, ``Unavailable`` when the disk cannot take it.
    """
    try:
        with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart", "fflags": "+bitexact"}) as out:
            _write(film, out, on_frame)
    except BaseException as error:
        path.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise Unavailable(
                code="media_unwritable", detail=f"The film cannot be written: {error.strerror or error}.",
                expected="Free some space or make the folder writable, then try again.",
            ) from error  # fmt: skip
        raise


def _write(film: Film, out: Any, on_frame: Callable[[int], None] | None) -> None:
    video = out.add_stream("libx264", rate=film.fps, options=_X264)
    video.width, video.height, video.pix_fmt = film.width, film.height, "yuv420p"
    video.codec_context.time_base = Fraction(1, film.fps)
    context = video.codec_context
    context.colorspace = context.color_primaries = context.color_trc = _BT601
    sound = None if film.sound is None else _SoundWriter(out, film.sound)
    count = 0
    for count, frame in enumerate(film.frames, start=1):
        picture = _yuv(frame, film)
        picture.pts = count - 1
        out.mux(video.encode(picture))
        if sound is not None:
            # Sound goes in beside the frames that it belongs to, so that the muxer never holds more than a moment.
            sound.write_until(count / film.fps)
        if on_frame is not None:
            on_frame(count - 1)
    if count != film.frame_count:
        raise InvalidInput(
            "frame_count", f"The film has {count} frames, not {film.frame_count}.", "frames", "As many as it says."
        )
    out.mux(video.encode(None))
    if sound is not None:
        sound.finish(film.seconds)


def _yuv(frame: Frame, film: Film) -> Any:
    if frame.shape != (film.height, film.width, 3) or frame.dtype != np.uint8:
        raise InvalidInput(
            "frame_shape", f"A frame is {frame.shape} {frame.dtype}.", "frames",
            f"({film.height}, {film.width}, 3) uint8.",
        )  # fmt: skip
    planes = np.asarray(cv2.cvtColor(frame, cv2.COLOR_RGB2YUV_I420), dtype=np.uint8)
    picture = av.VideoFrame.from_ndarray(planes, format="yuv420p")
    picture.colorspace = _BT601
    return picture


class _SoundWriter:
    """Feeds the AAC encoder in step with the picture."""

    def __init__(self, out: Any, sound: Sound) -> None:
        self._out, self._sound, self._done = out, sound, 0
        self._stream = out.add_stream("aac", rate=sound.rate_hz, layout="stereo", options=_AAC)
        self._stream.bit_rate = _AUDIO_BIT_RATE

    def write_until(self, seconds: float) -> None:
        """Encode the samples up to a moment of the film."""
        end = min(round(seconds * self._sound.rate_hz), len(self._sound.samples))
        if end > self._done:
            chunk = np.ascontiguousarray(self._sound.samples[self._done : end].T, dtype=np.float32)
            block = av.AudioFrame.from_ndarray(np.clip(chunk, -1.0, 1.0), format="fltp", layout="stereo")
            block.sample_rate = self._sound.rate_hz
            block.pts = self._done
            block.time_base = Fraction(1, self._sound.rate_hz)
            self._out.mux(self._stream.encode(block))
            self._done = end

    def finish(self, seconds: float) -> None:
        """Encode what is left and flush the encoder."""
        self.write_until(seconds)
        self._out.mux(self._stream.encode(None))


def probe(path: Path, limits: MediaLimits = OURS) -> MediaInfo:
    """Return what a film file holds. Raises ``InvalidInput`` naming what is wrong with it.

    Every packet is counted and the first frame decoded, so that lengths and sizes are facts; sizes are of the picture
    as it is shown, upright.
    """
    with _opened(path, limits) as container:
        video = _video_stream(container, limits)
        count, first, last = 0, None, 0.0
        for packet in container.demux(video):
            if packet.dts is None or packet.pts is None:
                continue
            at = float(packet.pts * packet.time_base)
            first = at if first is None else min(first, at)
            last = max(last, at + float((packet.duration or 0) * packet.time_base))
            count += 1
            _check_length(last - first, count, limits)
        seconds = _checked_seconds(last - (first or 0.0), count, limits)
        audio = container.streams.audio[0] if container.streams.audio else None
        info = MediaInfo(
            width=video.codec_context.width,
            height=video.codec_context.height,
            fps=round(count / seconds, 3),
            seconds=round(seconds, 3),
            frame_count=count,
            has_sound=audio is not None,
            sound_rate_hz=audio.codec_context.sample_rate if audio is not None else None,
            video_codec=video.codec_context.name,
            audio_codec=audio.codec_context.name if audio is not None else None,
            bytes=path.stat().st_size,
        )
    height, width = next(read_frames(path, limits=limits)).shape[:2]
    return info.model_copy(update={"width": width, "height": height})


def read_frames(path: Path, *, every_s: float | None = None, limits: MediaLimits = OURS) -> Iterator[Frame]:
    """Yield frames (H, W, 3) RGB in order: all, or the first at or after every multiple of ``every_s`` seconds.

    Raises ``InvalidInput`` if the file cannot be decoded or goes past ``limits``, at the frame where that shows.
    """
    due = 0.0
    for at, frame in _timed_frames(path, limits):
        if every_s is None or at + 1e-6 >= due:
            due += every_s or 0.0
            yield _upright(frame)


def steady_frames(path: Path, fps: int, *, limits: MediaLimits = OURS) -> Iterator[Frame]:
    """Yield a film's frames at ``fps`` whatever its own rate, steady or not: each stands until the next one comes.

    The last frame is given once. Raises as ``read_frames``.
    """
    given, current, picture = 0, None, None
    for at, frame in _timed_frames(path, limits):
        while current is not None and given / fps + 1e-6 < at:
            picture = _upright(current) if picture is None else picture
            yield picture
            given += 1
        current, picture = frame, None
    if current is not None:
        yield _upright(current)


def _timed_frames(path: Path, limits: MediaLimits) -> Iterator[tuple[float, Any]]:
    """Yield (seconds since the first frame, decoded frame) in the order in which frames are shown."""
    with _opened(path, limits) as container:
        video = _video_stream(container, limits)
        start, count = None, 0
        for count, frame in enumerate(container.decode(video), start=1):
            at = float(frame.time or 0.0)
            start = at if start is None else start
            _check_length(at - start, count, limits)
            _check_side(frame.width, frame.height, limits)
            yield at - start, frame
        if count == 0:
            raise _invalid("no_frames", "The film has no frames.", "A film that a player can show.")


def _upright(frame: Any) -> Frame:
    """Return the picture as players show it: phones store it lying on its side, with a note of the turn."""
    turns = round(float(frame.rotation or 0) / 90) % 4
    return np.ascontiguousarray(np.rot90(frame.to_ndarray(format="rgb24"), turns))


def read_sound(path: Path, *, limits: MediaLimits = OURS) -> Sound | None:
    """Return a film's sound as stereo at its own rate, or None if it has none."""
    with _opened(path, limits) as container:
        if not container.streams.audio:
            return None
        stream = container.streams.audio[0]
        rate = stream.codec_context.sample_rate
        if not 4_000 <= rate <= 192_000:
            raise _invalid("bad_sound_rate", f"The sound has {rate} samples a second.", "4,000 to 192,000.")
        most = int(limits.max_seconds * rate) + rate
        resampler = av.AudioResampler(format="fltp", layout="stereo", rate=rate)
        blocks: list[Samples] = []
        total = 0
        for decoded in container.decode(stream):
            for block in resampler.resample(decoded):
                blocks.append(block.to_ndarray().astype(np.float32).T)
                total += len(blocks[-1])
            if total > most:
                raise _too_long(limits)
    samples = np.concatenate(blocks) if blocks else np.zeros((0, 2), np.float32)
    return Sound(np.ascontiguousarray(samples, dtype=np.float32), rate)


def poster(path: Path, *, limits: MediaLimits = OURS) -> Frame:
    """Return the frame that stands for the film: the most detailed of those between a fifth and four fifths."""
    info = probe(path, limits)
    frames = list(read_frames(path, every_s=info.seconds / 6, limits=limits))
    inner = frames[1:-1] or frames
    return max(inner, key=lambda frame: float(cv2.Laplacian(cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY), cv2.CV_32F).std()))


def spritesheet(
    path: Path, *, columns: int = 5, rows: int = 2, tile_width: int = 160, limits: MediaLimits = OURS
) -> Frame:
    """Return one picture of ``columns`` x ``rows`` evenly spaced frames, in reading order; spare tiles stay black."""
    info = probe(path, limits)
    tile_height = max(2, round(tile_width * info.height / info.width))
    sheet = np.zeros((rows * tile_height, columns * tile_width, 3), np.uint8)
    every = info.seconds / (columns * rows)
    for number, frame in enumerate(read_frames(path, every_s=every, limits=limits)):
        if number >= columns * rows:
            break
        top, left = (number // columns) * tile_height, (number % columns) * tile_width
        small = cv2.resize(frame, (tile_width, tile_height), interpolation=cv2.INTER_AREA)
        sheet[top : top + tile_height, left : left + tile_width] = small
    return sheet


def encode_image(frame: Frame, suffix: str) -> bytes:
    """Return a frame as a picture file: ``suffix`` is ``.webp``, ``.jpg`` or ``.png``."""
    settings = {".webp": [cv2.IMWRITE_WEBP_QUALITY, 86], ".jpg": [cv2.IMWRITE_JPEG_QUALITY, 88], ".png": []}[suffix]
    done, data = cv2.imencode(suffix, cv2.cvtColor(frame, cv2.COLOR_RGB2BGR), settings)
    if not done:
        raise _invalid("bad_picture", "The picture cannot be encoded.", "A frame (H, W, 3) of uint8.")
    return bytes(data)


@contextmanager
def _opened(path: Path, limits: MediaLimits) -> Iterator[Any]:
    """Open a film with the one demuxer that its first bytes call for; turn the decoder's errors into ours."""
    size = path.stat().st_size
    if size > limits.max_bytes:
        raise _invalid("too_big", f"The file has {size:,} bytes.", f"At most {limits.max_bytes:,} bytes.")
    demuxer = demuxer_for(path)
    # The pixel bound reaches the decoder itself, which would otherwise allocate whatever a header asks for.
    options = {"max_pixels": str(limits.max_side * limits.max_side)}
    try:
        # Given an open file rather than a name, FFmpeg has no protocol by which to reach any other.
        with (
            path.open("rb") as file,
            av.open(file, "r", format=demuxer, options=options, metadata_errors="ignore") as container,
        ):
            yield container
    except KindlingError:
        raise
    except Exception as error:  # whatever a broken file makes a decoder or its wrapper say, it means the same
        why = error.strerror if isinstance(error, av.FFmpegError) else type(error).__name__
        raise _invalid(
            "unreadable_film", f"The film is broken and cannot be read ({why}).", "A film that plays."
        ) from error


def _video_stream(container: Any, limits: MediaLimits) -> Any:
    if not container.streams.video:
        what = "only sound" if container.streams.audio else "neither picture nor sound"
        raise _invalid("no_picture", f"The file holds {what}.", "A film with a picture.")
    video = container.streams.video[0]
    if video.codec_context is None:
        raise _invalid(
            "unknown_codec", "The film's picture is in a format we cannot read.", "H.264, H.265, VP9 or AV1."
        )
    _check_side(video.codec_context.width, video.codec_context.height, limits)
    video.codec_context.options = {"max_pixels": str(limits.max_side * limits.max_side)}
    video.codec_context.thread_count = 1
    return video


def _check_side(width: int, height: int, limits: MediaLimits) -> None:
    if width < 2 or height < 2 or max(width, height) > limits.max_side:
        size = f"{width}x{height}" if min(width, height) > 0 else "of no size, or far too large"
        raise _invalid("bad_size", f"The film is {size}.", f"Sides of 2 to {limits.max_side} pixels.")


def _check_length(seconds: float, frames: int, limits: MediaLimits) -> None:
    if seconds > limits.max_seconds or frames > limits.max_frames:
        raise _too_long(limits)


def _checked_seconds(seconds: float, count: int, limits: MediaLimits) -> float:
    if count == 0:
        raise _invalid("no_frames", "The film has no frames.", "A film that a player can show.")
    if seconds <= 0 or seconds < limits.min_seconds:
        raise _invalid("too_short", f"The film lasts {seconds:.2f} s.", f"At least {limits.min_seconds} s.")
    if count / seconds > limits.max_fps * 1.05:
        raise _invalid("bad_fps", f"The film has {count / seconds:.0f} frames a second.", f"At most {limits.max_fps}.")
    return seconds


def _too_long(limits: MediaLimits) -> InvalidInput:
    return _invalid(
        "too_long", f"The film is longer than {limits.max_seconds:g} s.", f"At most {limits.max_seconds:g} s."
    )


def _invalid(code: str, detail: str, expected: str) -> InvalidInput:
    return InvalidInput(code=code, detail=detail, field="video", expected=expected)
