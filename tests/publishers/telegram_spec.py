"""The machine-readable Bot API description, and the OpenAPI document made of it for prism.

`telegram-spec/methods.json` holds the methods that we use and the types that those need, out of
`api.json` of PaulSonOfLars/telegram-bot-api-spec (MIT). To take a newer one:

    python -m tests.publishers.telegram_spec path/to/api.json
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("telegram-spec") / "methods.json"
METHODS = (
    "getMe", "getChat", "getChatMember", "sendMessage", "sendPhoto", "sendMediaGroup",
    "deleteMessage",
)  # fmt: skip
TYPES = ("InputMediaPhoto", "LinkPreviewOptions")

_PLAIN = {
    "Integer": {"type": "integer"},
    "Float": {"type": "number"},
    "String": {"type": "string"},
    "Boolean": {"type": "boolean"},
    "True": {"type": "boolean", "enum": [True]},
    "InputFile": {"type": "string", "format": "binary"},
}
_LENGTH = re.compile(r"\b(\d+)-(\d+) characters")
_ITEMS = re.compile(r"must include (\d+)-(\d+) items")


def extract(api: dict[str, Any]) -> dict[str, Any]:
    """What we use of the whole description."""
    about = {name: api[name] for name in ("version", "release_date", "changelog")}
    about["source"] = "https://github.com/PaulSonOfLars/telegram-bot-api-spec"
    return {
        **about,
        "methods": {name: _kept(api["methods"][name]) for name in METHODS},
        "types": {name: _kept(api["types"][name]) for name in TYPES},
    }


def document(token: str) -> dict[str, Any]:
    """OpenAPI for a bot with this token. Every field that the description does not know is an
    error, and so is a text longer than it says. A form is described as the same fields in JSON,
    a file by its name: prism does not look closely at forms."""
    described = json.loads(FILE.read_text("utf-8"))
    paths = {
        f"/bot{token}/{name}": _method(method, described["types"])
        for name, method in described["methods"].items()
    }
    info = {"title": "Telegram Bot API", "version": described["version"]}
    return {"openapi": "3.1.0", "info": info, "paths": paths}


def _kept(item: dict[str, Any]) -> dict[str, Any]:
    fields = item.get("fields", [])
    names = ("name", "types", "required", "description")
    kept = {"fields": [{name: field[name] for name in names} for field in fields]}
    return kept | ({"returns": item["returns"]} if "returns" in item else {})


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
    if method["returns"][0] not in ("Message", "Array of Message", "Boolean"):
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
    if name.startswith("Array of "):
        return {"type": "array", "items": _type(name.removeprefix("Array of "), types)}
    if name in _PLAIN:
        return dict(_PLAIN[name])
    # A type that we never send is refused whatever it holds.
    return _object(types[name], types) if name in types else {"not": {}}


def _example(method: dict[str, Any]) -> dict[str, Any]:
    message = {"message_id": 7, "date": 1816930800, "chat": {"id": -100, "type": "channel"}}
    known = {
        "Message": {**message, "text": "from the description"},
        "Array of Message": [message, message],
        "Boolean": True,
        "User": {"id": 42, "is_bot": True, "first_name": "Card", "username": "card_bot"},
        "ChatFullInfo": {"id": -100, "type": "channel", "title": "Croce Rossa"},
        "ChatMember": {"status": "administrator", "can_post_messages": True},
    }
    return {"ok": True, "result": known[method["returns"][0]]}


def _too_many() -> dict[str, Any]:
    said = {"ok": False, "error_code": 429, "parameters": {"retry_after": 5}}
    said["description"] = "Too Many Requests: retry after 5"
    return {"description": "too many", "content": {"application/json": {"example": said}}}


if __name__ == "__main__":
    api = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    FILE.write_text(json.dumps(extract(api), indent=1, ensure_ascii=False) + "\n", "utf-8")
