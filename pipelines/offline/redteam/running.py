"""A whole run: every seed under every method once (the grid), then the search, on several processes.

The work is cut into a fixed number of shards, so that what is found does not depend on how many processes there are.
"""

import multiprocessing
import os
import random
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import combinations

from core.encoder import TextEncoder
from core.hashing import stable_int
from core.settings import Settings
from pipelines.offline.redteam.mutations import METHODS, Attack
from pipelines.offline.redteam.search import Found, search
from pipelines.offline.redteam.seeds import Seed, load_seeds
from pipelines.offline.redteam.target import PATIENCE_S, Answer, Layers, Target
from safety.room import Safety

SHARDS = 8
_PAIRS_PER_SEED = 6
_LAYERED_PER_SEED = 4


@dataclass(frozen=True, slots=True)
class Plan:
    """How long a run may take. ``attempts`` bounds grid and search together; None means until the time is up."""

    seed: int = 1
    minutes: float = 10.0
    attempts: int | None = None
    processes: int = 2
    per_group: int = 24


@dataclass(frozen=True, slots=True)
class Try:
    """One attack of the grid and what became of it; ``layer`` says what stopped it, where that was looked at."""

    seed: Seed
    attack: Attack
    answer: Answer
    layer: str = ""

    @property
    def name(self) -> str:
        """The same in every run with this seed: for comparing releases."""
        return f"{self.seed.id}:{'+'.join(self.attack.methods) or 'plain'}"


@dataclass(frozen=True, slots=True)
class ShardResult:
    """What one shard found."""

    tries: tuple[Try, ...]
    found: Found
    seconds: float


def open_safety(settings: Settings) -> Safety:
    """Return the safety room as it is served."""
    encoder = TextEncoder(settings.models / "encoder", threads=1)
    safety = Safety.open(encoder, keys=settings.keys, overrides=settings.policies)
    return safety.reading_with(safety.classifier, timeout_s=PATIENCE_S)


def run_shards(plan: Plan, settings: Settings) -> list[ShardResult]:
    """Run every shard, ``plan.processes`` at a time, in order."""
    jobs = [(plan, settings, shard) for shard in range(SHARDS)]
    if plan.processes == 1:
        return [run_shard(*job) for job in jobs]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(plan.processes, mp_context=context, initializer=_one_thread) as pool:
        return list(pool.map(run_shard, *zip(*jobs, strict=True)))


def _one_thread() -> None:
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[name] = "1"


def run_shard(plan: Plan, settings: Settings, shard: int) -> ShardResult:
    """Attack the seeds of one shard."""
    start = time.monotonic()
    rounds = -(-SHARDS // plan.processes)
    deadline = start + 60 * plan.minutes / rounds
    safety = open_safety(settings)
    seeds = [item for item in load_seeds(plan.per_group) if stable_int("shard", item.id) % SHARDS == shard]
    grid = [(item, attack) for item in seeds for attack in grid_attacks(item, plan.seed)]
    share = None if plan.attempts is None else plan.attempts // SHARDS + (shard < plan.attempts % SHARDS)
    grid = grid if share is None else grid[:share]
    target, layers = Target(safety), Layers(safety)
    answers = target.ask([attack for _, attack in grid])
    tries = tuple(
        Try(item, attack, answer, _layer(layers, item, attack, answer))
        for (item, attack), answer in zip(grid, answers, strict=True)
    )
    left = 10**9 if share is None else share - len(grid)
    unsafe = [item for item in seeds if item.unsafe and item.disguise and not item.frozen]
    found = search(
        target, unsafe, attempts=left, seed=plan.seed, shard=shard, over=lambda: time.monotonic() >= deadline
    )  # fmt: skip
    return ShardResult(tries, found, time.monotonic() - start)


def grid_attacks(item: Seed, seed: int) -> list[Attack]:
    """Return a seed as it stands, under every method alone, and under some pairs of methods."""
    choose = random.Random(stable_int("redteam-grid", seed, item.id))
    plain = Attack(item.text)
    if not item.disguise:
        return [plain]
    alone = [plain.disguised(method, choose) for method in METHODS]
    pairs = [
        (first, second) for first, second in combinations(METHODS, 2) if plain.disguised(first, choose).takes(second, 2)
    ]
    picked = choose.sample(pairs, min(_PAIRS_PER_SEED, len(pairs)))
    return [plain, *alone, *(plain.disguised(first, choose).disguised(second, choose) for first, second in picked)]


def _layer(layers: Layers, item: Seed, attack: Attack, answer: Answer) -> str:
    """Say which layer caught an unsafe attack: of all that stand plain, and of some that are disguised."""
    looked_at = not attack.methods or stable_int("layers", item.id, *attack.methods) % len(METHODS) < _LAYERED_PER_SEED
    return layers.caught_by(attack) if item.unsafe and answer.stopped and looked_at else ""


def all_tries(results: Sequence[ShardResult]) -> list[Try]:
    """Return the grid's attacks of all shards."""
    return [item for result in results for item in result.tries]
