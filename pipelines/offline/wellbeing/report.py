"""The wellbeing report: gathered from the database, and made into one page that needs nothing beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core.records_charter import CharterEntry
from core.storage.charter import CharterLog
from core.storage.database import Database
from pipelines.offline.wellbeing.experiments import run_experiment
from pipelines.offline.wellbeing.plots import as_svg, band_words, by_band, over_time
from pipelines.offline.wellbeing.rates import Rate, use_rates
from pipelines.offline.wellbeing.samples import report_cells
from wellbeing.charter import DECIDING, Standing, standing
from wellbeing.outcomes.experiments import Experiment, ExperimentReading, load_experiments
from wellbeing.outcomes.reports import Cell, Instrument, ReportsPolicy, load_reports
from wellbeing.policy import load_charter


@dataclass(frozen=True, slots=True)
class WellbeingReport:
    """Everything that the page shows, before it is one."""

    now: datetime
    policy: ReportsPolicy
    cells: tuple[Cell, ...]
    charter: Standing
    last_check: CharterEntry | None
    experiments: tuple[tuple[Experiment, tuple[ExperimentReading, ...]], ...]
    people: Mapping[str, int]  # who used the feed of late, by band
    rates: tuple[Rate, ...]

    def of(self, instrument: Instrument) -> list[Cell]:
        """Return an instrument's cells, the newest period first."""
        return [cell for cell in self.cells if cell.kind == instrument.kind]


@dataclass(frozen=True, slots=True)
class Section:
    """One instrument on the page. ``newest``: the cells of the newest period."""

    instrument: Instrument
    newest: tuple[Cell, ...]
    held_back: int
    is_uneven: bool
    charts: tuple[str, ...]


def gather_report(database: Database, now: datetime, *, overrides: Path | None = None) -> WellbeingReport:
    """Read and compute everything that the report shows."""
    policy, charter = load_reports(overrides), load_charter(overrides)
    with database.read() as tx:
        log = CharterLog(tx)
        at_rest, entries = standing(log.latest(*DECIDING), now, charter), log.entries()
    checks = [entry for entry in entries if entry.figures]
    experiments = tuple(
        (item, tuple(run_experiment(database, item, now))) for item in load_experiments(overrides).experiment
    )
    people, rates = use_rates(database, now, least=policy.report.least_people)
    return WellbeingReport(
        now, policy, tuple(report_cells(database, now, policy)), at_rest, checks[-1] if checks else None, experiments,
        people, tuple(rates),
    )  # fmt: skip


def report_page(report: WellbeingReport) -> str:
    """Return the report as one HTML page with its plots inside."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    environment.filters |= {"percent": _percent, "band": band_words}
    return environment.get_template("report.html").render(report=report, sections=_sections(report))


def _sections(report: WellbeingReport) -> list[Section]:
    found: list[Section] = []
    for number, instrument in enumerate(report.policy.instrument):
        cells = report.of(instrument)
        newest = tuple(cell for cell in cells if cell.end == cells[0].end)
        held_back = sum(not cell.is_shown for cell in cells)
        is_uneven = any(cell.imbalance_after > report.policy.report.most_imbalance for cell in newest)
        found.append(Section(instrument, newest, held_back, is_uneven, _charts(cells, instrument, number)))
    return found


def _charts(cells: Sequence[Cell], instrument: Instrument, number: int) -> tuple[str, ...]:
    shown = [cell for cell in cells if cell.is_shown]
    if not shown:
        return ()
    charts = [over_time(shown, instrument)]
    if any(cell.band != "all" for cell in shown):
        charts.append(by_band(shown, instrument))
    return tuple(as_svg(chart, 2 * number + place) for place, chart in enumerate(charts))


def _percent(share: float | None) -> str:
    return "held back" if share is None else f"{share:.0%}"
