"""Films of many shots: how one takes over from another, loops, voices and captions, styles; and the same film again."""

import itertools
import sys
from pathlib import Path

import numpy as np
import pytest

from core.media.film import Film, Frame
from core.settings import Settings
from generation import edits, world
from generation.parsing import parse
from generation.room import Generation
from generation.shot_list import assemble, read_specs
from generation.storyboard import Shot, Storyboard
from generation.world import speech
from generation.world import vocabulary as vocab
from generation.world.backend import WorldBackend
from generation.world.cues import CUES
from generation.world.cutting import blended
from generation.world.faces import MOUTHS
from generation.world.soundtrack import RATE_HZ
from generation.world.speech import NO_VOICE, Utterance, utterances
from generation.world.truth import simulate
from generation.world.vocabulary_film import CUES as CUE_WORDS

FPS = 24


def board(prompt: str, seconds: float = 2.0, **change: object) -> Storyboard:
    values: dict[str, object] = {"width": 108, "height": 192, "seed": 3, "style": "paper"}
    return parse(prompt, seconds=seconds, **(values | change))  # type: ignore[arg-type]


def shot_film(made: Storyboard) -> Film:
    return WorldBackend().generate(made, {}, lambda _: None, lambda: False, "world")


def frames(made: Storyboard) -> list[Frame]:
    return list(shot_film(made).frames)


def far(one: Frame, other: Frame) -> float:
    return float(np.abs(one.astype(int) - other).mean())


@pytest.fixture
def mute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speech.shutil, "which", lambda _program: None)


@pytest.mark.parametrize("how", ["crossfade", "fade", "wipe"])
def test_shots_take_over_gradually(how: str) -> None:
    words = {"crossfade": "Crossfade to", "fade": "Fade to", "wipe": "Wipe to"}[how]
    made = board(f"a meadow at day, static. {words} a cave at night, static")
    pictures = frames(made)
    assert len(pictures) == 48
    steps = [far(a, b) for a, b in itertools.pairwise(pictures)]
    cut = [far(a, b) for a, b in itertools.pairwise(frames(board("a meadow at day, static. cut to a cave, static")))]
    assert max(steps) < 0.62 * max(cut)
    assert max(steps[24:39]) > 2 * np.median(steps[:20])


def test_blends_begin_and_end_with_their_shots() -> None:
    old, new = np.full((32, 32, 3), 40, np.uint8), np.full((32, 32, 3), 200, np.uint8)
    for how in ("crossfade", "wipe", "fade"):
        assert far(blended(old, new, how, 0.0), old) <= 1
        assert far(blended(old, new, how, 1.0), new) <= 1
    assert blended(old, new, "fade", 0.5).max() <= 1
    assert np.ptp(blended(old, new, "wipe", 0.5)[0, :, 0]) > 100


def test_a_loop_ends_where_it_began() -> None:
    made = board("a red ball bounces in the workshop, pan right", seconds=3)
    plain, looped = frames(made), frames(edits.loop(made))
    assert len(looped) == len(plain)
    step = float(np.median([far(a, b) for a, b in itertools.pairwise(looped)]))
    assert far(looped[-1], looped[0]) < 3 * step + 0.5
    assert far(plain[-1], plain[0]) > far(looped[-1], looped[0])


def test_the_same_storyboard_is_the_same_film_to_the_last_bit() -> None:
    words = (
        'Shot 1: Mia in a red coat walks in a snowy park, handheld. Crossfade to: Mia says "hello there" in the city, '
        "thunder. Wipe to: a gymnast does a backflip, tilt up"
    )
    made = edits.loop(board(words, seconds=3))
    first, second = shot_film(made), shot_film(made)
    assert all(np.array_equal(a, b) for a, b in zip(first.frames, second.frames, strict=True))
    assert first.sound is not None
    assert second.sound is not None
    assert np.array_equal(first.sound.samples, second.sound.samples)
    assert first.notes == second.notes


def test_someone_looks_the_same_in_every_shot() -> None:
    """Pixels of Mia's coat and hair, by colour, in three places: the same dice decide them all."""
    made = board("Shot 1: Mia in a red coat stands in a park. Shot 2: Mia in the city. Shot 3: Mia on the beach",
                 seconds=3, width=180, height=320)  # fmt: skip
    boxes = [shot.find("Mia") for shot in simulate(made).shots]
    pictures = frames(made)
    colours = []
    for number, track in enumerate(boxes):
        assert track is not None
        left, top, right, bottom = (track.boxes[12] * [180, 320, 180, 320]).astype(int)
        person = pictures[number * 24 + 12][top:bottom, left:right].reshape(-1, 3).astype(int)
        red = person[(person[:, 0] > 150) & (person[:, 1] < 110)]
        colours.append((len(red), red.mean(axis=0)))
    assert all(count > 200 for count, _ in colours)
    for (_, first), (_, second) in itertools.pairwise(colours):
        assert np.abs(first - second).max() < 12


def test_who_stays_in_a_place_over_a_cut_stays_where_they_were() -> None:
    made = board("Mia walks in a park, static. Then Mia waves, static", seconds=4)
    first, second = (shot.find("Mia") for shot in simulate(made).shots)
    assert first is not None
    assert second is not None
    assert second.boxes[0, [0, 2]].mean() == pytest.approx(first.boxes[-1, [0, 2]].mean(), abs=0.12)


@pytest.mark.usefixtures("mute")
def test_without_a_voice_lines_are_mouthed_captioned_and_said_in_the_notes() -> None:
    made = board('Ana says "Hello, my friend." in a room', seconds=3, width=180, height=320)
    film = shot_film(made)
    assert film.notes == (NO_VOICE,)
    pictures = list(film.frames)
    without = list(shot_film(made.model_copy(update={"captions": False})).frames)
    assert far(pictures[24], without[24]) > 0.3
    assert np.array_equal(pictures[-1], without[-1])
    face = simulate(made).shots[0].find("Ana")
    assert face is not None
    x, y = (face.positions[24] * 180).astype(int)
    assert x > 0
    assert y > 0
    (line,), _ = utterances(made.shots[0], 0, made.seed, RATE_HZ)
    assert line.voice is None
    assert {line.mouth(t) for t in np.linspace(line.start_s, line.end_s - 0.01, 60)} <= set(MOUTHS)
    assert line.mouth(line.end_s + 0.1) == ""


@pytest.mark.usefixtures("mute")
def test_a_mouth_that_speaks_moves_and_no_other() -> None:
    talking = board('Ana says "Hello, my friend, hello." in a room', seconds=3, width=180, height=320)
    talking = talking.model_copy(update={"captions": False})
    shot = talking.shots[0]
    silent_shot = shot.model_copy(update={"dialogue": (shot.dialogue[0].model_copy(update={"start_s": 99.0}),)})
    silent = talking.model_copy(update={"shots": (silent_shot,)})
    loud, still = frames(talking), frames(silent)
    differs = [far(a, b) for a, b in zip(loud, still, strict=True)]
    assert max(differs) > 0.01
    assert differs[0] == 0.0  # before the line, nothing
    assert differs[-1] == 0.0  # after it, nothing


@pytest.mark.usefixtures("mute")
def test_more_words_than_time_are_said_faster_and_then_noted() -> None:
    words = "and then we went on and on and on until nobody knew where we had come from or why"
    _, notes = utterances(board(f'Ana says "{words}"', seconds=2).shots[0], 0, 3, RATE_HZ)
    assert any("not heard" in note for note in notes)
    said, fine = utterances(board(f'Ana says "{words}"', seconds=6).shots[0], 0, 3, RATE_HZ)
    assert fine == (NO_VOICE,)
    assert said[-1].end_s <= 6


def test_a_speech_program_that_fails_leaves_a_film(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = tmp_path / "espeak-ng"
    broken.write_text("#!/bin/sh\nexit 3\n")
    broken.chmod(0o755)
    monkeypatch.setattr(speech.shutil, "which", lambda _program: str(broken))
    film = shot_film(board('Ana says "hi"', seconds=1))
    assert len(list(film.frames)) == 24


_PROGRAM = """#!{python}
import io, math, struct, sys, wave
sys.stdin.read()
if "-x" in sys.argv:
    print("m'am@ l'Uk")
else:
    rate = 22050
    sound = [0.8 * math.sin(0.06 * n) if n < 9000 or n > 14000 else 0.0 for n in range(23000)]
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1); out.setsampwidth(2); out.setframerate(rate)
        out.writeframes(b"".join(struct.pack("<h", int(32000 * x)) for x in sound))
    data = bytearray(file.getvalue())
    data[40:44] = struct.pack("<I", 0x7FFFF000)  # a pipe cannot be wound back to tell how much there was
    sys.stdout.buffer.write(data)
"""


def test_a_voice_is_heard_while_the_mouth_moves(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A stand-in for the program: it says what espeak-ng says, in its format, with a hush in the middle."""
    program = tmp_path / "espeak-ng"
    program.write_text(_PROGRAM.format(python=sys.executable))
    program.chmod(0o755)
    monkeypatch.setattr(speech.shutil, "which", lambda _program: str(program))
    made = board('Ana says "Mama, look." in a room', seconds=4)
    (line,), notes = utterances(made.shots[0], 0, made.seed, RATE_HZ)
    assert notes == ()
    assert line.voice is not None
    assert line.seconds == pytest.approx(23000 / 22050, abs=0.02)
    hush = [line.mouth(line.start_s + t) for t in np.arange(9000 / 22050 + 0.05, 14000 / 22050 - 0.05, 0.02)]
    assert set(hush) == {"closed"}
    shapes = {line.mouth(t) for t in np.arange(line.start_s, line.end_s, 0.02)}
    assert {"closed", "open", "round"} <= shapes
    loud, mute_film = shot_film(made).sound, shot_film(made.model_copy(update={"shots": (_unsaid(made),)})).sound
    assert loud is not None
    assert mute_film is not None
    said = slice(round(line.start_s * RATE_HZ), round((line.start_s + 0.3) * RATE_HZ))
    assert (loud.samples[said] ** 2).mean() > 3 * (mute_film.samples[said] ** 2).mean()


def _unsaid(made: Storyboard) -> Shot:
    return made.shots[0].model_copy(update={"dialogue": ()})


def test_resampling_keeps_a_tone() -> None:
    rate = 22_050
    tone = np.sin(2 * np.pi * 440 * np.arange(rate) / rate).astype(np.float32)
    higher = speech._resampled(tone, rate, RATE_HZ)
    assert len(higher) == RATE_HZ
    assert higher == pytest.approx(np.sin(2 * np.pi * 440 * np.arange(RATE_HZ) / RATE_HZ), abs=0.02)


def test_every_cue_can_be_heard_when_it_is_due() -> None:
    assert set(CUES) == set(CUE_WORDS)
    made = board("a quiet room, a bell, thunder", seconds=4)
    names = [cue.name for cue in made.shots[0].sounds]
    assert set(names) == {"bell", "thunder"}
    sound = shot_film(made).sound
    assert sound is not None
    for cue in made.shots[0].sounds:
        at, window = round(cue.at_s * RATE_HZ), RATE_HZ // 8
        before, after = sound.samples[at - window : at], sound.samples[at : at + window]
        assert (after**2).mean() > 2 * (before**2).mean()


@pytest.mark.parametrize("style", list(vocab.STYLES))
def test_the_cinema_has_bars_and_no_other_style(style: str) -> None:
    picture = frames(board("a dog in the park", seconds=1, style=style))[3]
    assert bool(picture[:4].max() == 0) is (style == "cinematic")


@pytest.mark.parametrize("framing", ["wide", "medium", "close"])
def test_a_closer_camera_shows_a_larger_face(framing: str) -> None:
    made = board("Mia waves in the city, static", width=180, height=320)
    shot = made.shots[0].model_copy(update={"framing": framing})
    track = simulate(made.model_copy(update={"shots": (shot,)})).shots[0].find("Mia")
    assert track is not None
    left, top, right, bottom = track.boxes[6]
    wide = {"wide": (0.0, 0.45), "medium": (0.3, 0.8), "close": (0.45, 1.0)}[framing]
    assert wide[0] < right - left < wide[1] or framing == "close"
    assert bottom - top > {"wide": 0.2, "medium": 0.4, "close": 0.55}[framing]


def test_an_utterance_has_a_mouth_from_its_first_moment() -> None:
    line = Utterance("a", "b", 1.0, 0.5, ((0.0, "open"), (0.2, "closed")))
    assert [line.mouth(t) for t in (0.9, 1.0, 1.3, 1.49, 1.5)] == ["", "open", "closed", "closed", ""]


def test_voices_differ_between_people() -> None:
    asked = {(speech.stable_int("voice", name, 1) % 8, speech.stable_int("voice", name, 1) // 8 % 40)
             for name in ("Ana", "Ben", "Mia", "Zoe")}  # fmt: skip
    assert len(asked) == 4


def test_a_shot_too_short_for_a_frame_is_no_fault() -> None:
    specs = read_specs([{"text": "a dog", "seconds": 1}, {"text": "a cat", "seconds": 0.01, "transition": "wipe"},
                        {"text": "a fox", "seconds": 1, "transition": "fade"}])  # fmt: skip
    made = assemble(specs, width=108, height=192, seed=1, style="paper")
    film = shot_film(made)
    assert len(list(film.frames)) == film.frame_count == 48
    assert film.sound is not None
    assert len(film.sound.samples) == 2 * RATE_HZ
    assert [shot.frames for shot in simulate(made).shots] == [24, 0, 24]


def test_the_world_tells_its_truth_by_its_own_name() -> None:
    made = board("a red ball bounces in the workshop")
    first, second = world.simulate(made), simulate(made)
    assert first.impacts == second.impacts
    assert first.impacts


def test_the_room_takes_words_and_lists_of_shots() -> None:
    room = Generation.open(Settings())
    made = room.shot_list([{"text": "Mia waves", "seconds": 2, "camera": "crane"}], width=108, height=192, seed=1,
                          characters=("Mia",))  # fmt: skip
    assert (made.shots[0].camera, made.seconds, made.characters) == ("rise", 2, ("Mia",))
