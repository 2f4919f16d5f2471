"""The OpenAPI document: what FastAPI derives from the handlers, and the problems that any of them may answer."""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from api.problems import OPENAI_PATHS, PROBLEM_TYPE, OpenAIError, Problem
from api.schemas.making import CreateVideo, EditVideo, ExtendVideo, RemixVideo
from api.schemas.safety import NewBatch

_PROBLEMS: Mapping[str, str] = {
    "400": "The body cannot be read.",
    "401": "No token, or one that cannot be accepted.",
    "403": "The token may not do this, or a policy refused it.",
    "404": "There is no such thing that the caller can see.",
    "409": "Not possible in the present state.",
    "413": "The body is too large.",
    "415": "Not a type this path reads.",
    "422": "The input cannot be accepted; `field` and `expected` say why.",
    "429": "A limit is reached; `retry_after_s` says when to try again.",
    "503": "Something this needs is not working now.",
}
_OPEN_PATHS = ("/healthz", "/metrics")
_DESCRIPTION = (
    "Kindling ranks a feed of generated videos, keeps people safe, looks after their wellbeing and makes the videos. "
    "Errors are problem+json (RFC 9457); paths that OpenAI's clients speak answer in OpenAI's envelope."
)


def operation_id(route: APIRoute) -> str:
    """Return a readable, unique id for an operation: its group and its function's name."""
    return f"{route.tags[0]}_{route.name}" if route.tags else route.name


def install(app: FastAPI) -> None:
    """Make ``app.openapi()`` return the whole document."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _complete(
                get_openapi(title=app.title, version=app.version, description=_DESCRIPTION, routes=app.routes)
            )
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def _complete(document: dict[str, Any]) -> dict[str, Any]:
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    # These bodies are read by their own handlers, which take JSON and forms alike.
    for model in (Problem, OpenAIError, CreateVideo, EditVideo, ExtendVideo, RemixVideo, NewBatch):
        shape = model.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas |= shape.pop("$defs", {}) | {model.__name__: shape}
    for path, item in document["paths"].items():
        if path not in _OPEN_PATHS:
            for operation in item.values():
                operation["responses"] = _with_problems(operation["responses"], path)
    return document


def _with_problems(responses: Mapping[str, Any], path: str) -> dict[str, Any]:
    spoken_by_openai = path.startswith(OPENAI_PATHS)
    media_type, name = ("application/json", "OpenAIError") if spoken_by_openai else (PROBLEM_TYPE, "Problem")
    content = {media_type: {"schema": {"$ref": f"#/components/schemas/{name}"}}}
    problems = {status: {"description": text, "content": content} for status, text in _PROBLEMS.items()}
    return {status: said for status, said in responses.items() if status != "422"} | problems
