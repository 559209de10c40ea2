"""A resource group of ours without an environment is reported, and removed after its grace."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from emulators.stack.api import Api, SimulatedAzure
from emulators.stack.stack import Stack
from emulators.tests.support.arm_bodies import cluster_body
from tests.e2e.conftest import LATENCY_SHARE, NEVER, TIME_SCALE, refuse_what_azure_would_refuse
from tests.e2e.looks import Look
from tests.e2e.sweeps import sweep
from tests.support.documented_api import DocumentedApi
from tests.support.forked import forked_stack

REMOVAL = {"ORPHAN_REMOVAL": "true", "ORPHAN_GRACE_HOURS": "1"}
"""An hour is half a minute here."""

AKS, GROUPS = "2026-08-01", "2021-04-01"
OURS = {"gridplane-environment": "lost"}
TIMEOUT_SECONDS = 120.0


@pytest.fixture
def removing_stack(tmp_path: Path) -> Iterator[Stack]:
    settings = NEVER | REMOVAL
    with forked_stack(
        tmp_path / "stack",
        time_scale=TIME_SCALE,
        settings=settings,
        latency_share=LATENCY_SHARE,
    ) as stack:
        yield stack
        refuse_what_azure_would_refuse(stack)


def test_what_has_no_environment_is_reported_and_removed_after_its_grace(removing_stack: Stack):
    stack = removing_stack
    with (
        DocumentedApi(stack.app_url) as api,
        SimulatedAzure(stack.simulator_url, stack.ca_bundle) as azure,
    ):
        look = Look(azure, stack)
        lost = build(look, stack, "gp-lost-westeurope", OURS)
        foreign = build(look, stack, "vision", {"team": "vision"})
        wait_for(lambda: orphans_of(api))
        (orphan,) = orphans_of(api)
        assert (orphan["environment"], orphan["removal"]) == ("lost", "waiting")
        assert (orphan["nodeCount"], orphan["perHourUsd"]) == (1, 4.775)
        summary = sweep(api)["summary"]
        assert summary["idlePerHourUsd"] == 4.775
        assert look.exists(lost, GROUPS), "its grace is not over"

        wait_for(lambda: not orphans_of(api))
        assert not look.exists(lost, GROUPS)
        assert look.exists(foreign, GROUPS), "of others"
        audit = api.get("/audit", params={"environment": "lost"}).json()["value"]
        assert {(each["action"], each["actor"], each["door"]) for each in audit} == {
            ("OrphanRemoved", "sweep", "sweep")
        }
        assert any(lost in each["detail"] for each in audit)


def build(look: Look, stack: Stack, name: str, tags: dict[str, str]) -> str:
    """A group with a cluster, as they remain when a record is lost; the id of the group."""
    group = f"/subscriptions/{stack.simulator['subscriptionId']}/resourceGroups/{name}"
    cluster = f"{group}/providers/Microsoft.ContainerService/managedClusters/{name}"
    body = {**cluster_body(gpu_minimum=1, nodeResourceGroup=f"{name}-nodes"), "tags": tags}
    look.send_to_arm("PUT", group, GROUPS, {"location": "westeurope", "tags": tags})
    look.send_to_arm("PUT", cluster, AKS, body)
    return group


def orphans_of(api: Api) -> list[dict[str, Any]]:
    """Of one more sweep; AKS's own group of the nodes goes with its cluster."""
    found = sweep(api)["summary"]["orphans"]
    return [each for each in found if not each["resourceGroupId"].endswith("-nodes")]


def wait_for(condition: Any) -> None:
    end = time.monotonic() + TIMEOUT_SECONDS
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.5)
