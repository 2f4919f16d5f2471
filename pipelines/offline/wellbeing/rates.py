"""How often limits close the feed and nudges are waved away, by age band: from what is remembered of viewing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from core.storage.database import Database
from core.storage.outcomes import Outcomes
from wellbeing.bands import AgeBand, band_of
from wellbeing.outcomes.reports import ALL, Count, safe_bands

OVER = timedelta(days=28)
_State = Mapping[str, Any]
_Has = Callable[[_State, str], bool]


@dataclass(frozen=True, slots=True)
class Rate:
    """A share of the people who used the feed of late, by band; None where it would tell of too few."""

    what: str
    shares: Mapping[str, float | None]


def use_rates(database: Database, now: datetime, *, least: int) -> tuple[dict[str, int], list[Rate]]:
    """Return how many people used the feed in the last four weeks, by band, and the rates among them."""
    since = (now - OVER).isoformat()
    with database.read() as tx:
        bands = {str(person.id): str(band_of(person, now)) for person in Outcomes(tx).people()}
        viewing = Outcomes(tx).viewing()
    states: list[tuple[str, _State]] = [
        (bands[person], state)
        for person, state in viewing.items()
        if person in bands and _after(state.get("last_seen_at"), since)
    ]
    groups = {ALL: [state for _, state in states]}
    groups |= {str(band): [state for mine, state in states if mine == band] for band in AgeBand}
    groups = {band: members for band, members in groups.items() if members}
    people = {band: len(members) for band, members in groups.items() if len(members) >= least}
    return people, [_rate(what, groups, has, since, least) for what, has in _RATES]


def _rate(what: str, groups: Mapping[str, list[_State]], has: _Has, since: str, least: int) -> Rate:
    counts = {
        band: Count(len(members), len(members), sum(has(state, since) for state in members))
        for band, members in groups.items()
    }
    shown = safe_bands(counts, least) if counts else set()
    return Rate(what, {band: count.good / count.people if band in shown else None for band, count in counts.items()})


def _after(moment: str | None, since: str) -> bool:
    return moment is not None and datetime.fromisoformat(moment) >= datetime.fromisoformat(since)


def _any_after(moments: list[str] | None, since: str) -> bool:
    return any(_after(moment, since) for moment in moments or ())


_RATES: tuple[tuple[str, _Has], ...] = (
    ("found their feed closed by a limit", lambda state, since: _after(state.get("paused_at"), since)),
    ("were shown a nudge", lambda state, since: _any_after(state.get("nudges_shown"), since)),
    ("waved a nudge away", lambda state, since: _any_after(state.get("dismissals"), since)),
    ("have turned nudges off", lambda state, _: bool(state.get("nudges_off"))),
    ("have turned questions off", lambda state, _: bool(state.get("polls_stopped"))),
)
