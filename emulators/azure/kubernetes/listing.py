"""Lists of objects: which ones a request selects, and pages of them."""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from emulators.azure.kubernetes import errors, label_queries, selectors
from emulators.azure.kubernetes.kinds import Kind, Object
from emulators.azure.kubernetes.selectors import FieldSelector, LabelSelector
from emulators.azure.kubernetes.store import Store, key_of


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

    @property
    def is_narrowed(self) -> bool:
        """Whether labels or fields choose, so that nobody counts what a page leaves out."""
        return bool(self.labels.requirements or self.fields.terms)

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
    """The page that `limit` and `continue` ask for; all pages show the same version."""
    start, version, present = _read_start(store, selection.kind, query)
    selected = [each for each in present if selection.includes(each)]
    selected = [each for each in selected if "/".join(key_of(each)) > start]
    limit = whole_number(query, "limit")
    if limit <= 0 or len(selected) <= limit:
        return Page(selected, version)
    items = selected[:limit]
    token = _write_token("/".join(key_of(items[-1])), version)
    remaining = None if selection.is_narrowed else len(selected) - limit
    return Page(items, version, token, remaining)


def _read_start(
    store: Store, kind: Kind, query: Mapping[str, str]
) -> tuple[str, int, Sequence[Object]]:
    """The key after which a page begins, its version, and all objects at that version."""
    asked = query.get("resourceVersion", "")
    if query.get("continue"):
        return _continued(store, kind, query["continue"], asked)
    if asked and int(asked) > store.version:
        raise errors.version_in_the_future(int(asked), store.version)
    if query.get("resourceVersionMatch") == "Exact":
        return "", int(asked), store.list_at(kind, int(asked))
    return "", store.version, store.list(kind)


def _continued(
    store: Store, kind: Kind, token: str, asked: str
) -> tuple[str, int, Sequence[Object]]:
    start, version = _read_token(token)
    if asked not in ("", "0"):
        raise errors.bad_request("specifying resource version is not allowed when using continue")
    if version == _INCONSISTENT:
        return start, store.version, store.list(kind)
    try:
        return start, version, store.list_at(kind, version)
    except errors.ApiError as refusal:
        raise errors.expired_continue(_write_token(start, _INCONSISTENT)) from refusal


_INCONSISTENT = -1
"""The version in a token that goes on with whatever is there now."""


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


def check_options(query: Mapping[str, str], watch: bool) -> None:
    """Refuse a resource version that is no number, and a match that does not go with it."""
    version = query.get("resourceVersion", "")
    if version and not version.isdigit():
        problem = (
            f'resourceVersion: Invalid value: "{version}": strconv.ParseUint: parsing'
            f' "{version}": invalid syntax'
        )
        if watch:
            raise errors.ApiError(500, "", problem)
        raise errors.bad_request(f"invalid resource version: {problem}")
    if not watch:
        _check_match(query.get("resourceVersionMatch", ""), version)


_MATCHES = ("Exact", "NotOlderThan")


def _check_match(match: str, version: str) -> None:
    field = "resourceVersionMatch"
    if match and not version:
        detail = f"{field} is forbidden unless resourceVersion is provided"
        raise errors.invalid_options("ListOptions", errors.forbidden(field, detail))
    if match and match not in _MATCHES:
        wrong = errors.not_supported(field, match, (*_MATCHES, ""))
        raise errors.invalid_options("ListOptions", wrong)
    if match == "Exact" and version == "0":
        detail = f'{field} "exact" is forbidden for resourceVersion "0"'
        raise errors.invalid_options("ListOptions", errors.forbidden(field, detail))
