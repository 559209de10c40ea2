"""Parses the error bodies that Azure sends, and redacts secrets from texts."""

import json
import re
from html import unescape
from typing import Any, NamedTuple, cast

MESSAGE_LIMIT = 1000

_SUBSCRIPTION = re.compile(
    r"(subscriptions?(?:[ _-]?id)?['\"]?[/:\s='\"(]+)"
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    re.IGNORECASE,
)
_URL_QUERY = re.compile(r"(https?://[^\s?'\"<>]+)\?[^\s'\"<>]*")
_BEARER = re.compile(r"(bearer\s+)\S+|eyJ[\w-]+\.[\w-]+\.[\w-]*", re.IGNORECASE)
_SECRET = re.compile(
    r"\b((?:account|shared\s?access|access|api|function)[_\s-]?key(?:name)?|sig|password|"
    r"client[_-]?secret|secret)(['\"]?\s*[=:]\s*['\"]?)[^\s;,'\"&]+",
    re.IGNORECASE,
)


class ArmError(NamedTuple):
    """Code, message and details, as Azure sent them."""

    code: str
    message: str
    details: list[dict[str, Any]]


def parse_arm_error(body: object) -> ArmError:
    """Accepts all known shapes: wrapped in `error`, flat (AKS), Entra's, and HTML pages."""
    if isinstance(body, bytes):
        body = body.decode("utf-8", "replace")
    if isinstance(body, str):
        return _parse_text(body)
    if not isinstance(body, dict):
        return ArmError("", "", [])
    document = cast("dict[str, Any]", body)
    error = document.get("error", document)
    if isinstance(error, dict):
        return _parse_object(cast("dict[str, Any]", error))
    # Entra: {"error": "invalid_client", "error_description": "..."}
    return ArmError(_text(error), _text(document.get("error_description")), [])


def redact(text: str) -> str:
    """Without subscription ids, URL queries, tokens and keys; at most MESSAGE_LIMIT characters."""
    text = _URL_QUERY.sub(r"\1", text)
    text = _SUBSCRIPTION.sub(r"\1***", text)
    text = _BEARER.sub(lambda found: f"{found.group(1) or ''}***", text)
    text = _SECRET.sub(r"\1\2***", text)
    return text if len(text) <= MESSAGE_LIMIT else f"{text[: MESSAGE_LIMIT - 1]}…"


def _parse_text(body: str) -> ArmError:
    try:
        document: object = json.loads(body)
    except ValueError:
        # Of an HTML error page only the visible text is kept, not styles and scripts.
        visible = re.sub(r"(?is)<(script|style)\b.*?</\1>|<[^>]*>", " ", body)
        return ArmError("", " ".join(unescape(visible).split())[:MESSAGE_LIMIT], [])
    readable = isinstance(document, dict)
    return parse_arm_error(cast("object", document)) if readable else ArmError("", body, [])


def _parse_object(error: dict[str, Any]) -> ArmError:
    code, details = _text(error.get("code")), error.get("details")
    objects = cast("list[object]", details) if isinstance(details, list) else []
    kept = [cast("dict[str, Any]", item) for item in objects if isinstance(item, dict)]
    # Front Door puts {"code": "None", "message": null} into every poll, success included.
    return ArmError("" if code == "None" else code, _text(error.get("message")), kept)


def _text(value: object) -> str:
    return "" if value is None else str(value)
