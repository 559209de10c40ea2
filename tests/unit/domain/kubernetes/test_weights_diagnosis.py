"""Weights that are not mounted, or not the specified ones: the cause, and what ends it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.kubernetes.observation import Observation
from domain.kubernetes.observe import ClusterObjects, build_observation
from domain.kubernetes.readiness import Readiness, ReadinessVerdict, decide_readiness

POD = "fraud-llm-6f7d-x1"
START = datetime(2026, 11, 22, 12, tzinfo=UTC)
DEADLINE = START + timedelta(minutes=60)
FRAME = (
    'MountVolume.SetUp failed for volume "weights" : rpc error: code = Internal desc = Mount '
    "failed with error: rpc error: code = Unknown desc = exit status 1, output: Error: "
)
NO_DRIVER = (
    'MountVolume.SetUp failed for volume "weights" : kubernetes.io/csi: mounter.SetUpAt failed to '
    "get CSI client: driver name blob.csi.azure.com not found in the list of registered CSI "
    "drivers"
)
NO_ROLE = f"{FRAME}RESPONSE 403 ERROR CODE: AuthorizationPermissionMismatch"
BLOCKED = f"{FRAME}RESPONSE 403 ERROR CODE: AuthorizationFailure"
NO_CONTAINER = f"{FRAME}RESPONSE 404 ERROR CODE: ContainerNotFound"
NO_ACCOUNT = f"{FRAME}dial tcp: lookup acmemodels.blob.core.windows.net: no such host"
NOT_FEDERATED = f"{FRAME}AADSTS700213: No matching federated identity record found"
NO_FOLDER = 'failed to create subPath directory for volumeMount "weights" of container "llm"'
CHANGED = "WeightsDigestMismatch: config.json: FAILED"


def event(message: str) -> dict[str, Any]:
    return {
        "reason": "FailedMount",
        "message": message,
        "object": f"Pod/{POD}",
        "firstSeenAt": (START + timedelta(minutes=1)).isoformat(),
        "lastSeenAt": (START + timedelta(minutes=2)).isoformat(),
    }


def look(*events: dict[str, Any], minutes: float = 3, **pod: Any) -> Readiness:
    shown = {"name": POD, "phase": "Pending", "ready": False, "reason": "ContainerCreating"}
    observation = Observation.from_wire(
        {
            "nodes": [{"name": "aks-gpu-1", "ready": True, "gpusAllocatable": 1}],
            "pods": [{**shown, "startedAt": START.isoformat(), **pod}],
            "gateways": [{"name": "g", "phase": "Running", "ready": True}],
            "externalIp": "20.1.2.3",
            "events": list(events),
        }
    )
    return decide_readiness(observation, 1, 1, START + timedelta(minutes=minutes), START, DEADLINE)


@pytest.mark.parametrize(
    ("message", "reason", "fix"),
    [
        pytest.param(NO_DRIVER, "WeightsDriverMissing", "Repair", id="no driver"),
        pytest.param(NO_ROLE, "WeightsForbidden", "Storage Blob Data Reader", id="no role"),
        pytest.param(BLOCKED, "WeightsBlocked", "private endpoint", id="firewall"),
        pytest.param(NO_CONTAINER, "WeightsNotFound", "Upload", id="no container"),
        pytest.param(NO_ACCOUNT, "WeightsNotFound", "correct source", id="no account"),
        pytest.param(NOT_FEDERATED, "IdentityNotFederated", "credential", id="federation"),
    ],
)
def test_a_mount_that_fails_says_why(message: str, reason: str, fix: str) -> None:
    readiness = look(event(message))
    assert readiness.verdict is ReadinessVerdict.WAIT
    failure = readiness.pods.failure
    assert failure
    assert failure.reason == reason
    assert fix in failure.suggested_action
    assert "cannot mount its weights" in failure.message


def test_a_folder_that_is_missing_is_what_the_container_says() -> None:
    failure = look(reason="CreateContainerConfigError", message=NO_FOLDER).pods.failure
    assert failure
    assert failure.reason == "WeightsNotFound"
    assert "source" in failure.suggested_action


@pytest.mark.parametrize(
    ("message", "minutes", "gives_up"),
    [
        (NO_CONTAINER, 5.9, False),
        (NO_CONTAINER, 6.0, True),
        (NO_ROLE, 10.9, False),
        (NO_ROLE, 11.0, True),
    ],
)
def test_what_does_not_pass_is_given_up(message: str, minutes: float, gives_up: bool) -> None:
    readiness = look(event(message), minutes=minutes)
    assert (readiness.verdict is ReadinessVerdict.GIVE_UP) is gives_up


def test_an_old_event_does_not_explain_an_image_that_cannot_be_pulled() -> None:
    failure = look(event(NO_ROLE), reason="ErrImagePull", message="not found").pods.failure
    assert failure
    assert not failure.reason.startswith("Weights")


def test_other_files_than_the_specified_ones_end_the_operation_at_once() -> None:
    readiness = look(initFailure=CHANGED, reason="PodInitializing", minutes=1)
    assert readiness.verdict is ReadinessVerdict.GIVE_UP
    assert readiness.failure
    assert readiness.failure.reason == "WeightsDigestMismatch"
    assert "config.json: FAILED" in readiness.failure.message
    assert "digest" in readiness.failure.suggested_action


@pytest.mark.parametrize(("minutes", "gives_up"), [(4.9, False), (5.0, True)])
def test_a_check_that_could_not_run_may_pass_and_names_what_it_needs(
    minutes: float, gives_up: bool
) -> None:
    said = "The image has no sha256sum, which checks the weights."
    readiness = look(initFailure=said, reason="PodInitializing", minutes=minutes)
    assert (readiness.verdict is ReadinessVerdict.GIVE_UP) is gives_up
    failure = readiness.pods.failure
    assert failure
    assert failure.reason == "WeightsNotVerified"
    assert said in failure.message
    assert "sha256sum" in failure.suggested_action


IMAGE = f"registry.example.com/weights@sha256:{'0123456789abcdef' * 4}"
PULL = f'failed to pull and unpack image "{IMAGE}": '


@pytest.mark.parametrize(
    ("cause", "reason", "fix"),
    [
        (f"{PULL}{IMAGE}: not found", "WeightsNotFound", "correct workload.model.source"),
        (f"{PULL}no match for platform in manifest", "WeightsNotFound", "linux/amd64"),
        (
            f"{PULL}failed to authorize: failed to fetch anonymous token: 401 Unauthorized",
            "WeightsForbidden",
            "workload.registry",
        ),
        (
            f"{PULL}failed to authorize: failed to fetch oauth token: 401 Unauthorized",
            "WeightsForbidden",
            "imagePullSecret",
        ),
        (f"{PULL}write /var/lib/x: no space left on device", "WeightsTooLarge", "gpu.vmSize"),
        (f"{PULL}503 Service Unavailable: 503 Service", "WeightsPullFailed", "Check the registry"),
        (f"{PULL}mediaType should be another", "WeightsPullFailed", "repair the image"),
    ],
)
def test_a_pull_of_the_weights_is_told_from_that_of_the_container(
    cause: str, reason: str, fix: str
) -> None:
    message = f'Back-off pulling image "{IMAGE}": ErrImagePull: {cause}'
    shown: dict[str, Any] = {"reason": "ImagePullBackOff", "message": message}
    failure = look(**shown, weightsImage=IMAGE).pods.failure
    assert failure
    assert failure.reason == reason
    assert fix in failure.suggested_action
    assert "workload.model.source" in failure.message + failure.suggested_action
    other = look(**shown, weightsImage=f"{IMAGE[:-1]}0").pods.failure
    assert other
    assert other.reason == "ImagePullFailed"


@pytest.mark.parametrize(("minutes", "gives_up"), [(4.9, False), (5.0, True)])
def test_nodes_that_take_the_image_for_a_folder_are_too_old(
    minutes: float, gives_up: bool
) -> None:
    said = 'failed to generate container "a" spec: failed to generate spec: failed to mkdir "": '
    readiness = look(
        minutes=minutes, reason="CreateContainerError", message=said, weightsImage=IMAGE
    )
    assert (readiness.verdict is ReadinessVerdict.GIVE_UP) is gives_up
    failure = readiness.pods.failure
    assert failure
    assert failure.reason == "ImageVolumesNotSupported"
    assert "node-image-only" in failure.suggested_action


ENDED = {"exitCode": 1, "reason": "Error", "message": f"{CHANGED}\n"}
BACK_OFF = {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 10s"}}
INITIALIZING = [{"name": "llm", "state": {"waiting": {"reason": "PodInitializing"}}}]


def seen(**check: Any) -> Any:
    status = {
        "phase": "Pending",
        "initContainerStatuses": [{"name": "verify-weights", **check}],
        "containerStatuses": INITIALIZING,
    }
    volumes = [{"name": "kv", "csi": {}}, {"name": "weights", "image": {"reference": IMAGE}}]
    pods = [{"metadata": {"name": POD}, "spec": {"volumes": volumes}, "status": status}]
    nothing = {"metadata": {"name": "x"}}
    objects = ClusterObjects((), pods, nothing, nothing, nothing, ())
    return build_observation(objects).pods[0]


@pytest.mark.parametrize(
    ("check", "failure", "reason"),
    [
        pytest.param({"state": {"running": {}}}, None, "PodInitializing", id="it runs"),
        pytest.param(
            {"state": {"terminated": {"exitCode": 0}}, "lastState": {"terminated": ENDED}},
            None,
            "PodInitializing",
            id="it has succeeded after a failure",
        ),
        pytest.param(
            {"state": {"terminated": ENDED}}, CHANGED, "PodInitializing", id="it has failed"
        ),
        pytest.param(
            {"state": BACK_OFF, "lastState": {"terminated": ENDED}},
            CHANGED,
            "PodInitializing",
            id="it waits for its next attempt",
        ),
        pytest.param(
            {"state": {"terminated": {"exitCode": 137}}},
            "It ended with 137.",
            "PodInitializing",
            id="it was killed",
        ),
        pytest.param(
            {"state": {"waiting": {"reason": "ErrImagePull", "message": "denied"}}},
            None,
            "ErrImagePull",
            id="its image is not there",
        ),
    ],
)
def test_what_the_check_says_is_part_of_what_a_pod_shows(
    check: dict[str, Any], failure: str | None, reason: str
) -> None:
    pod = seen(**check)
    assert (pod.init_failure, pod.reason) == (failure, reason)
    assert pod.weights_image == IMAGE
