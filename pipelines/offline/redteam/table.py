"""The table in docs/red-team.md: our figures beside the Sora 2 system card's, written from a run's report."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from core.errors import InvalidInput
from pipelines.offline.redteam.mutations import METHODS
from pipelines.offline.redteam.target import LAYERS

BEGIN, END = "<!-- table: begin -->", "<!-- table: end -->"
# OpenAI, "Sora 2 System Card", 30 September 2025: share of unsafe stopped, share of safe let through, in percent.
CARD: Mapping[str, tuple[float, float]] = {
    "sexual": (96.0, 96.2),
    "sexual, with likeness": (98.4, 97.6),
    "self-harm": (99.7, 94.6),
    "violence": (95.1, 97.0),
    "political persuasion": (95.5, 98.7),
    "extremism and hate": (96.8, 99.1),
}


def write_table(report: Mapping[str, Any], doc: Path) -> None:
    """Put the report's tables between the marks in ``doc``. Raises ``InvalidInput`` if it has no marks."""
    text = doc.read_text(encoding="utf-8")
    if BEGIN not in text or END not in text:
        raise InvalidInput("no_marks", f"{doc.name} has no place for the table.", expected=f"{BEGIN} ... {END}")
    before, rest = text.split(BEGIN, 1)
    after = rest.split(END, 1)[1]
    doc.write_text(f"{before}{BEGIN}\n{tables_of(report)}\n{END}{after}", encoding="utf-8")


def tables_of(report: Mapping[str, Any]) -> str:
    """Return the three tables in Markdown, and what run they are of."""
    release, attempts, timing = report["release"], report["attempts"], report["timing"]
    said = (
        f"Model {release['model']}, policy {release['policy']}, prompt surface, adults. {attempts['all']:,} attempts "
        f"({attempts['grid']:,} of the grid, {attempts['search']:,} of the search) in {timing['seconds'] / 60:.1f} "
        f"minutes on {timing['machine']}. Brackets: Wilson's 95% interval and n. "
        "A star marks rows without a frozen suite for both columns."
    )
    return "\n\n".join((said, _categories(report), _layers(report), _methods(report)))


def _categories(report: Mapping[str, Any]) -> str:
    names = [*CARD, *(name for name in report["unsafe"] if name not in CARD)]
    names += [name for name in report["safe"] if name not in names]
    rows = [_category(name, report) for name in names]
    head = ("category", "unsafe stopped", "card", "safe let through", "card", "stopped in disguise",
            "safe let through in disguise", "seeds broken by search")  # fmt: skip
    return _markdown(head, rows)


def _category(name: str, report: Mapping[str, Any]) -> list[str]:
    unsafe, safe, card = report["unsafe"].get(name, {}), report["safe"].get(name, {}), CARD.get(name)
    return [
        name + (" *" if any(not part["frozen"] for part in (unsafe, safe) if part) else ""),
        _percent(unsafe.get("stopped_plain")),
        f"{card[0]:.1f}" if card else "",
        _percent(safe.get("let_through_plain")),
        f"{card[1]:.1f}" if card else "",
        _percent(unsafe.get("stopped_disguised")),
        _percent(safe.get("let_through_disguised")),
        _percent(unsafe.get("seeds_broken_by_search")),
    ]


def _layers(report: Mapping[str, Any]) -> str:
    rows = []
    for name, figures in report["unsafe"].items():
        caught, outcomes = figures["caught_by"], figures["outcomes"]
        whole = sum(caught.values()) or 1
        held = outcomes.get("review", 0) + outcomes.get("block", 0) or 1
        shares = [f"{100 * caught.get(layer, 0) / whole:.0f}" for layer in LAYERS]
        rows.append([name, str(sum(caught.values())), *shares, f"{100 * outcomes.get('review', 0) / held:.0f}"])
    return _markdown(("caught by, % of n", "n", *LAYERS, "of all stopped: held for a person"), rows)


def _methods(report: Mapping[str, Any]) -> str:
    rows = []
    for name in (*METHODS, "two together"):
        figures, picked = report["methods"][name], report["bandit"].get(name)
        tried = "" if picked is None else f"{picked['helped']} of {picked['picked']}"
        rows.append([name, _percent(figures["attack_success"]), _percent(figures["safe_refused"]), tried])
    return _markdown(("method", "unsafe let through", "safe refused", "helped the search"), rows)


def _percent(share: Mapping[str, Any] | None) -> str:
    if share is None or not share["n"]:
        return ""
    return f"{100 * share['share']:.1f} [{100 * share['low']:.0f}, {100 * share['high']:.0f}; {share['n']}]"


def _markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
