"""A real server on a small demo city, a real browser, and people to be."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from core.settings import Settings
from core.storage.database import Database
from tests.e2e.city import Cast, choose_cast
from tests.e2e.server import RunningServer, start
from tests.e2e.walker import Walker

expect.set_options(timeout=15_000)
CHROMIUM = os.environ.get("KINDLING_CHROMIUM", "/usr/bin/chromium")
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--mute-audio",
)  # fmt: skip
CITY = ("--people", "40", "--videos", "80", "--films", "12")


@pytest.fixture(scope="session")
def city_home(tmp_path_factory: pytest.TempPathFactory, encoder_folder: Path) -> Path:
    """A small city with twelve real films; ``KINDLING_E2E_HOME`` names one that was built before."""
    home = tmp_path_factory.mktemp("e2e") / "home"
    built = os.environ.get("KINDLING_E2E_HOME")
    if built:
        shutil.copytree(built, home, symlinks=True)
        return home
    (home / "models").mkdir(parents=True)
    (home / "models" / "encoder").symlink_to(encoder_folder.absolute())
    command = [sys.executable, "-m", "pipelines.commands.main", "demo", "build", *CITY]
    subprocess.run(command, env={**os.environ, "KINDLING_HOME": str(home)}, check=True)
    return home


@pytest.fixture(scope="session")
def server(city_home: Path) -> Iterator[RunningServer]:
    """The server, with one generation worker, as an operator starts it."""
    running = start(city_home)
    yield running
    running.stop()


@pytest.fixture(scope="session")
def city_database(city_home: Path) -> Iterator[Database]:
    """The city's database: for what no page does, such as answers given weeks ago."""
    database = Database(Settings(home=city_home).resolved_database_url)
    yield database
    database.close()


@pytest.fixture(scope="session")
def cast(city_database: Database) -> Cast:
    """People for each walk, no one in two of them."""
    return choose_cast(city_database)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield opened
        opened.close()


@pytest.fixture
def walk(browser: Browser, server: RunningServer) -> Iterator[Walker]:
    """Opens pages as people, and in the end wants a clean console and no request that left this server."""
    walker = Walker(browser, server.url)
    yield walker
    walker.close()
    assert walker.left_the_origin == []
    assert walker.console == []
