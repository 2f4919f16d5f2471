"""Exploration with known odds: on some pages one position shows something the ranker knows little of.

The scheme is small so that its probabilities can be written down. Let D be the page in order, E its exploring
positions (``first_position`` and after), X the explorer's candidates, none of which is in D. With probability ``rate``
one position e of E, uniformly, shows one x of X, uniformly, instead of D[e]. So

- x stands at e with probability rate / (|E| |X|),
- D[e] stands at e with probability 1 - rate / |E|,
- D[p] stands at any other p with probability 1.

Positions kept for newcomers (``ranking/newcomers.py``) are no exploring positions, and none of those who may be drawn
for them is in X, so the two draws do not touch each other's odds.

Chance comes from hashing the page's id, so a page can be worked out again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from core.hashing import stable_int, stable_unit
from ranking.value import ExplorationPolicy


@dataclass(frozen=True, slots=True)
class Placed:
    """A candidate (by place) at a position, and the probability of that."""

    place: int
    propensity: float
    is_exploring: bool = False
    is_newcomer: bool = False


def explore(
    order: Sequence[int],
    others: Sequence[int],
    policy: ExplorationPolicy,
    page_id: str,
    drawn: Mapping[int, Placed] = MappingProxyType({}),
) -> list[Placed]:
    """Return the page with its propensities.

    ``others`` are the candidates to explore, none of them in ``order``; ``drawn`` is what stands at kept positions, of
    which there are none behind the end of the page. ``order`` fills the other positions.
    """
    rest = iter(order)
    page = [drawn.get(position) or Placed(next(rest), 1.0) for position in range(len(order) + len(drawn))]
    positions = [position for position in range(policy.first_position, len(page)) if position not in drawn]
    if not positions or not others or policy.rate == 0.0:
        return page
    kept = 1.0 - policy.rate / len(positions)
    for position in positions:
        page[position] = replace(page[position], propensity=kept)
    if stable_unit(page_id, "explore") < policy.rate:
        position = positions[stable_int(page_id, "position") % len(positions)]
        chosen = others[stable_int(page_id, "candidate") % len(others)]
        page[position] = Placed(chosen, policy.rate / (len(positions) * len(others)), is_exploring=True)
    return page
