"""Init containers: in their order, each to its end, and again after a failure."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import pytest

from emulators.azure.kubernetes.blob_volumes import DRIVER
from emulators.azure.kubernetes.cluster import Cluster
from emulators.azure.kubernetes.faults import ImageFault, ImageOutcome
from emulators.azure.kubernetes.kinds import Object
from emulators.tests.contract.kubernetes.clients import Api, Kubectl
from emulators.tests.contract.kubernetes.workloads import (
    NAME,
    NAMESPACE,
    eventually,
    messages,
    namespace,
    pods_of,
    ready_pod,
    small_deployment,
)

DEPLOYMENTS = f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments"
BLOBS = {"models/7/config.json": b"{}", "models/7/a/b.bin": b"weights", "models/8/x": b"other"}
MOUNT = {"name": "weights", "mountPath": "/mnt/weights", "subPath": "models/7"}
VOLUME = {"name": "weights", "csi": {"driver": DRIVER, "volumeAttributes": {"a": "b"}}}


def first(name: str, *command: str, **more: Any) -> Object:
    return {
        "name": name,
        "image": "busybox:1",
        "terminationMessagePolicy": "FallbackToLogsOnError",
        **({"command": list(command)} if command else {}),
        **more,
    }


def script(text: str, **more: Any) -> Object:
    return first("check", "/bin/sh", "-c", text, **{"volumeMounts": [MOUNT], **more})


def starting(*containers: Object, **pod: Any) -> Object:
    manifest = small_deployment()
    spec = {"initContainers": list(containers), "volumes": [VOLUME], **pod}
    manifest["spec"]["template"]["spec"] |= spec
    return manifest


@pytest.fixture(autouse=True)
async def blobs(api: Api, cluster: Cluster) -> dict[str, bytes]:
    await api.apply(f"/api/v1/namespaces/{NAMESPACE}", namespace())
    stored = dict(BLOBS)

    def read(attributes: Mapping[str, str]) -> Mapping[str, bytes]:
        assert attributes == {"a": "b"}
        return stored

    cluster.blobs.read = read
    return stored


def check_of(cluster: Cluster) -> Object:
    (pod,) = pods_of(cluster)
    statuses = pod["status"].get("initContainerStatuses") or [{}]
    return statuses[0]


def conditions(pod: Object) -> dict[str, Object]:
    return {each["type"]: each for each in pod["status"]["conditions"]}


async def test_they_run_one_after_the_other_before_the_containers(
    api: Api, cluster: Cluster
) -> None:
    await api.call("POST", DEPLOYMENTS, starting(first("one"), first("two")))
    pod = await eventually(lambda: ready_pod(cluster))
    ended = pod["status"]["initContainerStatuses"]
    assert [each["name"] for each in ended] == ["one", "two"]
    for each in ended:
        assert each["ready"]
        assert each["restartCount"] == 0
        assert each["state"]["terminated"]["exitCode"] == 0
        assert each["state"]["terminated"]["reason"] == "Completed"
    one, two = (each["state"]["terminated"] for each in ended)
    (container,) = pod["status"]["containerStatuses"]
    assert one["finishedAt"] <= two["startedAt"]
    assert two["finishedAt"] <= container["state"]["running"]["startedAt"]
    assert conditions(pod)["Initialized"]["status"] == "True"
    started = [each.removeprefix("Started container ") for each in messages(cluster, "Started")]
    assert started == ["one", "two", NAME]
    assert messages(cluster, "Pulled")[1] == (
        'Container image "busybox:1" already present on machine'
    )


async def test_one_that_fails_is_repeated_and_keeps_the_containers_waiting(
    api: Api, cluster: Cluster, kubectl: Kubectl
) -> None:
    cluster.faults.set_image("busybox", ImageFault(ImageOutcome.CRASHES, "no luck", 7))
    await api.call("POST", DEPLOYMENTS, starting(first("one"), first("two")))
    await eventually(lambda: check_of(cluster).get("restartCount", 0) > 1)
    (pod,) = pods_of(cluster)
    assert pod["status"]["phase"] == "Pending"
    one, two = pod["status"]["initContainerStatuses"]
    assert one["lastState"]["terminated"]["exitCode"] == 7
    assert one["lastState"]["terminated"]["message"] == "no luck"
    assert two["state"] == {"waiting": {"reason": "PodInitializing"}}
    (container,) = pod["status"]["containerStatuses"]
    assert container["state"] == {"waiting": {"reason": "PodInitializing"}}
    initialized = conditions(pod)["Initialized"]
    assert (initialized["status"], initialized["reason"], initialized["message"]) == (
        "False",
        "ContainersNotInitialized",
        "containers with incomplete status: [one two]",
    )
    await eventually(lambda: "waiting" in check_of(cluster)["state"])
    shown = await kubectl.run("get", "pods", "-n", NAMESPACE, "--no-headers")
    assert "Init:" in shown

    cluster.faults.set_image("busybox", None)
    await eventually(lambda: ready_pod(cluster))


async def test_a_script_reads_the_folder_of_blobs_that_it_mounts(
    api: Api, cluster: Cluster
) -> None:
    digest = sha256(b"weights").hexdigest()
    checked = (
        f'test "$(sha256sum < $PLACE/a/b.bin | cut -c 1-64)" = {digest} '
        '&& test ! -e $PLACE/x && test ! -e $PLACE/models && test -z "$(find . -type l)"'
    )
    place = {"name": "PLACE", "value": "/mnt/weights"}
    await api.call("POST", DEPLOYMENTS, starting(script(f"cd $PLACE && {checked}", env=[place])))
    await eventually(lambda: ready_pod(cluster))


async def test_what_a_script_says_is_the_message_of_its_end_and_its_log(
    api: Api, cluster: Cluster, kubectl: Kubectl, blobs: dict[str, bytes]
) -> None:
    said = "cat /mnt/weights/config.json; echo; echo wrong; test -e /mnt/weights/fixed || exit 3"
    await api.call("POST", DEPLOYMENTS, starting(script(said)))
    ended = await eventually(lambda: (check_of(cluster).get("lastState") or {}).get("terminated"))
    assert (ended["exitCode"], ended["reason"]) == (3, "Error")
    assert ended["message"] == "{}\nwrong\n"
    (pod,) = pods_of(cluster)
    name = pod["metadata"]["name"]
    shown = await kubectl.run("logs", name, "-n", NAMESPACE, "-c", "check", "--previous")
    assert shown.strip().splitlines() == ["{}", "wrong"]
    blobs["models/7/fixed"] = b""
    await eventually(lambda: ready_pod(cluster))


async def test_without_the_policy_its_log_is_no_message(api: Api, cluster: Cluster) -> None:
    checking = script("echo wrong; exit 1", terminationMessagePolicy="File")
    await api.call("POST", DEPLOYMENTS, starting(checking))
    ended = await eventually(lambda: (check_of(cluster).get("lastState") or {}).get("terminated"))
    assert ended["exitCode"] == 1
    assert "message" not in ended


async def test_a_script_that_mounts_no_blobs_does_not_run_on_this_machine(
    api: Api, cluster: Cluster
) -> None:
    await api.call("POST", DEPLOYMENTS, starting(script("exit 1", volumeMounts=[])))
    await eventually(lambda: ready_pod(cluster))


async def test_a_folder_that_is_not_there_is_what_the_container_waits_for(
    api: Api, cluster: Cluster, blobs: dict[str, bytes]
) -> None:
    blobs.clear()
    await api.call("POST", DEPLOYMENTS, starting(script("exit 0")))
    waiting = await eventually(lambda: _config_error(check_of(cluster)))
    assert waiting["message"] == (
        'failed to create subPath directory for volumeMount "weights" of container "check"'
    )
    blobs.update(BLOBS)
    await eventually(lambda: ready_pod(cluster))


def _config_error(status: Object) -> Object | None:
    waiting = (status.get("state") or {}).get("waiting") or {}
    return waiting if waiting.get("reason") == "CreateContainerConfigError" else None
