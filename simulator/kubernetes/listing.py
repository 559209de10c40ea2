"""Lists of objects: which ones a request selects, and pages of them."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from simulator.kubernetes import errors, selectors
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
            selectors.parse_label_selector(query.get("labelSelector", "")),
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
    limit = int(query.get("limit") or 0)
    if not limit or len(selected) <= limit:
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
        raise errors.bad_request(f"continue key is not valid: {failure}") from failure
