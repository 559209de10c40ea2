"""What a process has to be told otherwise than its container, as all share one machine.

In a cluster each pod has a network of its own, Services have names, and each container has folders
of its own. Here a pod has an address of loopback instead, each Service that a process is told of
has one, and mounted folders are somewhere else. Whatever names them is replaced, in arguments and
in mounted files:

- the listen address `0.0.0.0` by the pod's address; 127.0.0.1 too, but only where the process
  itself listens there: at other ports of loopback are others, such as simulated Entra;
- `<service>.<namespace>.svc`, with or without `.cluster.local`, by the address of that Service;
- the path of a mount by that of the folder.

In JSON only whole addresses count, `{"address": ..., "port_value": ...}`, as Envoy writes them:
the same host as the name to verify in a certificate, or to send as Host, stays. In other text all
places count.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

EVERYWHERE = "0.0.0.0"
LOOPBACK = "127.0.0.1"

_SERVICE = re.compile(
    r"\b([a-z0-9](?:[-a-z0-9]*[a-z0-9])?)\.([a-z0-9](?:[-a-z0-9]*[a-z0-9])?)\.svc"
    r"(?:\.cluster\.local)?\b\.?"
)
_EVERYWHERE = re.compile(r"(?<![\d.])0\.0\.0\.0(?![\d./])")
_LISTENING = ("listeners", "admin")


@dataclass(frozen=True, slots=True)
class Rewriting:
    """For one container; `address_of_service` takes a namespace and a name."""

    address: str
    folders: Mapping[str, Path]
    address_of_service: Callable[[str, str], str]

    def text(self, text: str, own_ports: frozenset[int] = frozenset()) -> str:
        """`own_ports`: those at which the process listens on 127.0.0.1."""
        text = self._with_folders(text)
        text = _EVERYWHERE.sub(self.address, text)
        for port in own_ports:
            text = re.sub(rf"\b127\.0\.0\.1(?=[:/]{port}\b)", self.address, text)
        return _SERVICE.sub(lambda found: self.address_of_service(found[2], found[1]), text)

    def file(self, content: bytes) -> bytes:
        document = _parsed(content)
        if document is not None:
            rewritten = self._json(document, own_ports([content]))
            return json.dumps(rewritten, separators=(",", ":")).encode()
        try:
            return self.text(content.decode()).encode()
        except UnicodeDecodeError:
            return content

    def _json(self, value: Any, ports: frozenset[int]) -> Any:
        if isinstance(value, dict):
            changed = {key: self._json(each, ports) for key, each in value.items()}
            if "port_value" in value and isinstance(value.get("address"), str):
                changed["address"] = self._host(value["address"], value["port_value"], ports)
            return changed
        if isinstance(value, list):
            return [self._json(each, ports) for each in value]
        return self._with_folders(value) if isinstance(value, str) else value

    def _host(self, host: str, port: Any, ports: frozenset[int]) -> str:
        if host == EVERYWHERE or (host == LOOPBACK and port in ports):
            return self.address
        found = _SERVICE.fullmatch(host)
        return host if found is None else self.address_of_service(found[2], found[1])

    def _with_folders(self, text: str) -> str:
        """In one go: what a folder is called here may begin like the path of another mount."""
        folders = {mount.rstrip("/"): str(folder) for mount, folder in self.folders.items()}
        if not folders:
            return text
        longest_first = sorted(map(re.escape, folders), key=len, reverse=True)
        mounted = re.compile(rf"(?<![\w./-])(?:{'|'.join(longest_first)})(?=/|$|[\s\"',:])")
        return mounted.sub(lambda found: folders[found[0]], text)


def own_ports(contents: list[bytes]) -> frozenset[int]:
    """The ports at which a process with these files listens on 127.0.0.1."""
    documents = (_parsed(each) for each in contents)
    return frozenset(
        port
        for document in documents
        for name, part in _parts(document)
        if name in _LISTENING
        for host, port in _addresses(part)
        if host == LOOPBACK
    )


def _parsed(content: bytes) -> Any:
    try:
        found = json.loads(content)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _parts(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield key, each
            yield from _parts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _parts(each)


def _addresses(value: Any) -> Iterator[tuple[str, int]]:
    if isinstance(value, dict) and "port_value" in value:
        yield value.get("address", ""), value["port_value"]
    for _, each in _parts(value):
        if isinstance(each, dict) and "port_value" in each:
            yield each.get("address", ""), each["port_value"]
