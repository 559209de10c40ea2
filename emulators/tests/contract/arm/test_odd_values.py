"""No request body, however odd, is answered with a failure of the simulator itself."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from emulators.tests.contract.arm import test_front_door as edge_bodies
from emulators.tests.contract.arm.conftest import Arm
from emulators.tests.contract.arm.test_clusters import CLUSTER, VERSION
from emulators.tests.support.arm_bodies import cluster_body, gpu_pool

ODD_VALUES: list[Any] = ["odd", -1, True, [], {}, [None]]


def variants(body: Any) -> Iterator[Any]:
    """The body with each of its values replaced by each odd one, and by null."""
    for path in _paths(body):
        for odd in [*ODD_VALUES, None]:
            changed = copy.deepcopy(body)
            part = changed
            for step in path[:-1]:
                part = part[step]
            part[path[-1]] = odd
            yield changed


def _paths(value: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    steps = value if isinstance(value, dict) else range(len(value))
    for step in steps:
        yield (*above, step)
        if isinstance(value[step], dict | list):
            yield from _paths(value[step], (*above, step))


WAF_BODY = {
    **edge_bodies.PROFILE_BODY,
    "properties": {
        "policySettings": {"mode": "Prevention"},
        "customRules": {
            "rules": [
                {
                    "name": "r",
                    "priority": 1,
                    "ruleType": "MatchRule",
                    "action": "Block",
                    "matchConditions": [{"matchVariable": "RemoteAddr", "matchValue": ["1"]}],
                }
            ]
        },
    },
}


@pytest.mark.parametrize(
    ("path", "body", "version"),
    [
        pytest.param(
            "resourceGroups/gp-fraud",
            {"location": "westeurope", "tags": {"a": "b"}},
            "2025-04-01",
            id="resource group",
        ),
        pytest.param(
            CLUSTER,
            cluster_body(
                autoUpgradeProfile={"upgradeChannel": "patch"},
                apiServerAccessProfile={"authorizedIPRanges": ["1.2.3.4/32"]},
            ),
            VERSION,
            id="cluster",
        ),
        pytest.param(
            f"{CLUSTER}/agentPools/gpu2", {"properties": gpu_pool()}, VERSION, id="agent pool"
        ),
        pytest.param(
            f"{CLUSTER}/maintenanceConfigurations/default",
            {
                "properties": {
                    "maintenanceWindow": {
                        "schedule": {"weekly": {"intervalWeeks": 1, "dayOfWeek": "Friday"}},
                        "durationHours": 4,
                        "utcOffset": "+00:00",
                        "startTime": "00:00",
                        "notAllowedDates": [{"start": "2100-01-01", "end": "2100-01-02"}],
                    },
                    "timeInWeek": [{"day": "Monday", "hourSlots": [1]}],
                    "notAllowedTime": [
                        {"start": "2100-01-01T00:00:00Z", "end": "2100-01-02T00:00:00Z"}
                    ],
                }
            },
            VERSION,
            id="maintenance configuration",
        ),
        pytest.param(
            edge_bodies.PROFILE, edge_bodies.PROFILE_BODY, edge_bodies.VERSION, id="profile"
        ),
        pytest.param(
            edge_bodies.ORIGINS, edge_bodies.GROUP_BODY, edge_bodies.VERSION, id="origin group"
        ),
        pytest.param(
            edge_bodies.ORIGIN, edge_bodies.ORIGIN_BODY, edge_bodies.VERSION, id="origin"
        ),
        pytest.param(edge_bodies.WAF, WAF_BODY, edge_bodies.WAF_VERSION, id="WAF policy"),
    ],
)
async def test_odd_values_are_refused_or_taken(
    arm: Arm, group: str, path: str, body: Any, version: str
) -> None:
    parents = {
        f"{CLUSTER}/agentPools/gpu2": [(CLUSTER, cluster_body())],
        f"{CLUSTER}/maintenanceConfigurations/default": [(CLUSTER, cluster_body())],
        edge_bodies.ORIGINS: [(edge_bodies.PROFILE, edge_bodies.PROFILE_BODY)],
        edge_bodies.ORIGIN: [
            (edge_bodies.PROFILE, edge_bodies.PROFILE_BODY),
            (edge_bodies.ORIGINS, edge_bodies.GROUP_BODY),
        ],
    }
    for parent, parent_body in parents.get(path, []):
        await edge_bodies.put_and_wait(arm, parent, parent_body, version)
    statuses = set()
    for variant in variants(body):
        answer = await arm.call("PUT", path, variant, api_version=version)
        statuses.add(answer.status)
        assert answer.status < 500, variant
        assert (await arm.call("GET", path, api_version=version)).status < 500, variant
    assert 400 in statuses
