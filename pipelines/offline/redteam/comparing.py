"""Two releases under the same attacks: what got better, what got worse, and whether that may be chance."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.offline.redteam.statistics import Share, holm, paired_p, unpaired_p

_SURE = 0.05


@dataclass(frozen=True, slots=True)
class Change:
    """One figure in both releases. ``p`` is corrected for how many figures are compared."""

    what: str
    before: float
    after: float
    test: str
    p: float

    @property
    def is_sure(self) -> bool:
        """Whether chance alone is an unlikely reason."""
        return self.p < _SURE


@dataclass(frozen=True, slots=True)
class _Raw:
    what: str
    before: float
    after: float
    test: str
    p: float


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """Return the change of every figure that both reports have.

    The grid is paired by attack (exact McNemar test); shares of seeds broken by search are not (Fisher's exact test).
    p-values are corrected by Holm's method over all figures.
    """
    raw = [*_grid(before, after), *_search(before, after)]
    corrected = holm([item.p for item in raw])
    return [
        Change(item.what, item.before, item.after, item.test, p) for item, p in zip(raw, corrected, strict=True)
    ]  # fmt: skip


def _grid(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[_Raw]:
    labels = _labels(before) | _labels(after)
    both = sorted(before["grid"].keys() & after["grid"].keys())
    for label in sorted(set(labels.values())):
        names = [name for name in both if labels.get(name.split(":")[0]) == label]
        if names:
            old, new = ({name: report["grid"][name] for name in names} for report in (before, after))
            _, _, p = paired_p(old, new)
            yield _Raw(
                f"stopped, {label}", sum(old.values()) / len(names), sum(new.values()) / len(names),
                f"McNemar, {len(names)} pairs", p,
            )  # fmt: skip


def _labels(report: Mapping[str, Any]) -> dict[str, str]:
    return dict(report["seeds"])


def _search(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[_Raw]:
    for category in sorted(before["unsafe"].keys() & after["unsafe"].keys()):
        old, new = (Share(**report["unsafe"][category]["seeds_broken_by_search"]) for report in (before, after))
        if old.n and new.n:
            yield _Raw(f"broken by search, {category}", old.share, new.share, "Fisher", unpaired_p(old, new))
