"""What one server process holds: the rooms, the keys to its tokens, and its metrics."""

from dataclasses import dataclass

from api.desk import JudgingDesk
from api.metrics import Metrics
from core.oidc import OidcConfig, OidcVerifier
from core.tokens import TokenIssuer, TokenVerifier, open_key
from pipelines.online.rooms import Rooms


@dataclass(frozen=True, slots=True)
class Server:
    """Opened once in ``create_app``; requests reach it through ``api.deps``."""

    rooms: Rooms
    issuer: TokenIssuer
    verifier: TokenVerifier
    metrics: Metrics
    desk: JudgingDesk


def open_server(rooms: Rooms) -> Server:
    """Open the token key (made if there is none) and the OpenID provider, if one is named."""
    settings, clock = rooms.settings, rooms.clock
    key = open_key(settings.keys)
    names = {"issuer": settings.issuer, "audience": settings.audience}
    return Server(
        rooms=rooms,
        issuer=TokenIssuer(key, **names, clock=clock),
        verifier=TokenVerifier(key, **names, clock=clock, foreign=_provider(rooms)),
        metrics=Metrics(),
        desk=JudgingDesk(threads=settings.judge_threads, waiting=settings.judge_waiting),
    )


def _provider(rooms: Rooms) -> OidcVerifier | None:
    settings = rooms.settings
    if not settings.oidc_issuer:
        return None
    config = OidcConfig(
        issuer=settings.oidc_issuer,
        audience=settings.audience,
        person_claim=settings.oidc_person_claim,
        scope_prefix=settings.oidc_scope_prefix,
    )
    return OidcVerifier(config, rooms.clock)
