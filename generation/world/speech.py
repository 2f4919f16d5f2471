"""What is said: when, by whom, in which voice, and the shapes that the mouth makes to it.

The voice is espeak-ng's where that program is installed. Where it is not, the lines are mouthed in the time that saying
them would take, and nothing is heard in place of a voice: the film's notes say so.
"""

import shutil
import subprocess
import wave
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO

import numpy as np
from numpy.typing import NDArray

from core.hashing import stable_int
from generation.parsing_script import spoken_s
from generation.storyboard import Shot

Signal = NDArray[np.float32]
PROGRAM = "espeak-ng"
NO_VOICE = "No speech program (espeak-ng) is installed: lines are mouthed and captioned, without a voice."
_CUT_SHORT = "Shot {number}: there is more to say than its {seconds:g} s hold; the end is not heard."
_TIMEOUT_S = 10
_WORDS_A_MINUTE = 160
_FASTEST = 1.7
_GAP_S = 0.25
_FIRST_S = 0.35
_VOICES = ("en-us", "en-us+f3", "en-gb+m3", "en-us+f4", "en-gb+f2", "en-us+m5", "en-gb-scotland", "en-us+m7")
_HUSHED = 0.06  # of a voice's loudest moment: below it the lips are together

# Which mouth a letter (or a sound in espeak-ng's own letters) makes, and how long it lasts against the others.
_SHAPES = {
    **dict.fromkeys("aAVI03", ("open", 1.5)), **dict.fromkeys("eEi@&", ("wide", 1.3)),
    **dict.fromkeys("oOuUwQ", ("round", 1.4)), **dict.fromkeys("mbpMBP", ("closed", 0.8)),
    **dict.fromkeys("fvFV", ("teeth", 0.9)), **dict.fromkeys("sztdnSZTDNlrkghjcxyq", ("small", 0.7)),
    " ": ("closed", 0.5), ",": ("closed", 2.0), ".": ("closed", 3.0), "?": ("closed", 3.0), "!": ("closed", 3.0),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Utterance:
    """A line in its place: seconds from the start of its shot, its voice at ``rate_hz`` if there is one, its mouths.

    ``mouths`` are (seconds from the start of the line, shape), in order.
    """

    speaker: str
    text: str
    start_s: float
    seconds: float
    mouths: tuple[tuple[float, str], ...]
    voice: Signal | None = None

    @property
    def end_s(self) -> float:
        """When the line is over."""
        return self.start_s + self.seconds

    def mouth(self, t: float) -> str:
        """Return the shape of the speaker's mouth at ``t`` seconds into the shot, or an empty string."""
        since = t - self.start_s
        if not 0 <= since < self.seconds:
            return ""
        at = int(np.searchsorted([when for when, _ in self.mouths], since, side="right")) - 1
        return self.mouths[max(0, at)][1]


def voice_installed() -> bool:
    """Tell whether lines can be heard."""
    return shutil.which(PROGRAM) is not None


def utterances(shot: Shot, number: int, seed: int, rate_hz: int) -> tuple[tuple[Utterance, ...], tuple[str, ...]]:
    """Return what is said in a shot, one line after the other, and notes on what could not be done."""
    if not shot.dialogue:
        return (), ()
    notes = [] if voice_installed() else [NO_VOICE]
    said = _in_turn(shot, seed, rate_hz, 1.0)
    over = said[-1].end_s / shot.seconds
    if over > 0.98:
        said = _in_turn(shot, seed, rate_hz, min(_FASTEST, over * 1.08))
    if said[-1].end_s > shot.seconds + 0.05:
        notes.append(_CUT_SHORT.format(number=number + 1, seconds=round(shot.seconds, 2)))
    return said, tuple(notes)


def _in_turn(shot: Shot, seed: int, rate_hz: int, haste: float) -> tuple[Utterance, ...]:
    made: list[Utterance] = []
    at = _FIRST_S / haste
    for line in shot.dialogue:
        start = at if line.start_s is None else line.start_s
        voice, sounds = _spoken(line.text, line.speaker, seed, rate_hz, round(haste, 2))
        seconds = spoken_s(line.text) / haste if voice is None else len(voice) / rate_hz
        made.append(Utterance(line.speaker, line.text, start, seconds, _mouths(sounds, seconds, voice, rate_hz), voice))
        at = start + seconds + _GAP_S / haste
    return tuple(made)


def _spoken(text: str, speaker: str, seed: int, rate_hz: int, haste: float) -> tuple[Signal | None, str]:
    """Return a line's voice and the letters of its sounds; no voice where none can be had."""
    program = shutil.which(PROGRAM)
    if program is None:
        return None, text
    dice = stable_int("voice", speaker, seed)
    voice, pitch = _VOICES[dice % len(_VOICES)], 35 + dice // 8 % 40
    heard = _say(program, text, voice, pitch, round(_WORDS_A_MINUTE * haste))
    if heard is None:
        return None, text
    samples, own_hz, letters = heard
    return _resampled(samples, own_hz, rate_hz), letters or text


@lru_cache(maxsize=64)
def _say(program: str, text: str, voice: str, pitch: int, speed: int) -> tuple[Signal, int, str] | None:
    """Ask the program to say a text. None if it cannot: a film is made all the same."""
    command = [program, "-v", voice, "-p", str(pitch), "-s", str(speed), "--stdin"]
    try:
        asked = text.encode()
        audio = subprocess.run([*command, "--stdout"], input=asked, capture_output=True, timeout=_TIMEOUT_S, check=True)
        sounds = subprocess.run(
            [*command, "-x", "-q"], input=asked, capture_output=True, timeout=_TIMEOUT_S, check=True
        )
        with wave.open(BytesIO(_whole(audio.stdout))) as file:
            if file.getsampwidth() != 2 or file.getnchannels() != 1:
                return None
            whole = np.frombuffer(file.readframes(file.getnframes()), "<i2")
            samples = np.asarray(whole / 32768, np.float32)
            return _trimmed(samples), file.getframerate(), sounds.stdout.decode(errors="replace").strip()
    except (OSError, subprocess.SubprocessError, wave.Error, EOFError):
        return None


def _whole(data: bytes) -> bytes:
    """Return a streamed WAV with its true lengths: written to a pipe, its header claims none or too much."""
    at = data.find(b"data")
    if at < 0:
        return data
    body = data[at + 8 :]
    head = data[:4] + (at + len(body)).to_bytes(4, "little") + data[8:at]
    return head + b"data" + len(body).to_bytes(4, "little") + body


def _trimmed(samples: Signal) -> Signal:
    loud = np.flatnonzero(np.abs(samples) > 0.01)
    return samples[loud[0] : loud[-1] + 1] if len(loud) else samples[:1]


def _resampled(samples: Signal, own_hz: int, rate_hz: int) -> Signal:
    """Return a signal at another rate: its spectrum, with nothing above what it had."""
    count = round(len(samples) * rate_hz / own_hz)
    spectrum = np.fft.rfft(samples)
    wanted = count // 2 + 1
    padded = np.zeros(wanted, spectrum.dtype)
    padded[: min(wanted, len(spectrum))] = spectrum[:wanted]
    return np.asarray(np.fft.irfft(padded, count) * (count / max(1, len(samples))), np.float32)


def _mouths(letters: str, seconds: float, voice: Signal | None, rate_hz: int) -> tuple[tuple[float, str], ...]:
    """Share a line's time among the mouths of its sounds; where the voice is hushed, the lips close."""
    shapes = [_SHAPES[letter] for letter in letters if letter in _SHAPES] or [("small", 1.0)]
    total = sum(weight for _, weight in shapes)
    made: list[tuple[float, str]] = []
    at = 0.0
    for shape, weight in shapes:
        if not made or made[-1][1] != shape:
            made.append((at, shape))
        at += seconds * weight / total
    return tuple(made) if voice is None else tuple(_closing(made, voice, seconds, rate_hz))


def _closing(
    mouths: Sequence[tuple[float, str]], voice: Signal, seconds: float, rate_hz: int
) -> Iterator[tuple[float, str]]:
    """Yield the mouths at every 40th of a second, closed wherever nothing sounds."""
    hop = rate_hz // 40
    usable = voice[: max(hop, len(voice) // hop * hop)]
    levels = np.abs(np.pad(usable, (0, -len(usable) % hop)).reshape(-1, hop)).max(axis=1)
    hushed = levels < _HUSHED * float(levels.max())
    times = [when for when, _ in mouths]
    before = ""
    for number, is_hushed in enumerate(hushed):
        t = number * hop / rate_hz
        at = max(0, int(np.searchsorted(times, t, side="right")) - 1)
        shape = "closed" if is_hushed else mouths[at][1]
        if shape != before and t < seconds:
            yield t, shape
            before = shape
