"""What a film sounds like: loudness against EBU R 128, speech, and what screaming is not."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.signal import lfilter

from core.media.film import Sound
from safety.audio.loudness import loudness_score, measure_loudness
from safety.audio.screams import find_screams
from safety.audio.speech import RATE_HZ, SpeechFinder, Wave, mono_16k, silero_model

T_S = np.arange(2 * RATE_HZ) / RATE_HZ


def stereo(wave: NDArray[np.floating], rate_hz: int = 48_000) -> Sound:
    return Sound(np.stack([wave, wave], 1).astype(np.float32), rate_hz)


def tone(hz: float, level_dbfs: float, seconds: float = 3.0, rate_hz: int = 48_000) -> Sound:
    t = np.arange(round(seconds * rate_hz)) / rate_hz
    return stereo(10 ** (level_dbfs / 20) * np.sin(2 * np.pi * hz * t), rate_hz)


@pytest.mark.parametrize(("level_dbfs", "lufs"), [(-23.0, -23.0), (-33.0, -33.0)])
def test_loudness_is_that_of_ebu_tech_3341(level_dbfs: float, lufs: float) -> None:
    # EBU Tech 3341, cases 1 and 2: a stereo sine of 1 kHz at -23 and -33 dBFS reads the same in LUFS, within 0.1.
    assert measure_loudness(tone(1_000, level_dbfs, 20)).integrated_lufs == pytest.approx(lufs, abs=0.1)


def test_the_loudest_moment_counts_however_quiet_the_rest_is() -> None:
    quiet, loud = tone(1_000, -40, 4), tone(1_000, -3, 0.5)
    found = measure_loudness(Sound(np.concatenate([quiet.samples, loud.samples, quiet.samples]), 48_000))
    assert found.momentary_lufs == pytest.approx(-3, abs=0.3)
    assert found.peak_dbfs == pytest.approx(-3, abs=0.1)


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 44_100])
def test_short_sounds_and_other_rates_are_measured_too(rate_hz: int) -> None:
    assert measure_loudness(tone(1_000, -6, 0.2, rate_hz)).momentary_lufs > -12
    assert measure_loudness(Sound(np.zeros((0, 2), np.float32), rate_hz)).momentary_lufs == -70


def test_broken_samples_are_measured_as_silence_or_full_scale() -> None:
    wave = np.full((9_600, 2), np.nan, np.float32)
    wave[:4_800] = np.inf
    assert -70 <= measure_loudness(Sound(wave, 48_000)).momentary_lufs <= 6


def test_the_score_rises_from_quiet_to_full_scale() -> None:
    assert [loudness_score(lufs) for lufs in (-70, -20, -10, 0, 3)] == [0, 0, 0.5, 1, 1]


def scream(seed: int, depth: float) -> Wave:
    """A high, harsh voice whose loudness swings 40 to 120 times a second, as screams' does."""
    rng = np.random.default_rng(seed)
    pitch = rng.uniform(700, 1600) * (1 + 0.06 * np.sin(2 * np.pi * rng.uniform(4, 8) * T_S))
    phase = 2 * np.pi * np.cumsum(pitch) / RATE_HZ
    wave = sum(np.sin(k * phase) / k**0.5 for k in range(1, 6))
    wave = wave * (1 + depth * np.sin(2 * np.pi * rng.uniform(40, 120) * T_S)) + 0.3 * rng.standard_normal(len(T_S))
    return (wave / np.abs(wave).max() * 0.7).astype(np.float32)


def spoken(seed: int, seconds: float = 4.0) -> Wave:
    """Vowels of a low voice with breaths and pauses: formants over a buzzing source."""
    rng = np.random.default_rng(seed)
    t = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    pitch = 125 + 25 * np.sin(2 * np.pi * 1.1 * t) + 8 * np.sin(2 * np.pi * 2.7 * t)
    source = np.diff((np.cumsum(pitch) / RATE_HZ) % 1, prepend=0) < 0
    vowels = [(730, 1090, 2440), (270, 2290, 3010), (300, 870, 2240), (530, 1840, 2480), (570, 840, 2410)]
    out, step = np.zeros_like(t), round(0.16 * RATE_HZ)
    for number, start in enumerate(range(0, len(t) - step, step)):
        part = source[start : start + step].astype(float) + 0.02 * rng.standard_normal(step)
        for hz, width in zip(vowels[rng.integers(5)], (70, 100, 140), strict=True):
            radius = np.exp(-np.pi * width / RATE_HZ)
            part = lfilter([1 - radius], [1, -2 * radius * np.cos(2 * np.pi * hz / RATE_HZ), radius**2], part)
        hiss = 0.2 * np.abs(part).max() * rng.standard_normal(step) * np.linspace(1, 0, step) ** 4
        out[start : start + step] = (part + hiss) * np.hanning(step) ** 0.3 * (number % 7 != 6)
    return (out / np.abs(out).max() * 0.5).astype(np.float32)


@pytest.mark.parametrize("seed", range(4))
def test_rough_high_voices_are_heard_as_screams(seed: int) -> None:
    found = find_screams(scream(seed, depth=0.8))
    assert found.score > 0.5
    assert sum(span.seconds for span in found.spans) > 0.8


@pytest.mark.parametrize("seed", range(4))
def test_speech_tones_noise_and_quiet_screams_are_no_screams(seed: int) -> None:
    noise = np.random.default_rng(seed).normal(0, 0.1, len(T_S)).astype(np.float32)
    smooth = scream(seed, depth=0.0)
    for wave in (spoken(seed), noise, smooth, scream(seed, 0.8) * np.float32(0.003), np.zeros(10, np.float32)):
        assert find_screams(wave).score < 0.5


def test_a_sound_becomes_one_channel_at_16_khz() -> None:
    wave = mono_16k(tone(440, -6, 1.0, 44_100))
    assert len(wave) == pytest.approx(16_000, abs=2)
    assert int(np.abs(np.fft.rfft(wave)).argmax()) == pytest.approx(440, abs=2)
    assert len(mono_16k(Sound(np.zeros((0, 2), np.float32), 48_000))) == 0


@pytest.fixture(scope="module")
def finder() -> SpeechFinder:
    model = silero_model()
    assert model is not None, "silero-vad is among the requirements: make install"
    return SpeechFinder(model)


def test_a_voice_is_found_where_it_is(finder: SpeechFinder) -> None:
    silence = np.zeros(2 * RATE_HZ, np.float32)
    spans = finder.find(np.concatenate([silence, spoken(2), silence]))
    assert spans
    assert all(span.start_s > 1.8 and span.end_s < 6.4 for span in spans)
    assert sum(span.seconds for span in spans) > 0.5


def test_silence_tones_and_noise_are_no_speech(finder: SpeechFinder) -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, len(T_S)).astype(np.float32)
    for wave in (np.zeros(40_000, np.float32), mono_16k(tone(440, -10)), noise, np.zeros(3, np.float32)):
        assert finder.find(wave) == []
