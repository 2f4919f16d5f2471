"""Every error as problem+json (RFC 9457), or in OpenAI's envelope on the routes that OpenAI's clients speak."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api.pages.render import error_page, wants_html
from core.errors import (
    BrokenArtifact,
    BrokenPolicy,
    Conflict,
    InvalidInput,
    KindlingError,
    LimitReached,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    Refused,
    Unavailable,
)

OPENAI_PATHS = ("/v1/videos", "/v1/moderations", "/v1/webhook_e")
PROBLEM_TYPE = "application/problem+json"
_MAX_FIELD_ERRORS = 20

# kind of error -> status, title, OpenAI's `type`
_KINDS: Mapping[type[KindlingError], tuple[int, str, str]] = {
    InvalidInput: (422, "The input cannot be accepted", "invalid_request_error"),
    NotAuthenticated: (401, "Not authenticated", "authentication_error"),
    NotAllowed: (403, "Not allowed", "permission_error"),
    Refused: (403, "Refused by a policy", "invalid_request_error"),
    NotFound: (404, "Not found", "invalid_request_error"),
    Conflict: (409, "Not possible in the present state", "invalid_request_error"),
    LimitReached: (429, "A limit is reached", "rate_limit_error"),
    Unavailable: (503, "Not available now", "server_error"),
    BrokenPolicy: (503, "Not available now", "server_error"),
    BrokenArtifact: (503, "Not available now", "server_error"),
}
# OpenAI answers what its clients should not retry as they are with 400.
_OPENAI_STATUS = {422: 400}
_HTTP: Mapping[int, tuple[str, str, str, str | None]] = {
    400: ("malformed_body", "The body cannot be read", "invalid_request_error", "A whole, well-formed body."),
    404: ("route_not_found", "Not found", "invalid_request_error", "A path of the API; see /openapi.json."),
    405: ("method_not_allowed", "Not a method of this path", "invalid_request_error", None),
    413: ("body_too_large", "The body is too large", "invalid_request_error", None),
    415: ("unsupported_media_type", "Not a type this path reads", "invalid_request_error", "application/json"),
}

_log = structlog.get_logger("kindling.api")


class FieldProblem(BaseModel):
    """One field that cannot be accepted."""

    field: str = Field(description="Dotted path of the field.")
    expected: str = Field(description="What would be right.")


class Problem(BaseModel):
    """RFC 9457 problem details, with Kindling's extension members."""

    type: str = Field(description="`urn:kindling:problem:` and the code.")
    title: str
    status: int
    detail: str
    instance: str = Field(default="", description="`urn:kindling:request:` and the request's id.")
    code: str = Field(description="Stable and machine-readable.")
    field: str | None = Field(default=None, description="The input at fault, as a dotted path.")
    expected: str | None = Field(default=None, description="What would be right.")
    errors: list[FieldProblem] | None = Field(default=None, description="All fields at fault, when several are.")
    rule_id: str | None = Field(default=None, description="The policy's rule that refused it.")
    policy_version: str | None = None
    decision_id: str | None = Field(default=None, description="Name this in an appeal.")
    appeal: str | None = Field(default=None, description="Where to appeal.")
    retry_after_s: int | None = None


class OpenAIErrorBody(BaseModel):
    """The inside of OpenAI's envelope; what follows ``code`` is there for refusals only."""

    message: str
    type: str
    param: str | None
    code: str | None
    rule_id: str | None = None
    policy_version: str | None = None
    decision_id: str | None = None
    appeal: str | None = None


class OpenAIError(BaseModel):
    """OpenAI's error envelope."""

    error: OpenAIErrorBody


def install(app: FastAPI) -> None:
    """Make ``app`` answer every error as a problem."""

    @app.exception_handler(KindlingError)
    async def known(request: Request, error: KindlingError) -> Response:
        if isinstance(error, Unavailable):
            _log.warning("unavailable", code=error.code, detail=error.detail, cause=repr(error.__cause__))
        return answer(request, *problem_of(error))

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        return answer(request, *_validation_problem(request, error.errors()))

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        problem, kind = _http_problem(request, error)
        return answer(request, problem, kind, headers=error.headers)


def problem_of(error: KindlingError) -> tuple[Problem, str]:
    """Return an error as a problem, and what OpenAI would call its type."""
    status, title, kind = next(_KINDS[base] for base in type(error).__mro__ if base in _KINDS)
    if isinstance(error, BrokenPolicy | BrokenArtifact):
        _log.error("broken_on_disk", detail=error.detail, path=error.path)
        return _problem(status, title, error.code, "A part of this service cannot be used now."), kind
    problem = _problem(status, title, error.code, error.detail, field=error.field, expected=error.expected)
    if isinstance(error, Refused):
        problem.rule_id, problem.policy_version = error.rule_id, error.policy_version
        problem.decision_id, problem.appeal = error.decision_id, error.appeal_path
    if isinstance(error, LimitReached | Unavailable):
        problem.retry_after_s = error.retry_after_s
    return problem, kind


def unexpected(request: Request) -> Response:
    """Answer a failure that nobody foresaw: what went wrong is in the log, under the request's id, not here."""
    detail = "Something went wrong here, and not with your request. The log has it under the request's id."
    return answer(request, _problem(500, "Unexpected error", "internal_error", detail), "server_error")


def answer(request: Request, problem: Problem, kind: str, headers: Mapping[str, str] | None = None) -> Response:
    """Send a problem: in OpenAI's envelope where its clients are listening, as a page where a reader is."""
    if wants_html(request):
        return error_page(request, problem.status)
    sent = dict(headers or {})
    if problem.retry_after_s is not None:
        sent["Retry-After"] = str(problem.retry_after_s)
    if problem.status == 401:
        sent["WWW-Authenticate"] = 'Bearer realm="kindling"'
    if request.url.path.startswith(OPENAI_PATHS):
        return _send(_envelope(problem, kind), _OPENAI_STATUS.get(problem.status, problem.status), sent)
    problem.instance = f"urn:kindling:request:{getattr(request.state, 'request_id', '')}"
    return _send(problem.model_dump(exclude_none=True), problem.status, sent, PROBLEM_TYPE)


def _envelope(problem: Problem, kind: str) -> dict[str, Any]:
    message = f"{problem.detail} {problem.expected}" if problem.expected else problem.detail
    inside: dict[str, Any] = {"message": message, "type": kind, "param": problem.field, "code": problem.code}
    more = ("rule_id", "policy_version", "decision_id", "appeal")
    inside |= {name: value for name in more if (value := getattr(problem, name)) is not None}
    return {"error": inside}


def _send(body: Any, status: int, headers: Mapping[str, str], media_type: str = "application/json") -> Response:
    # ASCII only: a field's name may come from the client, and need not be text that UTF-8 can carry.
    return Response(json.dumps(body).encode(), status, dict(headers), media_type)


def _problem(status: int, title: str, code: str, detail: str, **more: Any) -> Problem:
    return Problem(type=f"urn:kindling:problem:{code}", title=title, status=status, detail=detail, code=code, **more)


def _http_problem(request: Request, error: HTTPException) -> tuple[Problem, str]:
    fallback = ("http_error", "The request cannot be answered", "invalid_request_error", None)
    code, title, kind, expected = _HTTP.get(error.status_code, fallback)
    detail = {
        400: "The body of the request cannot be read.",
        404: f"There is nothing at {request.url.path!r}.",
        405: f"{request.url.path!r} does not take {request.method}.",
    }.get(error.status_code, str(error.detail))
    if error.status_code == 405 and error.headers and "Allow" in error.headers:
        expected = error.headers["Allow"]
    return _problem(error.status_code, title, code, detail, expected=expected), kind


def _validation_problem(request: Request, errors: Sequence[Mapping[str, Any]]) -> tuple[Problem, str]:
    first = errors[0]
    kind = "invalid_request_error"
    if first["type"] == "json_invalid":
        place = first["loc"][-1]
        detail = f"The body is not valid JSON: {first['ctx']['error']} at character {place}."
        return _problem(400, "Malformed JSON", "malformed_json", detail, field="body", expected="One JSON value."), kind
    if tuple(first["loc"]) == ("body",) and _not_json(request) and not _is_missing(request, first):
        detail = "This path reads JSON, and the body says that it is something else."
        expected = "Content-Type: application/json"
        more = {"field": "header.Content-Type", "expected": expected}
        return _problem(415, "Not a type this path reads", "unsupported_media_type", detail, **more), kind
    found = [FieldProblem(field=_field(item), expected=_expected(item)) for item in errors[:_MAX_FIELD_ERRORS]]
    problem = _problem(
        422,
        "The input cannot be accepted",
        "invalid_input",
        _said_of(first, found[0].field),
        field=found[0].field,
        expected=found[0].expected,
        errors=found if len(found) > 1 else None,
    )
    return problem, kind


def _not_json(request: Request) -> bool:
    return "json" not in request.headers.get("content-type", "")


def _is_missing(request: Request, item: Mapping[str, Any]) -> bool:
    return item["type"] == "missing" and request.headers.get("content-length", "0") == "0"


def _field(item: Mapping[str, Any]) -> str:
    """Return the dotted path of a field: bare inside the body, with ``query.``, ``path.`` or ``header.`` elsewhere."""
    parts = [str(part) for part in item["loc"]]
    if parts[0] == "body" and len(parts) > 1:
        parts = parts[1:]
    return ".".join(parts)[:300]


def _said_of(item: Mapping[str, Any], field: str) -> str:
    if item["type"] == "missing":
        return f"{field!r} is missing."
    if item["type"] == "extra_forbidden":
        return f"There is no field {field!r}."
    return f"{field!r} cannot be accepted."


def _expected(item: Mapping[str, Any]) -> str:
    """Return what would be right, from what pydantic says is wrong."""
    if item["type"] == "missing":
        return "This is required."
    if item["type"] == "extra_forbidden":
        return "Leave it out."
    words = str(item["msg"]).removeprefix("Value error, ").removeprefix("Input should be ")
    words = words.replace("String should", "A text should").replace("String ", "A text ")
    return f"{words[:1].upper()}{words[1:500].rstrip('.')}."
