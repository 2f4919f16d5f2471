"""Public surfaces are frozen: a change to the OpenAPI document or the command line is a change someone must mean."""

import json
import re
from typing import Any

import click
import typer

from pipelines.commands import main
from tests.conftest import Golden
from tests.town import Town

_PROSE = {"description", "summary", "title", "examples", "example"}


def test_the_openapi_document_is_what_we_promised(town: Town, golden: Golden) -> None:
    golden.check("openapi", without_prose(town.app.openapi()))


def test_every_reference_of_the_openapi_document_leads_somewhere(town: Town) -> None:
    document = town.app.openapi()
    names = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(document)))
    assert names <= set(document["components"]["schemas"])


def test_every_operation_says_what_may_go_wrong_and_who_may_ask(town: Town) -> None:
    for path, item in town.app.openapi()["paths"].items():
        for method, operation in item.items():
            assert operation["operationId"], (method, path)
            if path.startswith("/v1/"):
                assert {"401", "404", "422"} <= set(operation["responses"]), (method, path)
                assert operation["security"], (method, path)


def test_the_command_line_is_what_we_promised(golden: Golden) -> None:
    if not main.app.registered_commands:
        main._register()
    command = typer.main.get_command(main.app)
    golden.check("command_line", described(command))


def described(command: click.Command) -> dict[str, Any]:
    """Return a command's options, and its sub-commands'."""
    said: dict[str, Any] = {"options": sorted(" ".join([*item.opts, *item.secondary_opts]) for item in command.params)}
    subcommands = getattr(command, "commands", {})
    if subcommands:
        said["commands"] = {name: described(inner) for name, inner in sorted(subcommands.items())}
    return said


def without_prose(value: Any) -> Any:
    """Return a schema without words for people: those may change at any time."""
    if isinstance(value, list):
        return [without_prose(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {name: without_prose(item) for name, item in value.items() if name not in _PROSE or isinstance(item, dict)}
