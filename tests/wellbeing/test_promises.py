"""Every promise in docs/promises.md names tests that exist."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_every_promise_names_its_test_and_its_adversary() -> None:
    rows = [line for line in (ROOT / "docs" / "promises.md").read_text(encoding="utf-8").splitlines() if "`" in line]
    rows = [line for line in rows if line.startswith("|")]
    sources = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    defined = set(re.findall(r"^(?:def |)(\w+)(?:\(| = )", sources, flags=re.MULTILINE))
    assert len(rows) > 30
    for row in rows:
        named = [name.split("::")[-1] for name in re.findall(r"`([^`]+)`", row)]
        assert len(named) == 2, row
        assert set(named) <= defined, set(named) - defined
