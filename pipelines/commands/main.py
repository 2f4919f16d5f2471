"""The ``kindling`` command. Each group of sub-commands is a file of its own; heavy imports stay in their functions."""

import sys
from importlib import import_module

import typer

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Kindling: feed, safety, wellbeing, generation.")

# name -> module that holds a typer.Typer called `app`
GROUPS = {
    "setup": "pipelines.commands.setup",
    "demo": "pipelines.commands.demo",
    "train": "pipelines.commands.train",
    "attributes": "pipelines.commands.attributes",
    "eval": "pipelines.commands.evaluate",
    "bench": "pipelines.commands.bench",
    "policy": "pipelines.commands.policy",
    "audit": "pipelines.commands.audit",
    "charter": "pipelines.commands.charter",
    "wellbeing": "pipelines.commands.wellbeing",
    "db": "pipelines.commands.db",
    "lake": "pipelines.commands.lake",
    "redteam": "pipelines.commands.redteam",
}
COMMANDS = {
    "serve": "pipelines.commands.serve",
    "worker": "pipelines.commands.worker",
    "token": "pipelines.commands.token",
    "film": "pipelines.commands.film",
}


@app.callback()
def _kindling() -> None:
    """Keep the sub-command's name also when only one is registered."""


def _register(asked: str = "") -> None:
    """Register what is asked for, or everything: the server should not import what builds cities, nor wait for it."""
    for name, module in GROUPS.items():
        if asked in ("", name):
            app.add_typer(import_module(module).app, name=name)
    for name, module in COMMANDS.items():
        if asked in ("", name):
            app.command(name)(import_module(module).command)


def main() -> None:
    """Run the command line."""
    asked = sys.argv[1] if len(sys.argv) > 1 else ""
    _register(asked if asked in GROUPS or asked in COMMANDS else "")
    try:
        app()
    except Exception as error:
        from core.errors import KindlingError

        if not isinstance(error, KindlingError):
            raise
        typer.secho(f"{error.detail}\n{error.expected or ''}".rstrip(), fg="red", err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
