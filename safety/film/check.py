"""One film's check: frames and sound stream past once, then any number of verdicts are asked for."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from math import ceil

import structlog

from core.media.film import Frame, Sound
from core.verdicts import Evidence, Verdict, strictest
from core.vocabulary import Audience, Surface
from safety.audio.loudness import loudness_score, measure_loudness
from safety.audio.screams import Screams, find_screams
from safety.audio.speech import Wave, mono_16k
from safety.decide import decide, unsure
from safety.film.detectors import Detectors
from safety.film.flash import FlashMeter, flash_score
from safety.film.fusion import Findings, Part, evidence_for, fuse
from safety.film.hearing import Said, hear_words, part_waves
from safety.film.moments import Moment, Sampler
from safety.film.policy import DETECTORS, PICTURE_DETECTORS, Detector, FilmPolicy, Kind
from safety.film.source import UNKNOWN, FilmSource
from safety.film.words import read_over_time
from safety.policy import ModerationPolicy
from safety.sequence import readings

_log = structlog.get_logger(__name__)
Judge = Callable[[str], Mapping[str, float]]


class FilmCheck:
    """Watches one film. Give it every frame in order, before the watermark is drawn, and the sound.

    A detector that fails is remembered, and from then on no verdict is milder than review. ``is_still`` is a picture,
    which has neither sound nor time.
    """

    def __init__(
        self, fps: int, judge: Judge, detectors: Detectors, moderation: ModerationPolicy, policy: FilmPolicy,
        *, is_still: bool = False, is_word: Callable[[str], bool] = bool,
    ) -> None:  # fmt: skip
        self._judge = judge
        self._is_word = is_word
        self._detectors = detectors
        self._moderation = moderation
        self._policy = policy
        self._applicable: tuple[Detector, ...] = PICTURE_DETECTORS if is_still else DETECTORS
        self._flash = FlashMeter(fps)
        self._fps = fps
        self._sampler = Sampler(fps, policy.sampling)
        self._frames = 0
        self._measures: dict[str, float] = {}
        self._screams = Screams(0.0, ())
        self._wave: Wave | None = None
        self._findings: Findings | None = None
        self._said: tuple[Said, ...] = ()
        self._script: list[Said] = []
        self._faces: list[tuple[Moment, int]] = []
        self._ran: set[Detector] = set()
        self._failed: dict[Detector, str] = {}

    def see(self, frame: Frame, index: int) -> None:
        """Look at frame ``index`` (H, W, 3)."""
        self._frames = index + 1
        self._try("flashing", lambda: self._flash.see(frame, index))
        self._try("on_screen_text", lambda: self._sampler.see(frame, index))

    def hear(self, sound: Sound | None) -> None:
        """Listen to the whole sound track; None is silence."""
        self._try("loudness", lambda: self._measure(sound))
        self._try("screams", lambda: self._listen(sound))

    def tell(self, at_s: float, name: str, text: str) -> None:
        """Say what was asked for at a moment of the film (a shot's words): judged with what is read and heard there."""
        if text.strip():
            self._script.append(Said(at_s, "script", name, text))

    def verdict(self, surface: Surface, audience: Audience, source: FilmSource = UNKNOWN) -> Verdict:
        """Return what the policy says of all that was seen and heard, with evidence and what could not be checked.

        ``source`` says how the film came to be, where the caller knows.
        """
        findings = self._collected()
        fused = fuse(findings, surface, audience, self._moderation, self._policy.fusion)
        decided = decide(fused, surface, audience, self._moderation)
        evidence = evidence_for(findings, fused, surface, audience, self._moderation)
        doubts = [self._doubt(surface, audience, f"film/failed/{name}", why) for name, why in self._failed.items()]
        missing, notes = self._absent(surface, audience, source)
        checks = self._policy.at(surface, audience)
        doubts += [self._doubt(surface, audience, f"film/missing/{name}", checks.reason) for name in missing[:1]]
        harshest = strictest(decided, *doubts, *self._as_a_minor(fused, surface, audience))
        faults = tuple(Evidence("failed", 0.0, name, why) for name, why in self._failed.items())
        said = (*evidence, *self._cues(), *faults, *notes)
        revision = " ".join(self._detectors.revisions)
        return replace(harshest, audience=audience, scores=decided.scores, evidence=said, model_revision=revision)

    def said(self) -> tuple[Said, ...]:
        """Return all words of the film, on screen and spoken, in the order of time."""
        self._collected()
        return self._said

    def faces(self) -> int | None:
        """Return how many faces one of the frames looked at shows at most; None where nothing could look for them."""
        self._collected()
        return max((count for _, count in self._faces), default=0) if "faces" in self._ran else None

    def words(self) -> tuple[str, ...]:
        """Return what was read on screen, in the order of time."""
        return tuple(item.text for item in self.said() if item.kind == "on_screen_text")

    def _absent(
        self, surface: Surface, audience: Audience, source: FilmSource
    ) -> tuple[list[Detector], tuple[Evidence, ...]]:
        """Return required detectors that did not look and that nothing stands in for, and notes on all that did not."""
        checks = self._policy.at(surface, audience)
        missing: list[Detector] = []
        notes = []
        for name in self._applicable:
            if name in self._ran or name in self._failed:
                continue
            vouched = self._vouched(name, surface, source)
            if vouched:
                notes.append(Evidence("vouched", 0.0, name, vouched))
                continue
            notes.append(Evidence("not_checked", 0.0, name, "no detector is installed"))
            if name in checks.required:
                missing.append(name)
        return missing, tuple(notes)

    def _vouched(self, name: Detector, surface: Surface, source: FilmSource) -> str:
        """Return what stands in for a detector, or an empty string."""
        for vouch in self._policy.vouch:
            holds = source.prompt_checked and (vouch.with_real_portraits or not source.real_portraits)
            holds = holds and not source.uploaded_picture
            if holds and source.made_by in vouch.made_by and surface in vouch.surfaces and name in vouch.stands_for:
                return f"{vouch.id}: {vouch.reason}"
        return ""

    def _as_a_minor(self, fused: Mapping[str, float], surface: Surface, audience: Audience) -> list[Verdict]:
        """A face whose age nobody knows is a minor's, where the policy says so."""
        if not self._faces or surface not in self._policy.fusion.faces_are_minors_on:
            return []
        if audience == Audience.DEPICTED_MINOR:
            return []
        return [decide(fused, surface, Audience.DEPICTED_MINOR, self._moderation)]

    def _cues(self) -> tuple[Evidence, ...]:
        """Return what is no harm but what a reviewer should know: faces, screams."""
        cues = []
        if self._faces:
            moment, most = max(self._faces, key=lambda item: item[1])
            cues.append(Evidence("faces", float(most), frame_name(moment), f"{most} at once"))
        if self._screams.score >= self._policy.fusion.quiet_below:
            when = ", ".join(f"{span.start_s:.1f} to {span.end_s:.1f} s" for span in self._screams.spans[:4])
            cues.append(Evidence("screams", self._screams.score, "sound", when or "at its worst"))
        return tuple(cues)

    def _doubt(self, surface: Surface, audience: Audience, rule_id: str, why: str) -> Verdict:
        return unsure(surface, audience, self._moderation, rule_id=rule_id, explanation=why)

    def _try(self, detector: Detector, action: Callable[[], None]) -> None:
        if detector in self._failed:
            return
        try:
            action()
            self._ran.add(detector)
        except Exception as error:  # a detector's crash is a finding, whatever it was
            _log.warning("film detector failed", detector=detector, error=repr(error))
            self._ran.discard(detector)
            self._failed[detector] = f"The check for {detector.replace('_', ' ')} failed; a person will look at it."

    def _in_time(self, detector: Detector, action: Callable[[], None]) -> None:
        self._try(detector, lambda: self._detectors.within_time(action))

    def _measure(self, sound: Sound | None) -> None:
        self._measures["loudness"] = 0.0 if sound is None else loudness_score(measure_loudness(sound).momentary_lufs)

    def _listen(self, sound: Sound | None) -> None:
        if sound is None or not len(sound.samples):
            self._ran |= {"speech", "transcript"}  # there is nothing to hear
            return
        self._wave = mono_16k(sound)
        self._screams = find_screams(self._wave)

    def _collected(self) -> Findings:
        if self._findings is None:
            self._findings = self._collect()
        return self._findings

    def _collect(self) -> Findings:
        moments = self._sampler.moments()
        self._measures["flashing"] = flash_score(self._flash.flashes_per_s())
        said: list[Said] = []
        parts: list[Part] = []
        self._in_time("on_screen_text", lambda: said.extend(self._read(moments)))
        self._hear_speech(said)
        self._said = tuple(sorted(said, key=lambda item: item.at_s))
        self._try("on_screen_text", lambda: parts.extend(self._judged()))
        if self._detectors.pictures is not None:
            self._try("picture_content", lambda: parts.extend(self._look(moments)))
        if self._detectors.faces is not None:
            self._in_time("faces", lambda: self._count_faces(moments))
        return Findings(tuple(parts), self._measures, self._screams.score)

    def _read(self, moments: list[Moment]) -> list[Said]:
        sampling = self._policy.sampling
        reads = max(sampling.frames_read, ceil(self._frames / self._fps / sampling.seconds_per_read))
        found = read_over_time(moments, self._detectors.words, min(reads, sampling.most_frames))
        return [Said(moment.at_s, "on_screen_text", frame_name(moment), text) for moment, text in found]

    def _hear_speech(self, said: list[Said]) -> None:
        wave, speech, transcripts = self._wave, self._detectors.speech, self._detectors.transcripts
        if wave is None:
            return
        spans = None
        if speech is not None:
            found = []
            self._in_time("speech", lambda: found.extend(speech.find(wave)))
            spans = found if "speech" in self._ran else None
        if spans == []:
            self._ran.add("transcript")  # nobody speaks, so there is nothing to write down
        elif transcripts is not None:
            waves = part_waves(wave, spans)
            self._try("transcript", lambda: said.extend(hear_words(waves, transcripts)))

    def _judged(self) -> list[Part]:
        """Judge all words in their order: alone, with their neighbours, and as one.

        Words may be split over shots or between eye and ear, and their order may tell what none of them does. A script
        was judged before; it is read again only beside what the film adds to it.
        """
        if not self._said:
            return []
        told = sorted((*self._script, *self._said), key=lambda item: item.at_s)
        kinds: dict[str, Kind] = {item.name: item.kind for item in self._said if item.kind != "script"}
        found = readings([(item.name, item.text) for item in told], self._is_word)
        return [
            Part(
                kinds.get(reading.name, "story"), reading.name, reading.doubted(self._judge(reading.text)), reading.text
            )
            for reading in found
        ]

    def _look(self, moments: list[Moment]) -> list[Part]:
        pictures = self._detectors.pictures
        if pictures is None or not moments:
            return []
        found = pictures.scores([moment.frame for moment in moments])
        return [
            Part("picture", frame_name(moment), scores, calibrated=calibrated)
            for moment, (scores, calibrated) in zip(moments, found, strict=True)
        ]

    def _count_faces(self, moments: list[Moment]) -> None:
        finder, most = self._detectors.faces, self._policy.sampling.frames_for_faces
        if finder is None:
            return
        step = max(1, ceil(len(moments) / most))
        for moment in moments[step // 2 :: step]:
            count = len(finder.find(moment.frame))
            if count:
                self._faces.append((moment, count))


def frame_name(moment: Moment) -> str:
    """Return what evidence calls a frame: its number, for machines, and its time, for people."""
    return f"frame {moment.index} ({moment.at_s:.1f} s)"
