"""The long runs: ``python -m pytest tests/soak --soak-steps=1000000``; without the option nothing is collected."""

import sys

import pytest

collect_ignore_glob = [] if any(item.startswith("--soak-steps") for item in sys.argv) else ["test_*.py"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--soak-steps", type=int, default=0, help="Requests of the adversary; a hundredth more on each database."
    )


@pytest.fixture
def soak_steps(request: pytest.FixtureRequest) -> int:
    """How many steps the adversary takes."""
    steps: int = request.config.getoption("--soak-steps")
    return steps
