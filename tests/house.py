"""The sizes that keep the house liveable, checked with no exceptions: ``python -m tests.house``."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("core", "ranking", "safety", "wellbeing", "generation", "pipelines", "api", "notebooks", "tests")
FILE_LINES, FUNCTION_LINES, MEDIAN_LINES, P90_LINES = 400, 60, 10, 35


def python_files() -> Iterator[Path]:
    """Yield every Python file of ours."""
    for package in PACKAGES:
        yield from sorted((ROOT / package).rglob("*.py"))


def function_sizes(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the length in lines and the place of every function in a file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            size = (node.end_lineno or node.lineno) - node.lineno + 1
            yield size, f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"


def complaints() -> Iterator[str]:
    """Yield a line for everything that is too long."""
    sizes: list[int] = []
    for path in python_files():
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > FILE_LINES:
            yield f"{path.relative_to(ROOT)}: {lines} lines (at most {FILE_LINES})"
        for size, place in function_sizes(path):
            sizes.append(size)
            if size > FUNCTION_LINES:
                yield f"{place}: {size} lines (at most {FUNCTION_LINES})"
    ordered = sorted(sizes)
    for name, share, bound in (("median", 0.5, MEDIAN_LINES), ("90th percentile", 0.9, P90_LINES)):
        value = ordered[int(share * (len(ordered) - 1))]
        if value > bound:
            yield f"functions: {name} is {value} lines (at most {bound})"


if __name__ == "__main__":
    found = list(complaints())
    print("\n".join(found) or "house sizes hold")  # noqa: T201
    sys.exit(bool(found))
