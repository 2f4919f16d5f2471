"""Trains and publishes the phrase heads: a multinomial regression from the encoder's vector of a phrase to concepts."""

import shutil
import tempfile
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.artifacts import Manifest, seal
from core.clock import Clock
from core.encoder import TextEncoder
from ranking.steering.concepts import ConceptsPolicy
from ranking.steering.phrases import ARTIFACT_NAME, ARTIFACT_SCHEMA, NOTHING, PhraseModel

_FOLDS = 5
_SOURCES = "sayings of ranking/policies/concepts.toml and pipelines/offline/phrases, written for this project"
_INVERSE_REGULARISATION = 20.0  # 10 and 40 name the right concept for as many sayings that were left out
_MOST_ROUNDS = 500
_REPORTED_FROM = 0.5  # probability from which the metrics tell how many are named, and how many of them rightly

Floats = NDArray[np.float32]


def train_phrases(concepts: ConceptsPolicy, encoder: TextEncoder, target: Path, clock: Clock) -> Manifest:
    """Fit concepts to their sayings and publish the heads in ``target``; metrics are of sayings that were left out."""
    phrases, names = _examples(concepts)
    vectors = encoder.encode(phrases)
    metrics = _left_out(vectors, phrases, names)
    model = _fit(vectors, names)
    data = {"sayings": len(set(phrases)), "concepts": len(concepts.concept), "encoder": encoder.revision}
    return _publish(target, model, clock, data, metrics)


def _examples(concepts: ConceptsPolicy) -> tuple[list[str], NDArray[Any]]:
    """Every saying with its concept, and what says nothing; a saying of two concepts stands there twice.

    Beside those of the policy, which are known as written, sayings that only teach: ``sayings_*.toml``.
    """
    pairs = [(saying, concept.name) for concept in concepts.concept for saying in dict.fromkeys(concept.says)]
    pairs += [(concept.like, concept.name) for concept in concepts.concept]
    names = {concept.name for concept in concepts.concept}
    # A policy of an operator's own may lack concepts that are taught here.
    taught = [item for file in training_files("sayings") for item in file["sayings"].items() if item[0] in names]
    pairs += [(saying, name) for name, sayings in taught for saying in sayings]
    pairs += [(phrase, NOTHING) for file in training_files("nothing") for phrase in file["phrases"]]
    pairs = list(dict.fromkeys(pairs))
    return [phrase for phrase, _ in pairs], np.asarray([name for _, name in pairs])


def training_files(name: str) -> list[dict[str, Any]]:
    """Return the files of this folder that hold ``sayings`` or what says ``nothing``."""
    paths = sorted(Path(__file__).parent.glob(f"{name}*.toml"))
    return [tomllib.loads(path.read_text(encoding="utf-8")) for path in paths]


def _fit(vectors: Floats, names: NDArray[Any]) -> PhraseModel:
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(C=_INVERSE_REGULARISATION, max_iter=_MOST_ROUNDS).fit(vectors, names)
    weights, bias = fitted.coef_.astype(np.float16), fitted.intercept_.astype(np.float32)
    return PhraseModel(tuple(fitted.classes_.tolist()), weights, bias)


def _left_out(vectors: Floats, phrases: list[str], names: NDArray[Any]) -> dict[str, float]:
    """How many sayings are named at all, and how many of those rightly, by heads that were fitted without them."""
    from sklearn.model_selection import GroupKFold

    right: dict[str, set[str]] = {}
    for phrase, name in zip(phrases, names.tolist(), strict=True):
        right.setdefault(phrase, set()).add(name)
    named, correct = 0, 0
    for train, test in GroupKFold(_FOLDS, shuffle=True, random_state=0).split(vectors, groups=phrases):
        model = _fit(vectors[train], names[train])
        for row in test.tolist():
            name, probability = model.likeliest(vectors[row])
            if name is not None and probability >= _REPORTED_FROM:
                named += 1
                correct += name in right[phrases[row]]
    return {"named": round(named / len(phrases), 3), "rightly": round(correct / max(1, named), 3)}


def _publish(
    target: Path, model: PhraseModel, clock: Clock, data: dict[str, Any], metrics: dict[str, float]
) -> Manifest:
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        built = Path(folder) / "built"
        built.mkdir()
        model.save(built / "phrases.npz")
        manifest = seal(
            built,
            name=ARTIFACT_NAME,
            schema_version=ARTIFACT_SCHEMA,
            created_at=clock.now(),
            made_by="kindling train phrases",
            data=data
            | {
                "sources": _SOURCES,
            },
            metrics={f"sayings left out, from a probability of {_REPORTED_FROM}": metrics},
        )
        shutil.rmtree(target, ignore_errors=True)
        built.rename(target)
    return manifest
