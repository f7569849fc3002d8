"""The machine-readable Bot API description, and the OpenAPI document made of it for prism.

It is read from the npm package `@effect-ak/tg-bot-api` (MIT), which makes TypeScript types, with
the documentation's words, of Telegram's own page.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

METHODS = (
    "getMe", "getChat", "getChatMember", "sendMessage", "sendPhoto", "sendMediaGroup",
    "deleteMessage",
)  # fmt: skip
TYPES = ("InputMediaPhoto", "LinkPreviewOptions")

_PLAIN = {
    "number": {"type": "number"},
    "string": {"type": "string"},
    "boolean": {"type": "boolean"},
    "true": {"type": "boolean", "enum": [True]},
    "InputFile": {"type": "string", "format": "binary"},
}
_LENGTH = re.compile(r"\b(\d+)-(\d+) characters")
_ITEMS = re.compile(r"must include (\d+)-(\d+) items")
_FIELD = re.compile(
    r"(?P<said>(?:    /\*\*.*?\*/\n)?)    (?P<name>\w+)(?P<may>\??): (?P<kind>[^;]+);", re.S
)


def described(node: Path) -> dict[str, Any]:
    """What the package that is installed there says of the methods and types that we use."""
    file = node / "node_modules" / "@effect-ak" / "tg-bot-api" / "dist" / "index.d.ts"
    text = file.read_text("utf-8")
    return {
        "methods": {name: _read_method(text, name) for name in METHODS},
        "types": {name: {"fields": _fields(text, name)} for name in TYPES},
    }


def _read_method(text: str, name: str) -> dict[str, Any]:
    snake = re.sub(r"[A-Z]", lambda letter: f"_{letter[0].lower()}", name)
    found = re.search(rf"^    {snake}\(_: (\w+)\): ([^;]+);", text, re.M)
    assert found, name
    return {"fields": _fields(text, found[1]), "returns": found[2]}


def _fields(text: str, interface: str) -> list[dict[str, Any]]:
    found = re.search(rf"^interface {interface} \{{\n(.*?)^\}}", text, re.M | re.S)
    if found is None:  # a method without fields has no interface of its own
        return []
    return [
        {
            "name": field["name"],
            "types": _kinds(field["kind"]),
            "required": not field["may"],
            "description": " ".join(field["said"].split()),
        }
        for field in _FIELD.finditer(found[1])
    ]


def _kinds(kind: str) -> list[str]:
    """`(A | B)[]` is one of two lists."""
    inner, many = (kind[1:-3], "[]") if kind.startswith("(") else (kind, "")
    return [one.strip() + many for one in inner.split("|")]


def document(node: Path, token: str) -> dict[str, Any]:
    """OpenAPI for a bot with this token. Every field that the description does not know is an
    error, and so is a text longer than it says. A form is described as the same fields in JSON,
    a file by its name: prism does not look closely at forms."""
    told = described(node)
    paths = {
        f"/bot{token}/{name}": _method(method, told["types"])
        for name, method in told["methods"].items()
    }
    info = {"title": "Telegram Bot API", "version": "as installed"}
    return {"openapi": "3.1.0", "info": info, "paths": paths}


def _method(method: dict[str, Any], types: dict[str, Any]) -> dict[str, Any]:
    answer = {"description": "done", "content": {"application/json": {"example": _example(method)}}}
    act = {"responses": {"200": answer, "429": _too_many()}}
    query = [
        {
            "name": field["name"],
            "in": "query",
            "required": field["required"],
            "schema": _field(field, types),
        }
        for field in method["fields"]
    ]
    if method["returns"] not in ("Message", "Message[]", "boolean"):
        return {"get": {"parameters": query, **act}}
    content = {"application/json": {"schema": _object(method, types)}}
    return {"post": {"requestBody": {"required": True, "content": content}, **act}}


def _object(item: dict[str, Any], types: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {field["name"]: _field(field, types) for field in item["fields"]},
        "required": [field["name"] for field in item["fields"] if field["required"]],
    }


def _field(field: dict[str, Any], types: dict[str, Any]) -> dict[str, Any]:
    kinds = [_type(name, types) for name in field["types"]]
    schema = kinds[0] if len(kinds) == 1 else {"anyOf": kinds}
    length, items = _LENGTH.search(field["description"]), _ITEMS.search(field["description"])
    if length:
        schema = {**schema, "minLength": int(length[1]), "maxLength": int(length[2])}
    if items:
        schema = {**schema, "minItems": int(items[1]), "maxItems": int(items[2])}
    return schema


def _type(name: str, types: dict[str, Any]) -> dict[str, Any]:
    if name.endswith("[]"):
        return {"type": "array", "items": _type(name.removesuffix("[]"), types)}
    if name.startswith('"'):
        return {"type": "string", "enum": [name.strip('"')]}
    if name in _PLAIN:
        return dict(_PLAIN[name])
    # A type that we never send is refused whatever it holds.
    return _object(types[name], types) if name in types else {"not": {}}


def _example(method: dict[str, Any]) -> dict[str, Any]:
    message = {"message_id": 7, "date": 1816930800, "chat": {"id": -100, "type": "channel"}}
    known = {
        "Message": {**message, "text": "from the description"},
        "Message[]": [message, message],
        "boolean": True,
        "User": {"id": 42, "is_bot": True, "first_name": "Card", "username": "card_bot"},
        "ChatFullInfo": {"id": -100, "type": "channel", "title": "Croce Rossa"},
        "ChatMember": {"status": "administrator", "can_post_messages": True},
    }
    return {"ok": True, "result": known[method["returns"]]}


def _too_many() -> dict[str, Any]:
    said = {"ok": False, "error_code": 429, "parameters": {"retry_after": 5}}
    said["description"] = "Too Many Requests: retry after 5"
    return {"description": "too many", "content": {"application/json": {"example": said}}}
