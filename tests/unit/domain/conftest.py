"""A valid request, specifications that differ from it in what a test is about, and a machine that
does not run in UTC."""

import time
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from typing import Any

import pytest

from domain.spec.model import EnvironmentSpec

WIRE: dict[str, Any] = {
    "name": "fraud-llm",
    "costCenter": "ML-1234",
    "owner": "fraud-team@example.com",
    "tags": {"team": "fraud"},
    "regions": ["westeurope"],
    "gpu": {
        "vmSize": "Standard_NC24ads_A100_v4",
        "maxNodes": 5,
        "minNodes": 0,
        "spot": False,
        "zones": [],
    },
    "placement": {"zones": [], "vmSizes": [], "regions": [], "regularIfNoSpot": False},
    "workload": {
        "image": "registry.example.com/llm:1.4.2",
        "port": 8000,
        "healthPath": "/health",
        "healthHeaders": {},
        "gpusPerReplica": 1,
        "replicas": 1,
        "env": {},
        "secrets": {},
        "command": [],
        "args": [],
        "startup": {"timeoutMinutes": 20},
        "terminationGraceSeconds": 60,
        "egress": {"mode": "any", "cidrs": []},
        "model": {"name": "fraud-llm", "version": "7"},
    },
    "cluster": {
        "tier": "Standard",
        "maintenance": {"day": "sun", "start": "01:00", "durationHours": 4},
    },
    "edge": {"sku": "Standard_AzureFrontDoor", "origin": "public", "wafMode": "Prevention"},
    "access": {
        "mode": "entra",
        "invokers": {"appRoles": ["Model.Invoke"], "groups": [], "objectIds": []},
    },
    "audit": {"content": "hash"},
    "idle": {"afterMinutes": 30, "action": "scaleToZero", "wakeOnRequest": True},
    "repair": "auto",
    "expiresAt": "2027-01-31T00:00:00Z",
}

type MakeWire = Callable[..., dict[str, Any]]
type MakeSpec = Callable[..., EnvironmentSpec]


@pytest.fixture
def make_wire() -> MakeWire:
    """Changes are dotted paths: `{"gpu.spot": True}`. Absent fields are named in `without`."""

    def make(
        changes: Mapping[str, object] | None = None, without: tuple[str, ...] = ()
    ) -> dict[str, Any]:
        wire = deepcopy(WIRE)
        for path, value in (changes or {}).items():
            parent, field = _walk(wire, path)
            parent[field] = value
        for path in without:
            parent, field = _walk(wire, path)
            del parent[field]
        return wire

    return make


@pytest.fixture
def make_spec(make_wire: MakeWire) -> MakeSpec:
    def make(changes: Mapping[str, object] | None = None) -> EnvironmentSpec:
        return EnvironmentSpec.from_wire(make_wire(changes))

    return make


@pytest.fixture
def in_tokyo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as changed:
        changed.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        yield
    time.tzset()


def _walk(wire: dict[str, Any], path: str) -> tuple[dict[str, Any], str]:
    *parents, field = path.split(".")
    for parent in parents:
        wire = wire[parent]
    return wire, field
