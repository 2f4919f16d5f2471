"""The search for misses: hill climbing over chains of disguises, and a bandit that learns which disguise helps.

Thompson sampling (Thompson, 1933; Chapelle and Li, 2011) picks the next method; an attempt that brings an attack nearer
to being let through counts as a success of its method. Every seed keeps its best few attacks and goes on from these; a
seed that was broken is attacked again without the methods that broke it.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from core.hashing import stable_int
from pipelines.offline.redteam.mutations import METHODS, Attack
from pipelines.offline.redteam.seeds import Seed
from pipelines.offline.redteam.target import Answer, Target
from safety.room import TextPart

LONGEST_CHAIN = 3
_BEAM = 3
_BATCH = 64
_ENOUGH_MISSES = 3
_MOST_DRY = 50  # rounds without anything new to try


@dataclass(frozen=True, slots=True)
class Miss:
    """An attack that was let through."""

    seed: Seed
    attack: Attack
    attempts: int  # on this seed until then


@dataclass(slots=True)
class _Front:
    """What is known of one seed: its best attacks so far (lowest margin first), and which methods broke it."""

    seed: Seed
    beam: list[tuple[float, Attack]]
    attempts: int = 0
    misses: list[Miss] = field(default_factory=list)
    seen: set[tuple[TextPart, ...]] = field(default_factory=set)  # what was handed in: nothing is tried twice

    def banned(self) -> set[str]:
        return {method for miss in self.misses for method in miss.attack.methods}

    def take(self, attack: Attack, answer: Answer) -> bool:
        """Note an answer; say whether it came nearer than all before."""
        better = answer.margin < self.beam[0][0]
        self.attempts += 1
        if not answer.stopped:
            self.misses.append(Miss(self.seed, attack, self.attempts))
            banned = self.banned()
            self.beam = [item for item in self.beam if banned.isdisjoint(item[1].methods)]
        elif self.banned().isdisjoint(attack.methods):
            self.beam = sorted([*self.beam, (answer.margin, attack)], key=_nearest_and_shortest)[:_BEAM]
        plain = Attack(self.seed.text)
        if not any(not attack.methods for _, attack in self.beam):
            self.beam.append((float("inf"), plain))
        return better or not answer.stopped


def _nearest_and_shortest(item: tuple[float, Attack]) -> tuple[float, int]:
    return item[0], len(item[1].methods)


class Bandit:
    """Beta posteriors of how often each method helps."""

    def __init__(self) -> None:
        self.helped = dict.fromkeys(METHODS, 1.0)
        self.failed = dict.fromkeys(METHODS, 1.0)

    def pick(self, allowed: Sequence[str], choose: random.Random) -> str:
        """Return one of the allowed methods, drawn by how likely it is to be the best."""
        return max(allowed, key=lambda name: choose.betavariate(self.helped[name], self.failed[name]))

    def learn(self, method: str, *, helped: bool) -> None:
        """Note whether a method helped."""
        (self.helped if helped else self.failed)[method] += 1


@dataclass(frozen=True, slots=True)
class Found:
    """What one search brought: the attempts it made, the misses, and the bandit's counts."""

    attempts: int
    misses: tuple[Miss, ...]
    helped: dict[str, float]
    failed: dict[str, float]


def search(
    target: Target, seeds: Sequence[Seed], *, attempts: int, seed: int, shard: int, over: Callable[[], bool]
) -> Found:
    """Attack every seed that is stopped as it stands. Deterministic unless ``over`` ends it early."""
    choose = random.Random(stable_int("redteam-search", seed, shard))
    bandit, made = Bandit(), 0
    plain = [Attack(item.text) for item in seeds]
    fronts = [
        _Front(item, [(answer.margin, attack)])
        for item, attack, answer in zip(seeds, plain, target.ask(plain), strict=True)
        if answer.stopped
    ]
    dry = 0
    while fronts and made < attempts and dry < _MOST_DRY and not over():
        tries = list(_tries(fronts, bandit, choose, min(_BATCH, attempts - made)))
        dry = 0 if tries else dry + 1
        for (front, attack), answer in zip(tries, target.ask([attack for _, attack in tries]), strict=True):
            bandit.learn(attack.methods[-1], helped=front.take(attack, answer))
        made += len(tries)
    return Found(made, tuple(miss for front in fronts for miss in front.misses), bandit.helped, bandit.failed)


def _tries(
    fronts: Sequence[_Front], bandit: Bandit, choose: random.Random, count: int
) -> Iterator[tuple[_Front, Attack]]:
    """Propose attacks, first on the seeds that were tried least and have fewest misses."""
    order = sorted(fronts, key=lambda front: (len(front.misses) >= _ENOUGH_MISSES, front.attempts))
    for front in order[:count]:
        parent = _shortened(front.seed, choose.choice(front.beam)[1], choose)
        banned = front.banned() if len(front.misses) < _ENOUGH_MISSES else set()
        allowed = [name for name in METHODS if name not in banned and parent.takes(name, LONGEST_CHAIN)]
        if allowed:
            attack = parent.disguised(bandit.pick(allowed, choose), choose)
            if attack.parts() not in front.seen:
                front.seen.add(attack.parts())
                yield front, attack


def _shortened(seed: Seed, attack: Attack, choose: random.Random) -> Attack:
    """Return an attack that has room for one more method: of a full chain, all but one of its methods, tried anew."""
    if len(attack.methods) < LONGEST_CHAIN:
        return attack
    dropped = choose.choice(attack.methods)
    kept = [method for method in attack.methods if method != dropped]
    shorter = Attack(seed.text)
    for method in kept:
        shorter = shorter.disguised(method, choose)
    return shorter
