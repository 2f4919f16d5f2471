"""The film's sound: each shot's place, impacts, cues and voices, joined without a click and brought to one loudness."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.media.film import Samples, Sound
from generation.storyboard import Shot
from generation.world.ambience import Bed
from generation.world.cues import lay_cues
from generation.world.impacts import lay_impacts
from generation.world.plan import PACE
from generation.world.simulation import Contact
from generation.world.speech import Utterance
from generation.world.vocabulary import SCENES

RATE_HZ = 48_000
_TARGET_RMS = 10 ** (-21 / 20)
_CEILING = 10 ** (-1.5 / 20)
_FADE_S = 0.06
_MINOR_PALETTES = {"cool", "noir"}
_VOICE_LEVEL = 0.5
_DUCKED = 0.4  # what is left of a place's sound while someone speaks


@dataclass(frozen=True, slots=True)
class Part:
    """What is heard in one shot. ``lead_in_s`` of its own time has passed when its first frame is shown."""

    shot: Shot
    frames: int
    width: float
    contacts: Sequence[Contact]
    said: Sequence[Utterance] = ()
    lead_in_s: float = 0.0
    fade_s: float = _FADE_S


def soundtrack(parts: Sequence[Part], fps: int, seed: int) -> Sound:
    """Return the sound of a film from its shots, in order."""
    total = sum(part.frames for part in parts)
    track = np.zeros((round(total * RATE_HZ / fps), 2), np.float32)
    start_frame = 0
    for number, part in enumerate(parts):
        start = round(start_frame * RATE_HZ / fps)
        end = round((start_frame + part.frames) * RATE_HZ / fps)
        piece = track[start:end]
        bed = _bed(part.shot, (end - start) / RATE_HZ, seed + number)[: end - start]
        _duck(bed, part.said)
        piece += _faded(bed, max(_FADE_S, part.fade_s))
        lay_cues(piece, part.shot.sounds, RATE_HZ, seed + number)
        _speak(piece, part.said)
        # What was struck in a shot goes on ringing over the cut.
        started = start_frame / fps - part.lead_in_s
        lay_impacts(track, [one for one in part.contacts if one.t >= part.lead_in_s], RATE_HZ, part.width, started)
        start_frame += part.frames
    return Sound(levelled(track), RATE_HZ)


def _bed(shot: Shot, seconds: float, seed: int) -> Samples:
    mood = "minor" if shot.palette in _MINOR_PALETTES else "major"
    bed = Bed(seconds, RATE_HZ, seed, mood=mood, pace=PACE[shot.pace])
    names = list(SCENES[shot.scene].ambience)
    if shot.time_of_day == "night" and "birds" in names:
        names[names.index("birds")] = "crickets"
    if shot.weather == "rain":
        names.append("rain")
    if shot.weather == "wind" and "wind" not in names:
        names.append("wind")
    if any(thing.kind == "campfire" for thing in shot.things) and "fire" not in names:
        names.append("fire")
    mixed = np.zeros((bed.count, 2), np.float32)
    for name in names:
        mixed += bed.play(name)
    return mixed


def _duck(bed: Samples, said: Sequence[Utterance]) -> None:
    if not said:
        return
    level = np.ones(len(bed), np.float32)
    for line in said:
        level[round(line.start_s * RATE_HZ) : round(line.end_s * RATE_HZ)] = _DUCKED
    hop = int(_FADE_S * RATE_HZ)
    padded = np.concatenate([np.repeat(level[:1], hop), level])
    sums = np.cumsum(padded, dtype=np.float64)
    bed *= np.asarray((sums[hop:] - sums[:-hop]) / hop, np.float32)[:, None]


def _speak(piece: Samples, said: Sequence[Utterance]) -> None:
    for line in said:
        if line.voice is None:
            continue
        at = round(line.start_s * RATE_HZ)
        voice = line.voice[: max(0, len(piece) - at)]
        loud = float(np.sqrt(np.mean(voice**2))) if len(voice) else 0.0
        if loud > 0:
            piece[at : at + len(voice)] += (voice * (0.2 * _VOICE_LEVEL / loud))[:, None]


def _faded(part: Samples, seconds: float) -> Samples:
    count = min(len(part) // 2, int(seconds * RATE_HZ))
    if count:
        ramp = np.linspace(0, 1, count, dtype=np.float32)[:, None]
        part[:count] *= ramp
        part[-count:] *= ramp[::-1]
    return part


def levelled(track: Samples) -> Samples:
    """Bring a track to the usual loudness; peaks bend softly below the ceiling instead of clipping."""
    rms = float(np.sqrt(np.mean(track.astype(np.float64) ** 2))) if len(track) else 0.0
    if rms < 1e-7:
        return track
    loud = track * min(8.0, _TARGET_RMS / rms)
    bent = np.tanh(loud / _CEILING) * _CEILING
    return np.asarray(bent, np.float32)
