"""ConfigMaps and Secrets."""

import base64
import json
from collections.abc import Iterable, Iterator, Mapping

from emulators.azure.kubernetes.errors import FieldError, forbidden, invalid, required
from emulators.azure.kubernetes.kinds import Object
from emulators.azure.kubernetes.validation import formats, go_values
from emulators.azure.kubernetes.validation.metadata import check_format

_REQUIRED_KEYS: Mapping[str, tuple[str, ...]] = {
    "kubernetes.io/dockercfg": (".dockercfg",),
    "kubernetes.io/dockerconfigjson": (".dockerconfigjson",),
    "kubernetes.io/ssh-auth": ("ssh-privatekey",),
    "kubernetes.io/tls": ("tls.crt", "tls.key"),
}
_REDACTED = '"<secret contents redacted>"'


def check_config_map(subject: Object) -> Iterator[FieldError]:
    data, binary = subject.get("data") or {}, subject.get("binaryData") or {}
    yield from _check_keys(data, "data")
    for key in data:
        if key in binary:
            detail = "duplicate of key present in binaryData"
            yield invalid(f"data[{key}]", go_values.text(key), detail)
    yield from _check_keys(binary, "binaryData")


def check_secret(subject: Object) -> Iterator[FieldError]:
    data = subject.get("data") or {}
    yield from _check_keys(data, "data")
    for key in _REQUIRED_KEYS.get(subject.get("type", ""), ()):
        if key not in data:
            yield required(f"data[{key}]")
        elif key.startswith(".docker") and not _is_json_object(data[key]):
            yield invalid(
                f"data[{key}]", _REDACTED, "invalid character looking for beginning of value"
            )


def _is_json_object(encoded: str) -> bool:
    try:
        return isinstance(json.loads(base64.b64decode(encoded)), dict)
    except ValueError:
        return False


def _check_keys(keys: Iterable[str], field: str) -> Iterator[FieldError]:
    for key in keys:
        yield from check_format(f"{field}[{key}]", key, formats.config_key)


def check_config_map_update(live: Object, changed: Object) -> Iterator[FieldError]:
    yield from _check_immutable(live, changed, ("data", "binaryData"))


def check_secret_update(live: Object, changed: Object) -> Iterator[FieldError]:
    before, after = live.get("type"), changed.get("type")
    if before != after:
        yield invalid("type", go_values.text(str(after)), "field is immutable")
    yield from _check_immutable(live, changed, ("data",))


def _check_immutable(
    live: Object, changed: Object, fields: tuple[str, ...]
) -> Iterator[FieldError]:
    if not live.get("immutable"):
        return
    detail = "field is immutable when `immutable` is set"
    if not changed.get("immutable"):
        yield forbidden("immutable", detail)
    for name in fields:
        if (live.get(name) or {}) != (changed.get(name) or {}):
            yield forbidden(name, detail)
