"""The environment that the checks build, with the product's own bodies in a group of its own."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.arm import naming
from domain.arm.resource_kinds import KINDS, ResourceTarget
from domain.spec.model import LONGEST_NAME, EnvironmentSpec

STAND_IN_SIZE = "Standard_D2ds_v5"
"""Of the GPU pool where there is no GPU quota: it is a pool all the same."""

GPU_SIZE = "Standard_NC4as_T4_v3"
"""Of the specification where a stand-in takes its place; the cheapest."""

CELL_KINDS = frozenset(
    {"managedCluster", "agentPool", "autoUpgradeSchedule", "nodeOSUpgradeSchedule"}
)


@dataclass(frozen=True, slots=True)
class Subject:
    """One environment of one region. Everything but AKS's nodes is in `group`."""

    subscription_id: str
    spec: EnvironmentSpec
    group: str
    has_gpu: bool

    @property
    def region(self) -> str:
        return self.spec.regions[0]

    @property
    def group_id(self) -> str:
        return naming.resource_group_id(self.subscription_id, self.group)

    @property
    def node_group(self) -> str:
        return naming.node_resource_group(self.spec.name, self.region)

    @property
    def tags(self) -> dict[str, str]:
        return naming.environment_tags(self.spec)

    def id_of(self, kind: str) -> str:
        return self._moved(KINDS[kind].build_id(self._target(kind)), self._home(kind), self.group)

    def body_of(self, kind: str, existing: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """As the product builds it, from the existing resource if there is one."""
        found = json.dumps(existing) if existing else None
        home = self._home(kind)
        at_home = json.loads(self._moved(found, self.group, home)) if found else None
        body = KINDS[kind].build_body(self.spec, self._target(kind), at_home)
        if kind == "managedCluster" and not self.has_gpu:
            body["properties"]["agentPoolProfiles"][1:] = [
                _stand_in(pool) for pool in body["properties"]["agentPoolProfiles"][1:]
            ]
        return json.loads(self._moved(json.dumps(body), home, self.group))

    def _target(self, kind: str) -> ResourceTarget:
        region = self.region if kind in {*CELL_KINDS, "origin"} else ""
        return ResourceTarget(kind, self.spec.name, region, self.subscription_id)

    def _home(self, kind: str) -> str:
        """The group in which the product keeps the resource."""
        name = self.spec.name
        if kind in CELL_KINDS:
            return naming.cell_resource_group(name, self.region)
        return naming.edge_resource_group(name)

    def _moved(self, text: str, source: str, to: str) -> str:
        """Azure writes `resourcegroups` in ids in any case."""
        return re.sub(rf"(/resourceGroups/){source}(?=/|$)", rf"\g<1>{to}", text, flags=re.I)


def make_subject(
    subscription_id: str, region: str, gpu_size: str | None, now: datetime
) -> Subject:
    """A name of the greatest length: whatever is derived from it is as long as it can be."""
    moment = f"{now:%y%m%d%H%M%S}"
    spec = EnvironmentSpec.from_wire(
        {
            "name": f"verify-{moment}-long",
            "costCenter": "verify-azure",
            "owner": "verify-azure@example.com",
            "regions": [region],
            "gpu": {"vmSize": gpu_size or GPU_SIZE, "maxNodes": 1},
            "workload": {"image": "registry.example.com/llm:1"},
            "access": {"mode": "none"},
        }
    )
    assert len(spec.name) == LONGEST_NAME
    return Subject(subscription_id, spec, f"gridplane-verify-{moment}", gpu_size is not None)


def _stand_in(pool: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in pool.items() if key != "gpuProfile"}
    return {**kept, "vmSize": STAND_IN_SIZE, "enableEncryptionAtHost": False}
