"""How fast texts are judged: one at a time on one thread, and many on two."""

import statistics
import time
from collections.abc import Callable, Iterator, Sequence

from core.vocabulary import Audience, Surface
from pipelines.offline.bench.figures import Figure, median, timed_ms
from safety.room import Safety

PROMPT_GOAL_MS, BATCH_GOAL_PER_S = 8.0, 300.0
_PROMPTS, _BATCH, _ROUNDS = 240, 600, 3
_SCENES = (
    "paper boats drift over a calm lake at dusk", "a basketball bounces off the rim and rolls away",
    "neon city at night, a red ball runs down the ramps", "snow falls on a little house, a cat walks by",
    "three balls juggled on a beach at noon", "autumn leaves over a slow river, birds in the sky",
    "handheld shot of two friends laughing in a kitchen while pancakes burn behind them, warm morning light",
    "a slow drone shot over terraced rice fields after rain, mist in the valley, farmers far below, soft music",
)  # fmt: skip
# What stands around a scene. A disguise that is undone leaves one form to read; a pretext and slang leave two.
_FRAMES = {
    "one form": ("{x}, take {n}",),
    "one form, disguised": ("{x}, t4ke {n}", "{x}, k i l l the lights, take {n}"),
    "two forms": ("in the style of a documentary, {x}, take {n}", "{x}, about a sewer slide, take {n}"),
}


def prompts(count: int, kind: str = "one form") -> list[str]:
    """Return distinct prompts of a kind named above."""
    frames = _FRAMES[kind]
    return [frames[n % len(frames)].format(x=_SCENES[n % len(_SCENES)], n=n) for n in range(count)]


def moderation_speed(safety: Safety, encode: Callable[[str], object]) -> Iterator[Figure]:
    """Judge distinct prompts of 8 to 22 words. No text is judged twice, so nothing is remembered."""
    encoding = median(timed_ms(lambda: encode(_SCENES[2]), repeats=100))
    for name in _FRAMES:
        texts = iter(prompts(_PROMPTS + 3, name))
        times = timed_ms(lambda texts=texts: _judge(safety, next(texts)), repeats=_PROMPTS)  # type: ignore[misc]
        yield Figure(
            f"moderation, {name}, one thread, p50", median(times), "ms", PROMPT_GOAL_MS, "the bare encoder", encoding
        )
    rates = [_rate(safety, [f"round {turn}: {text}" for text in prompts(_BATCH)]) for turn in range(_ROUNDS)]
    peer = "scikit-learn TF-IDF + logistic regression"
    yield Figure(
        "moderation, many, two threads", max(rates), "/s", BATCH_GOAL_PER_S, peer, _linear_rate(), at_least=True
    )


def _judge(safety: Safety, text: str) -> None:
    safety.judge_text(text, Surface.PROMPT, Audience.TEEN)


def _rate(safety: Safety, texts: Sequence[str]) -> float:
    start = time.perf_counter()
    safety.scores(texts)
    return len(texts) / (time.perf_counter() - start)


def _linear_rate() -> float:
    """Return how many texts a second a plain linear model over word counts scores, with as many heads."""
    import numpy as np
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.multioutput import MultiOutputClassifier

    texts = prompts(_BATCH)
    words = TfidfVectorizer(ngram_range=(1, 2)).fit(texts)
    labels = np.random.default_rng(7).integers(0, 2, size=(len(texts), 25))
    model = MultiOutputClassifier(LogisticRegression()).fit(words.transform(texts), labels)
    rates = []
    for _ in range(_ROUNDS):
        start = time.perf_counter()
        for text in texts:
            model.predict_proba(words.transform([text]))
        rates.append(len(texts) / (time.perf_counter() - start))
    return statistics.median(rates)
