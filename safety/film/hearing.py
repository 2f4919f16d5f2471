"""The words of a film, each with its time: what is read on screen, what is heard."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from safety.audio.speech import RATE_HZ, Span, Wave
from safety.film.detectors import Transcripts

_LONGEST_PART_S = 28.0  # Whisper hears thirty seconds at a time
_MARGIN_S = 0.2


@dataclass(frozen=True, slots=True)
class Said:
    """Words of a film: when they come, whether they are asked for, read or heard, and what evidence calls the place."""

    at_s: float
    kind: Literal["script", "on_screen_text", "transcript"]
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class PartWave:
    """A piece of the sound track in which someone speaks."""

    span: Span
    wave: Wave


def part_waves(wave: Wave, spans: Sequence[Span] | None) -> list[PartWave]:
    """Return the pieces to write down, each at most 28 seconds; where speech was not looked for, all of it."""
    if spans is None:
        spans = [Span(0.0, len(wave) / RATE_HZ)]
    pieces: list[Span] = []
    for span in spans:
        begin, end = max(0.0, span.start_s - _MARGIN_S), span.end_s + _MARGIN_S
        if pieces and end - pieces[-1].start_s <= _LONGEST_PART_S:
            pieces[-1] = Span(pieces[-1].start_s, end)
            continue
        while end - begin > _LONGEST_PART_S:
            pieces.append(Span(begin, begin + _LONGEST_PART_S))
            begin += _LONGEST_PART_S
        pieces.append(Span(begin, end))
    return [PartWave(span, wave[round(span.start_s * RATE_HZ) : round(span.end_s * RATE_HZ)]) for span in pieces]


def hear_words(pieces: Sequence[PartWave], transcripts: Transcripts) -> list[Said]:
    """Return what is said in each piece. Raises ``DetectorFault``."""
    texts = transcripts.texts([piece.wave for piece in pieces]) if pieces else []
    return [
        Said(piece.span.start_s, "transcript", f"speech at {piece.span.start_s:.1f} s", text)
        for piece, text in zip(pieces, texts, strict=True)
        if text
    ]
