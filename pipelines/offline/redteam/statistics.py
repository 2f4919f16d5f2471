"""Shares with Wilson's intervals (1927), and tests of difference between two releases."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Share:
    """``hits`` of ``n``, as a share with its 95% interval."""

    hits: int
    n: int
    share: float
    low: float
    high: float

    def as_json(self) -> dict[str, Any]:
        """Return it for a report."""
        return asdict(self)


def share_of(outcomes: Sequence[bool]) -> Share:
    """Return how many of ``outcomes`` are true, with Wilson's 95% interval; of none, from 0 to 1."""
    from statsmodels.stats.proportion import proportion_confint

    hits, n = sum(outcomes), len(outcomes)
    if not n:
        return Share(0, 0, 0.0, 0.0, 1.0)
    low, high = proportion_confint(hits, n, method="wilson")
    return Share(hits, n, round(hits / n, 4), round(float(low), 4), round(float(high), 4))


def paired_p(before: Mapping[str, bool], after: Mapping[str, bool]) -> tuple[int, int, float]:
    """Return what only ``before`` and only ``after`` has, and the exact McNemar p-value, over what both know."""
    from scipy.stats import binomtest

    both = before.keys() & after.keys()
    only_before = sum(before[name] and not after[name] for name in both)
    only_after = sum(after[name] and not before[name] for name in both)
    apart = only_before + only_after
    return only_before, only_after, 1.0 if not apart else float(binomtest(only_before, apart).pvalue)


def unpaired_p(before: Share, after: Share) -> float:
    """Return Fisher's exact p-value that two shares are the same."""
    from scipy.stats import fisher_exact

    table = [[before.hits, before.n - before.hits], [after.hits, after.n - after.hits]]
    return float(fisher_exact(table).pvalue)


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p-values corrected for how many there are (Holm, 1979)."""
    from statsmodels.stats.multitest import multipletests

    return [float(p) for p in multipletests(p_values, method="holm")[1]] if p_values else []
