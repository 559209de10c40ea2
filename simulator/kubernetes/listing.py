"""Lists of objects: which ones a request selects, and pages of them."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from simulator.kubernetes import errors, label_queries, selectors
from simulator.kubernetes.kinds import Kind, Object
from simulator.kubernetes.selectors import FieldSelector, LabelSelector
from simulator.kubernetes.store import Store, key_of


@dataclass(frozen=True, slots=True)
class Selection:
    """The objects that a list or watch is about."""

    kind: Kind
    namespace: str
    labels: LabelSelector
    fields: FieldSelector

    @classmethod
    def read(cls, kind: Kind, namespace: str, query: Mapping[str, str]) -> Self:
        return cls(
            kind,
            namespace,
            label_queries.parse(query.get("labelSelector", "")),
            selectors.parse_field_selector(query.get("fieldSelector", ""), kind),
        )

    def includes(self, subject: Object) -> bool:
        metadata = subject["metadata"]
        if self.namespace and metadata.get("namespace") != self.namespace:
            return False
        return self.labels.matches(metadata.get("labels") or {}) and self.fields.matches(subject)


@dataclass(frozen=True, slots=True)
class Page:
    """Some objects of a list, and how to go on."""

    items: list[Object]
    version: int
    next_token: str = ""
    remaining: int | None = None


def page(store: Store, selection: Selection, query: Mapping[str, str]) -> Page:
    """The page that `limit` and `continue` ask for."""
    selected = [each for each in store.list(selection.kind) if selection.includes(each)]
    version = store.version
    if query.get("continue"):
        start, version = _read_token(query["continue"])
        selected = [each for each in selected if "/".join(key_of(each)) > start]
    limit = whole_number(query, "limit")
    if limit <= 0 or len(selected) <= limit:
        return Page(selected, version)
    items = selected[:limit]
    token = _write_token("/".join(key_of(items[-1])), version)
    return Page(items, version, token, len(selected) - limit)


def _write_token(start: str, version: int) -> str:
    content = {"v": "meta.k8s.io/v1", "rv": version, "start": f"{start}\0"}
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


def _read_token(token: str) -> tuple[str, int]:
    try:
        content = json.loads(base64.urlsafe_b64decode(token + "=="))
        return content["start"].rstrip("\0"), int(content["rv"])
    except (ValueError, KeyError, TypeError) as failure:
        detail = f"continue key is not valid: {failure}"
        raise errors.bad_request(f"invalid continue token: {detail}") from failure


def whole_number(query: Mapping[str, str], name: str) -> int:
    """A number in the query, 0 when it is not there."""
    text = query.get(name) or "0"
    try:
        return int(text)
    except ValueError as failure:
        message = f'strconv.ParseInt: parsing "{text}": invalid syntax'
        raise errors.bad_request(message) from failure


def check_version(query: Mapping[str, str], watch: bool) -> None:
    """Refuse a resource version that is no number."""
    version = query.get("resourceVersion", "")
    if version and not version.isdigit():
        problem = (
            f'resourceVersion: Invalid value: "{version}": strconv.ParseUint: parsing'
            f' "{version}": invalid syntax'
        )
        if watch:
            raise errors.ApiError(500, "", problem)
        raise errors.bad_request(f"invalid resource version: {problem}")
