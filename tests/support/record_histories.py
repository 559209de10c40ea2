"""Records what the orchestrations of a few operations did, for the determinism tests to replay.

`python -m tests.support.record_histories` runs the local stack; record anew when the order of
steps was changed on purpose. With names of plays it records these and leaves the others.
"""

import gzip
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import grpc
from durabletask.internal import orchestrator_service_pb2 as pb
from durabletask.internal.orchestrator_service_pb2_grpc import TaskHubSidecarServiceStub
from google.protobuf.json_format import MessageToDict

from emulators.stack.api import Api, SimulatedAzure
from emulators.stack.stack import running_stack
from tests.support.specs import spec_body

HISTORIES = Path(__file__).parents[1] / "unit" / "orchestrators" / "histories"
TIME_SCALE = 120.0
TIMEOUT_SECONDS = 180.0
RARELY = {"SWEEP_SCHEDULE": "0 0 0 1 1 *", "PURGE_SCHEDULE": "0 0 * * * *"}

CLUSTERS_WITHOUT_QUOTA = {
    "match": {"method": "PUT", "path": ".*/managedClusters/gp-refused-swedencentral"},
    "status": 400,
    "code": "ErrCode_InsufficientVCPUQuota",
    "message": "Insufficient vcpu quota requested 24, remaining 0 for family "
    "standardNCADSA100v4Family for region swedencentral.",
}


def main(*names: str) -> None:
    if not names:
        shutil.rmtree(HISTORIES, ignore_errors=True)
        HISTORIES.mkdir(parents=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        running_stack(Path(folder) / "stack", time_scale=TIME_SCALE, settings=RARELY) as stack,
        Api(stack.app_url) as api,
        SimulatedAzure(stack.simulator_url, stack.ca_bundle) as azure,
        grpc.insecure_channel(stack.task_hub_address) as channel,
    ):
        azure.add_fault(CLUSTERS_WITHOUT_QUOTA)
        plays = PLAYS | {"called": partial(called_while_asleep, azure)}
        for name, play in plays.items():
            if names and name not in names:
                continue
            for operation_id in play(api, name):
                record(TaskHubSidecarServiceStub(channel), operation_id)


def built_over_private_link(api: Api, name: str) -> list[str]:
    premium = {"sku": "Premium_AzureFrontDoor"}
    return [
        finish(api, api.create_environment(spec_body(name=name, edge=premium))),
        finish(api, api.delete_environment(name)),
    ]


def built_and_deleted(api: Api, name: str) -> list[str]:
    return [
        finish(api, api.create_environment(spec_body(name=name))),
        finish(api, api.delete_environment(name)),
    ]


def refused_in_one_of_two_regions(api: Api, name: str) -> list[str]:
    body = spec_body(name=name, regions=["westeurope", "swedencentral"])
    return [finish(api, api.create_environment(body))]


def overtaken_by_its_deletion(api: Api, name: str) -> list[str]:
    provision = api.create_environment(spec_body(name=name))
    wait_for_step(api, provision, "managedCluster")
    deletion = api.delete_environment(name)
    return [finish(api, provision), finish(api, deletion)]


def rested_and_woken(api: Api, name: str) -> list[str]:
    finish(api, api.create_environment(spec_body(name=name)))
    scaled_down = api.post(f"/environments/{name}/scale-down").json()["id"]
    finish(api, scaled_down)
    return [scaled_down, finish(api, api.post(f"/environments/{name}/wake").json()["id"])]


def changed(api: Api, name: str) -> list[str]:
    finish(api, api.create_environment(spec_body(name=name)))
    return [finish(api, api.replace_environment(spec_body(name=name, costCenter="ML-9")))]


def shifted(api: Api, name: str) -> list[str]:
    """To another version, beside the one that served."""
    update = {"strategy": "blueGreen", "steps": [{"weight": 50, "minutes": 1}], "keepMinutes": 1}
    finish(api, api.create_environment(spec_body(name=name, update=update)))
    workload = {**spec_body()["workload"], "image": "registry.example.com/llm:1.5.0"}
    changed = spec_body(name=name, update=update, workload=workload)
    return [finish(api, api.replace_environment(changed))]


def swept_when_idle(api: Api, name: str) -> list[str]:
    idle = {"afterMinutes": 5, "action": "scaleToZero"}
    finish(api, api.create_environment(spec_body(name=name, idle=idle)))
    end = time.monotonic() + TIMEOUT_SECONDS
    while time.monotonic() < end:
        api.post("/sweeps")
        while (latest := api.get("/sweeps/latest").json())["status"] == "Running":
            time.sleep(0.2)
        if latest["summary"]["results"] and latest["summary"]["actions"].get("scaleToZero"):
            return ["sweep"]
        time.sleep(0.5)
    raise TimeoutError("no sweep scaled anything down")


def called_while_asleep(azure: SimulatedAzure, api: Api, name: str) -> list[str]:
    """Woken by the timer, which then finds nothing that sleeps."""
    finish(api, api.create_environment(spec_body(name=name, idle={"wakeOnRequest": True})))
    finish(api, api.post(f"/environments/{name}/scale-down").json()["id"])
    end = time.monotonic() + TIMEOUT_SECONDS
    while time.monotonic() < end:
        environment = api.get_environment(name)
        if environment["phase"] != "ScaledDown":
            return ["wake-on-request"]
        azure.send_through_edge(environment, "GET", "/v1/models")
        time.sleep(0.2)
    raise TimeoutError("no call woke it")


def purged(api: Api, name: str) -> list[str]:
    """By the timer, which fires every 30 seconds of real time here."""
    return ["purge"]


PLAYS: dict[str, Callable[[Api, str], list[str]]] = {
    "built": built_and_deleted,
    "private": built_over_private_link,
    "refused": refused_in_one_of_two_regions,
    "overtaken": overtaken_by_its_deletion,
    "rested": rested_and_woken,
    "changed": changed,
    "shifted": shifted,
    "swept": swept_when_idle,
    "purged": purged,
}


def finish(api: Api, operation_id: str) -> str:
    last = list(api.follow(operation_id, TIMEOUT_SECONDS))[-1]
    print(operation_id, last["status"])
    return operation_id


def wait_for_step(api: Api, operation_id: str, step: str) -> None:
    """Until the step runs and has something to tell."""
    end = time.monotonic() + TIMEOUT_SECONDS
    while time.monotonic() < end:
        for found in api.get_operation(operation_id)["steps"]:
            if found["name"].endswith(step) and found.get("detail"):
                return
        time.sleep(0.1)
    raise TimeoutError(f"'{step}' of {operation_id} never ran")


def record(hub: TaskHubSidecarServiceStub, operation_id: str) -> None:
    """One file per operation (`zcat` shows it): the last run of each of its orchestrations."""
    lines = [
        json.dumps({"instanceId": instance_id, "events": fetch_events(hub, instance_id)})
        for instance_id in await_instances(hub, operation_id)
    ]
    packed = gzip.compress("\n".join(lines).encode(), mtime=0)
    (HISTORIES / f"{operation_id}.jsonl.gz").write_bytes(packed)


def await_instances(hub: TaskHubSidecarServiceStub, operation_id: str) -> list[str]:
    """Their ids when all have ended: news of an operation's end leaves after that end."""
    query = pb.InstanceQuery(maxInstanceCount=500)
    query.instanceIdPrefix.value = operation_id
    end = time.monotonic() + TIMEOUT_SECONDS
    while time.monotonic() < end:
        found = hub.QueryInstances(pb.QueryInstancesRequest(query=query)).orchestrationState
        if found and all(state.HasField("completedTimestamp") for state in found):
            return sorted(state.instanceId for state in found)
        time.sleep(0.1)
    raise TimeoutError(f"not all orchestrations of {operation_id} have ended")


def fetch_events(hub: TaskHubSidecarServiceStub, instance_id: str) -> list[object]:
    request = pb.StreamInstanceHistoryRequest(instanceId=instance_id)
    return [
        MessageToDict(event)
        for chunk in hub.StreamInstanceHistory(request)
        for event in chunk.events
    ]


if __name__ == "__main__":
    main(*sys.argv[1:])
