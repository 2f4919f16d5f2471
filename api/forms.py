"""Reads a body that may be JSON or a form: OpenAI's clients send either to the same path."""

import json
import re
from collections.abc import Collection, Iterable
from typing import Any, TypeVar

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

M = TypeVar("M", bound=BaseModel)
_KEY = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_MOST_FIELDS = 64


async def read_body(request: Request, *, structured: Collection[str] = ()) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Return a body's fields and its files, by name.

    Form fields named in ``structured`` may be JSON texts, since some clients send nested values that way.
    Raises ``RequestValidationError`` for malformed JSON, and HTTP 415 for a type that is neither.
    """
    kind = request.headers.get("content-type", "application/json").split(";")[0].strip().lower()
    if kind in {"multipart/form-data", "application/x-www-form-urlencoded"}:
        return await _read_form(request, structured)
    if kind != "application/json":
        raise HTTPException(415, "This path reads JSON or a multipart form.")
    return json_value(await request.body()), {}


def checked(model: type[M], fields: Any) -> M:
    """Return the fields as ``model``. Raises ``RequestValidationError``, as FastAPI does for bodies it reads itself."""
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        raise RequestValidationError(
            [{**item, "loc": ("body", *item["loc"])} for item in error.errors(include_url=False, include_context=False)]
        ) from error


def json_value(body: bytes) -> Any:
    """Return what a JSON text stands for. Raises ``RequestValidationError`` saying where it is malformed."""
    try:
        return json.loads(body)
    except json.JSONDecodeError as error:
        what = {"error": error.msg}
        raise RequestValidationError(
            [{"type": "json_invalid", "loc": ("body", error.pos), "msg": "JSON decode error", "input": {}, "ctx": what}]
        ) from error
    except (UnicodeDecodeError, RecursionError) as error:
        what = {"error": "it is not UTF-8 text, or nested too deeply"}
        raise RequestValidationError(
            [{"type": "json_invalid", "loc": ("body", 0), "msg": "JSON decode error", "input": {}, "ctx": what}]
        ) from error


async def _read_form(request: Request, structured: Collection[str]) -> tuple[dict[str, Any], dict[str, bytes]]:
    async with request.form(max_files=2, max_fields=_MOST_FIELDS) as form:
        items = form.multi_items()
        files = {name: await value.read() for name, value in items if isinstance(value, UploadFile)}
        texts = [(name, value) for name, value in items if isinstance(value, str)]
    fields = nested(texts)
    return fields | {name: _maybe_json(fields[name]) for name in structured if name in fields}, files


def nested(items: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Return form fields as the JSON they stand for: ``a[b]`` is a key, ``a[][b]`` and ``a[0][b]`` are list entries."""
    fields: dict[str, Any] = {}
    for name, text in items:
        match = _KEY.fullmatch(name)
        root, path = (match[1], re.findall(r"\[([^\[\]]*)\]", match[2])) if match else (name, [])
        if path:
            _put(fields, root, path, text)
        else:
            fields[root] = text
    return fields


def _put(fields: dict[str, Any], root: str, path: list[str], text: str) -> None:
    place, *rest = path
    if place == "" or place.isdecimal():
        entries = fields.setdefault(root, [])
        if isinstance(entries, list):
            entries.append({rest[0]: text} if rest else text)
    else:
        entries = fields.setdefault(root, {})
        if isinstance(entries, dict):
            entries[place] = text


def _maybe_json(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value
