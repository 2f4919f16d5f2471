"""``kindling token``: mint a bearer token with this installation's own key."""

from typing import Annotated

import typer

from core.vocabulary import Scope

_DAY_S = 86_400


def command(
    person: Annotated[str, typer.Option(help="Person that the token acts as: per_...")] = "",
    scope: Annotated[list[Scope] | None, typer.Option(help="What it may do; repeat for several.")] = None,
    subject: Annotated[str, typer.Option(help="Name of a service, reviewer or policy owner, when no person.")] = "",
    lifetime_s: Annotated[int, typer.Option(min=1, max=365 * _DAY_S, help="How long it holds, in seconds.")] = _DAY_S,
) -> None:
    """Print a bearer token. Without --scope it is a person's token."""
    from core.clock import SystemClock
    from core.errors import InvalidInput
    from core.settings import Settings
    from core.tokens import TokenIssuer, open_key

    if bool(person) == bool(subject):
        raise InvalidInput(
            code="one_subject", detail="Give exactly one of --person and --subject.", expected="--person per_..."
        )
    settings = Settings()
    issuer = TokenIssuer(
        open_key(settings.keys), issuer=settings.issuer, audience=settings.audience, clock=SystemClock()
    )
    typer.echo(issuer.mint(person or subject, scope or [Scope.PERSON], lifetime_s))
