"""A detector that crashes, hangs or answers nonsense leads to review, never to allow, and the rest goes on."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence

import pytest

from core.encoder import TextEncoder
from core.vocabulary import Audience, Outcome, Surface
from safety import room
from safety.guard import DetectorFault, Guard, TextDetector
from safety.room import Safety, TextPart
from safety.taxonomy import CATEGORIES
from safety.text.classifier import ANY
from tests.pictures import png

CALM = "a red ball rolls down a green hill"
QUIET = dict.fromkeys((*CATEGORIES, ANY), 0.0)


class FailingDetector:
    """A text detector that does what it is told to, instead of its work."""

    revision = "failing-1"

    def __init__(self, answer: Callable[[Sequence[str]], list[dict[str, float]]]) -> None:
        self._answer = answer

    def is_word(self, text: str) -> bool:
        return bool(text)

    def scores(self, texts: Sequence[str]) -> list[dict[str, float]]:
        return self._answer(texts)


def crash(_texts: Sequence[str]) -> list[dict[str, float]]:
    raise MemoryError("no room for the tensor")


def not_a_number(texts: Sequence[str]) -> list[dict[str, float]]:
    return [QUIET | {"violence": float("nan")} for _ in texts]


def too_sure(texts: Sequence[str]) -> list[dict[str, float]]:
    return [QUIET | {"violence": -0.5} for _ in texts]


def without_a_category(texts: Sequence[str]) -> list[dict[str, float]]:
    return [{name: score for name, score in QUIET.items() if name != "sexual/minors"} for _ in texts]


def one_answer_too_few(texts: Sequence[str]) -> list[dict[str, float]]:
    return [QUIET for _ in texts[1:]]


def nothing(_texts: Sequence[str]) -> list[dict[str, float]]:
    return None  # type: ignore[return-value]


@pytest.fixture
def released() -> Iterator[threading.Event]:
    """Set when the test is over, so that what hangs comes back."""
    over = threading.Event()
    yield over
    over.set()


@pytest.fixture
def opened(encoder: TextEncoder, tmp_path_factory: pytest.TempPathFactory) -> Safety:
    return Safety.open(encoder, keys=tmp_path_factory.mktemp("keys"))


@pytest.mark.parametrize("fault", [crash, not_a_number, too_sure, without_a_category, one_answer_too_few, nothing])
@pytest.mark.parametrize("surface", list(Surface))
def test_a_broken_detector_means_review_on_every_surface(
    opened: Safety, fault: Callable[[Sequence[str]], list[dict[str, float]]], surface: Surface
) -> None:
    opened.classifier = FailingDetector(fault)
    for audience in Audience:
        verdict = opened.judge_texts([TextPart("prompt", CALM), TextPart("title", CALM)], surface, audience)
        assert verdict.outcome == Outcome.REVIEW
        assert verdict.rule_id == "text/failed"
        assert not verdict.allowed
        judgement = opened.judge([TextPart("prompt", CALM)], [], surface, audience)
        assert judgement.flagged
        assert [(report.ran, bool(report.note)) for report in judgement.detectors] == [(False, True)]


def hanging(until: threading.Event) -> TextDetector:
    def hang(texts: Sequence[str]) -> list[dict[str, float]]:
        until.wait(60)
        return [QUIET for _ in texts]

    return FailingDetector(hang)


def test_a_detector_that_hangs_means_review_in_time_and_the_next_text_is_judged(
    monkeypatch: pytest.MonkeyPatch, encoder: TextEncoder, tmp_path_factory: pytest.TempPathFactory,
    released: threading.Event,
) -> None:  # fmt: skip
    monkeypatch.setattr(room, "TEXT_TIMEOUT_S", 0.5)
    safety = Safety.open(encoder, keys=tmp_path_factory.mktemp("keys"))
    real = safety.classifier
    assert safety.judge_text(CALM, Surface.PROMPT, Audience.ADULT).outcome == Outcome.ALLOW
    safety.classifier = hanging(released)
    for _ in range(3):
        assert safety.judge_text(CALM, Surface.MESSAGE, Audience.TEEN).outcome == Outcome.REVIEW
    safety.classifier = real
    assert safety.judge_text(CALM, Surface.PROMPT, Audience.ADULT).outcome == Outcome.ALLOW


def test_a_picture_check_that_hangs_or_crashes_means_review(
    monkeypatch: pytest.MonkeyPatch, opened: Safety, released: threading.Event
) -> None:
    monkeypatch.setattr(room, "PICTURE_TIMEOUT_S", 0.5)
    monkeypatch.setattr(room, "read_pictures", lambda _: released.wait(60))
    for _ in range(2):
        judgement = opened.judge([TextPart("prompt", CALM)], [png()], Surface.UPLOAD, Audience.TEEN)
        monkeypatch.setattr(room, "read_pictures", crash)
    assert (judgement.verdict.outcome, judgement.verdict.rule_id) == (Outcome.REVIEW, "picture/failed")
    assert not next(report for report in judgement.detectors if report.name == "on_screen_text").ran


def test_a_guard_gives_back_what_work_returns_or_raises_and_keeps_to_its_threads() -> None:
    guard, running, most = Guard("probe", threads=2), [0], [0]
    lock = threading.Lock()

    def work() -> int:
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        time.sleep(0.02)
        with lock:
            running[0] -= 1
        return 7

    answers: list[int] = []
    callers = [threading.Thread(target=lambda: answers.append(guard.call(work, 30))) for _ in range(12)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert answers == [7] * 12
    assert most[0] == 2
    with pytest.raises(ZeroDivisionError):
        guard.call(lambda: 1 // 0, 30)


def test_a_guard_whose_calls_never_return_is_out_of_order_until_one_does(released: threading.Event) -> None:
    guard = Guard("probe", threads=2, most_stuck=3)
    for _ in range(3):
        with pytest.raises(DetectorFault, match="did not answer"):
            guard.call(lambda: released.wait(60), 0.05)
    with pytest.raises(DetectorFault, match="out of order"):
        guard.call(lambda: True, 30)
    released.set()
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            assert guard.call(lambda: True, 30)
            break
        except DetectorFault:
            time.sleep(0.01)
    else:
        pytest.fail("the guard never came back to order")


def test_a_call_given_up_while_it_waits_is_never_run(released: threading.Event) -> None:
    guard, ran = Guard("probe", threads=1, most_stuck=2), []
    first = threading.Thread(target=lambda: guard.call(lambda: released.wait(60), 60))
    first.start()
    with pytest.raises(DetectorFault):
        guard.call(lambda: ran.append(1), 0.05)
    released.set()
    first.join()
    assert guard.call(lambda: "next", 30) == "next"
    assert ran == []
