"""Tokens: only ours or the named provider's are accepted, only while they hold, only for what they say."""

import base64
import json
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey, OKPKey

from core.clock import ManualClock
from core.errors import BrokenArtifact, NotAuthenticated, Unavailable
from core.oidc import OidcConfig, OidcVerifier
from core.tokens import KEY_NAME, TokenIssuer, TokenVerifier, open_key
from core.vocabulary import Scope
from tests.conftest import NOON


@dataclass
class Office:
    """An issuer and a verifier that share a key and a clock."""

    key: OKPKey
    clock: ManualClock

    def issuer(self, *, audience: str = "kindling", issuer: str = "kindling") -> TokenIssuer:
        return TokenIssuer(self.key, issuer=issuer, audience=audience, clock=self.clock)

    @property
    def verifier(self) -> TokenVerifier:
        return TokenVerifier(self.key, issuer="kindling", audience="kindling", clock=self.clock)

    def signed(self, key: Any = None, algorithm: str = "Ed25519", **changes: Any) -> str:
        now = int(self.clock.now().timestamp())
        claims = {
            "iss": "kindling",
            "aud": "kindling",
            "sub": "per_ann",
            "scope": "person",
            "exp": now + 60,
            "iat": now,
        }
        claims |= changes
        kept = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode({"alg": algorithm}, kept, key or self.key, algorithms=[algorithm])


@pytest.fixture
def office(tmp_path: Path, clock: ManualClock) -> Office:
    return Office(open_key(tmp_path / "keys"), clock)


def test_a_minted_token_says_who_and_what_until_it_expires(office: Office) -> None:
    token = office.issuer().mint("per_ann", [Scope.PERSON, Scope.GUARDIAN_READ], 60)
    claims = office.verifier.verify(token)
    assert (claims.subject, claims.scopes) == ("per_ann", {Scope.PERSON, Scope.GUARDIAN_READ})
    office.clock.advance(seconds=66)
    with pytest.raises(NotAuthenticated, match="expired"):
        office.verifier.verify(token)


def test_a_token_that_was_accepted_once_is_not_accepted_after_it_expired(office: Office) -> None:
    verifier = office.verifier
    token = office.issuer().mint("per_ann", [Scope.PERSON], 60)
    verifier.verify(token)
    office.clock.advance(minutes=5)
    with pytest.raises(NotAuthenticated):
        verifier.verify(token)


def test_the_key_is_made_once_and_only_its_user_can_read_it(tmp_path: Path) -> None:
    first, second = open_key(tmp_path / "keys"), open_key(tmp_path / "keys")
    assert first.as_dict() == second.as_dict()
    assert stat.S_IMODE((tmp_path / "keys" / KEY_NAME).stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "keys").iterdir()] == [KEY_NAME]


@pytest.mark.parametrize("content", [b"", b"{}", b"nonsense", b'{"kty": "oct", "k": "AAAA"}'])
def test_a_broken_key_file_is_named_and_never_replaced(tmp_path: Path, content: bytes) -> None:
    (tmp_path / KEY_NAME).write_bytes(content)
    with pytest.raises(BrokenArtifact, match=KEY_NAME):
        open_key(tmp_path)
    assert (tmp_path / KEY_NAME).read_bytes() == content


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "someone-else"},
        {"aud": "another-service"},
        {"aud": None},
        {"exp": None},
        {"exp": True},
        {"exp": "tomorrow"},
        {"sub": None},
        {"nbf": int(NOON.timestamp()) + 600},
    ],
    ids=str,
)
def test_a_token_with_a_wrong_or_missing_claim_is_refused(office: Office, changes: dict[str, Any]) -> None:
    with pytest.raises(NotAuthenticated):
        office.verifier.verify(office.signed(**changes))


def test_a_token_signed_by_another_key_is_refused(office: Office, tmp_path: Path) -> None:
    with pytest.raises(NotAuthenticated):
        office.verifier.verify(office.signed(key=open_key(tmp_path / "other")))


def test_an_unsigned_token_is_refused(office: Office) -> None:
    head, body, _ = office.signed().split(".")
    none = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').rstrip(b"=").decode()
    for token in (f"{none}.{body}.", f"{none}.{body}", f"{head}.{body}."):
        with pytest.raises(NotAuthenticated):
            office.verifier.verify(token)


def test_the_public_key_cannot_be_passed_off_as_a_shared_secret(office: Office) -> None:
    secret = OctKey.import_key(json.dumps(office.key.as_dict(private=False)))
    with pytest.raises(NotAuthenticated):
        office.verifier.verify(office.signed(key=secret, algorithm="HS256"))


@given(token=st.one_of(st.text(max_size=200), st.from_regex(r"[\w\-]{0,40}\.[\w\-]{0,40}\.[\w\-]{0,40}")))
def test_whatever_is_no_token_is_refused_in_words(token: str) -> None:
    key = OKPKey.generate_key("Ed25519")
    verifier = TokenVerifier(key, issuer="kindling", audience="kindling", clock=ManualClock(NOON))
    with pytest.raises(NotAuthenticated):
        verifier.verify(token)


@given(place=st.integers(min_value=0), letter=st.sampled_from("abcXYZ019-_"))
def test_no_character_of_a_token_can_be_changed(place: int, letter: str) -> None:
    key = OKPKey.generate_key("Ed25519")
    office = Office(key, ManualClock(NOON))
    token = office.issuer().mint("per_ann", [Scope.PERSON], 60)
    place %= len(token) - 1  # the last character also carries unused bits
    changed = token[:place] + letter + token[place + 1 :]
    if changed != token:
        with pytest.raises(NotAuthenticated):
            office.verifier.verify(changed)


def test_unknown_scopes_are_left_out(office: Office) -> None:
    assert office.verifier.verify(office.signed(scope="person admin root")).scopes == {Scope.PERSON}


# --- an OpenID provider, on this machine ---


@dataclass
class Provider:
    """A provider's discovery document and keys, served over HTTP on loopback; it counts what it is asked."""

    url: str = ""
    keys: list[ECKey] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    is_up: bool = True
    claimed_issuer: str | None = None

    def rotate(self) -> ECKey:
        key = ECKey.generate_key("P-256", auto_kid=True)
        self.keys = [*self.keys[-1:], key]
        return key

    def token(self, key: ECKey | None = None, **changes: Any) -> str:
        now = int(NOON.timestamp())
        claims = {
            "iss": self.url,
            "aud": "kindling",
            "sub": "per_ann",
            "scope": "openid kindling:person",
            "exp": now + 600,
        }
        key = key or self.keys[-1]
        return jwt.encode({"alg": "ES256", "kid": key.kid}, claims | changes, key, algorithms=["ES256"])

    def document(self, path: str) -> dict[str, Any] | None:
        if path == "/.well-known/openid-configuration":
            return {"issuer": self.claimed_issuer or self.url, "jwks_uri": f"{self.url}/jwks"}
        if path == "/jwks":
            return dict(KeySet(list(self.keys)).as_dict())
        return None


@pytest.fixture
def provider() -> Iterator[Provider]:
    state = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.asked.append(self.path)
            document = state.document(self.path) if state.is_up else None
            body = json.dumps(document).encode()
            self.send_response(200 if document else 503)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_port}"
    state.rotate()
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield state
    server.shutdown()
    server.server_close()
    thread.join()


def verifier_for(provider: Provider, office: Office) -> TokenVerifier:
    config = OidcConfig(issuer=provider.url, audience="kindling", scope_prefix="kindling:")
    foreign = OidcVerifier(config, office.clock)
    return TokenVerifier(office.key, issuer="kindling", audience="kindling", clock=office.clock, foreign=foreign)


def test_a_providers_token_is_accepted_and_its_scopes_become_ours(provider: Provider, office: Office) -> None:
    verifier = verifier_for(provider, office)
    assert provider.asked == [], "keys are fetched when first needed"
    for _ in range(3):
        claims = verifier.verify(provider.token())
    assert (claims.subject, claims.scopes, claims.issuer) == ("per_ann", {Scope.PERSON}, provider.url)
    assert len(provider.asked) == 2, "discovery and keys, once"


def test_our_own_tokens_work_beside_the_provider_and_while_it_is_down(provider: Provider, office: Office) -> None:
    provider.is_up = False
    verifier = verifier_for(provider, office)
    assert verifier.verify(office.issuer().mint("per_bob", [Scope.PERSON], 60)).subject == "per_bob"
    with pytest.raises(Unavailable):
        verifier.verify(provider.token())


def test_a_rotated_key_is_found_but_not_by_asking_for_every_token(provider: Provider, office: Office) -> None:
    verifier = verifier_for(provider, office)
    verifier.verify(provider.token())
    key = provider.rotate()
    with pytest.raises(NotAuthenticated):
        verifier.verify(provider.token(key))
    office.clock.advance(seconds=31)
    assert verifier.verify(provider.token(key)).subject == "per_ann"
    stranger = ECKey.generate_key("P-256", auto_kid=True)
    for _ in range(5):
        with pytest.raises(NotAuthenticated):
            verifier.verify(provider.token(stranger))
    assert len(provider.asked) == 4


def test_known_keys_go_on_working_while_the_provider_is_down(provider: Provider, office: Office) -> None:
    verifier = verifier_for(provider, office)
    verifier.verify(provider.token())
    provider.is_up = False
    office.clock.advance(minutes=9)
    assert verifier.verify(provider.token()).subject == "per_ann"


@pytest.mark.parametrize(
    "changes", [{"aud": "other"}, {"exp": int(NOON.timestamp()) - 60}, {"sub": ""}, {"sub": 7}], ids=str
)
def test_a_providers_token_with_wrong_claims_is_refused(
    provider: Provider, office: Office, changes: dict[str, Any]
) -> None:
    with pytest.raises(NotAuthenticated):
        verifier_for(provider, office).verify(provider.token(**changes))


def test_a_provider_that_names_another_issuer_is_not_believed(provider: Provider, office: Office) -> None:
    provider.claimed_issuer = "https://elsewhere.example"
    with pytest.raises(Unavailable):
        verifier_for(provider, office).verify(provider.token())


def test_the_providers_keys_never_sign_for_us(provider: Provider, office: Office) -> None:
    with pytest.raises(NotAuthenticated):
        verifier_for(provider, office).verify(provider.token(iss="kindling"))
