"""What disguises cost: ordinary prompts, disguised by every method of the red team, and how many are refused."""

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.hashing import stable_int
from core.vocabulary import Audience, Outcome, Surface
from pipelines.offline.moderation.dataset import read_ordinary
from pipelines.offline.redteam.mutations import METHODS, Attack
from safety.room import Safety

PLAIN = "as written"
_AUDIENCES = (Audience.ADULT, Audience.TEEN)


def refusals_of_ordinary(safety: Safety, prompts: Path, count: int) -> dict[str, dict[str, Any]]:
    """Return per method the share of ``count`` ordinary prompts that is refused (review or block), by audience."""
    texts = sorted(read_ordinary(prompts), key=lambda text: stable_int("evasions", text))[:count]
    return {method: _refused(safety, texts, method) for method in (PLAIN, *METHODS)}


def _refused(safety: Safety, texts: Sequence[str], method: str) -> dict[str, Any]:
    attacks = [_disguised(text, method) for text in texts]
    shares = {
        str(who): sum(_is_refused(safety, attack, who) for attack in attacks) / len(attacks) for who in _AUDIENCES
    }
    return {"n": len(texts), **{who: round(share, 4) for who, share in shares.items()}}


def _disguised(text: str, method: str) -> Attack:
    attack = Attack(text)
    return attack if method == PLAIN else attack.disguised(method, random.Random(stable_int(method, text)))


def _is_refused(safety: Safety, attack: Attack, who: Audience) -> bool:
    return safety.judge_texts(attack.parts(), Surface.PROMPT, who).outcome >= Outcome.REVIEW
