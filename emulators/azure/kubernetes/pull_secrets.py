"""A pod's pull secrets, as its kubelet reads them before it pulls an image."""

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from emulators.azure.kubernetes.kinds import SECRET, Object
from emulators.azure.kubernetes.store import Store

_KEY = ".dockerconfigjson"


@dataclass(frozen=True, slots=True)
class PullSecrets:
    logins: Mapping[str, str]
    """`user:password` by host."""
    missing: tuple[str, ...] = ()
    """Names of Secrets that are not there: the kubelet pulls all the same."""

    @property
    def warning(self) -> str:
        return (
            f"Unable to retrieve some image pull secrets ({', '.join(self.missing)}); attempting "
            "to pull the image may not succeed."
        )


def read_pull_secrets(store: Store, namespace: str, pod_spec: Mapping[str, Any]) -> PullSecrets:
    logins: dict[str, str] = {}
    missing: list[str] = []
    for reference in pod_spec.get("imagePullSecrets") or []:
        secret = store.get(SECRET, namespace, reference.get("name", ""))
        if secret is None:
            missing.append(reference.get("name", ""))
        else:
            logins.update(_logins_of(secret))
    return PullSecrets(logins, tuple(missing))


def _logins_of(secret: Object) -> Iterator[tuple[str, str]]:
    written = base64.b64decode((secret.get("data") or {}).get(_KEY, ""))
    try:
        entries = json.loads(written)["auths"].items()
        for address, entry in entries:
            yield _host(address), _login(entry)
    except (AttributeError, KeyError, TypeError, ValueError, binascii.Error):
        return


def _host(address: str) -> str:
    """Entries are hosts, or addresses as older clients wrote them."""
    return address.partition("://")[2].partition("/")[0] or address.partition("/")[0]


def _login(entry: Mapping[str, str]) -> str:
    if "auth" in entry:
        return base64.b64decode(entry["auth"]).decode()
    return f"{entry['username']}:{entry['password']}"
