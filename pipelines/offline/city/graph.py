"""Who follows and blocks whom: edges that cluster in communities and close triangles."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from pipelines.offline.city.config import CityConfig
from pipelines.offline.city.society import Citizen

Edge = tuple[int, int]
_TRIANGLE_SHARE = 0.45
_RECIPROCITY = 0.5


@dataclass(frozen=True, slots=True)
class Graph:
    """Edges by index of person: ``follows`` and ``blocks`` with the moment they began."""

    follows: dict[Edge, datetime]
    blocks: dict[Edge, datetime]

    def friends(self) -> set[Edge]:
        """Return every ordered pair that follows each other."""
        return {(a, b) for a, b in self.follows if (b, a) in self.follows}


def weave(config: CityConfig, citizens: list[Citizen], renown: list[float]) -> Graph:
    """Return the graph at the start of the sixty days; ``renown`` weighs how much each person is followed."""
    dice = config.dice("graph")
    out: list[list[int]] = [[] for _ in citizens]
    linked: set[Edge] = set()

    def link(a: int, b: int) -> None:
        if a != b and (a, b) not in linked:
            linked.add((a, b))
            out[a].append(b)

    _households(citizens, link)
    circles = _circles(citizens)
    everyone = list(range(len(citizens)))
    for a, citizen in enumerate(citizens):
        for b in _picks(dice, citizen, circles, everyone, renown):
            link(a, b)
            if dice.random() < _RECIPROCITY:
                link(b, a)
    _close_triangles(dice, out, link)
    blocks = _blocks(dice, citizens, circles)
    pairs = [pair for pair in sorted(linked) if pair not in blocks and pair[::-1] not in blocks]
    moment = _moments(dice, config, citizens)
    return Graph({pair: moment(pair) for pair in pairs}, {pair: moment(pair) for pair in sorted(blocks)})


def _households(citizens: list[Citizen], link: Callable[[int, int], None]) -> None:
    homes: dict[int, list[int]] = {}
    for index, citizen in enumerate(citizens):
        homes.setdefault(citizen.household, []).append(index)
    for home in homes.values():
        for a in home:
            for b in home:
                link(a, b)


def _circles(citizens: list[Citizen]) -> dict[int, list[int]]:
    circles: dict[int, list[int]] = {}
    for index, citizen in enumerate(citizens):
        for community in {citizen.community, citizen.second_community}:
            circles.setdefault(community, []).append(index)
    return circles


def _picks(
    dice: random.Random, citizen: Citizen, circles: dict[int, list[int]], everyone: list[int], renown: list[float]
) -> list[int]:
    wanted = min(60, int(dice.lognormvariate(1.75, 0.6)) + 1)
    weighted = {key: [renown[index] for index in circle] for key, circle in circles.items()}
    picks: list[int] = []
    for _ in range(wanted):
        draw = dice.random()
        if draw < 0.1:
            picks.append(dice.choices(everyone, weights=renown)[0])
            continue
        circle = citizen.community if draw < 0.8 else citizen.second_community
        picks.append(dice.choices(circles[circle], weights=weighted[circle])[0])
    return picks


def _close_triangles(dice: random.Random, out: list[list[int]], link: Callable[[int, int], None]) -> None:
    for a, followed in enumerate([list(row) for row in out]):
        for _ in range(int(len(followed) * _TRIANGLE_SHARE)):
            middle = dice.choice(followed)
            if out[middle]:
                link(a, dice.choice(out[middle]))


def _blocks(dice: random.Random, citizens: list[Citizen], circles: dict[int, list[int]]) -> set[Edge]:
    """A few people in each community are blocked by several of their neighbours; most are blocked by no one."""
    blocked: set[Edge] = set()
    for circle in circles.values():
        if len(circle) < 4:
            continue
        for target in dice.sample(circle, max(1, len(circle) // 14)):
            for blocker in dice.sample(circle, min(len(circle), dice.randint(1, 4))):
                if citizens[blocker].household != citizens[target].household:
                    blocked.add((blocker, target))
    return blocked


def _moments(dice: random.Random, config: CityConfig, citizens: list[Citizen]) -> Callable[[Edge], datetime]:
    def moment(pair: Edge) -> datetime:
        earliest = max(citizens[pair[0]].person.created_at, citizens[pair[1]].person.created_at)
        latest = max(config.start, earliest + timedelta(hours=12))
        return earliest + (latest - earliest) * dice.random()

    return moment
