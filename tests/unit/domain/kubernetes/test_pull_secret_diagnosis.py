"""Pulls without their credentials: the cause is named, and what to write where."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.kubernetes.observation import Observation
from domain.kubernetes.readiness import Readiness, ReadinessVerdict, decide_readiness
from tests.unit.domain.kubernetes.test_secret_diagnosis import FORBIDDEN, NOT_FOUND, OID

POD = "fraud-llm-6f7d-x1"
HOLDER = "fraud-llm-pull-secret-5c9f-z2"
START = datetime(2026, 11, 22, 12, tzinfo=UTC)
REFUSED = (
    "failed to pull and unpack image: failed to authorize: failed to fetch {token} token: "
    "unexpected status from request to https://registry.example.com/oauth2/token: 401 Unauthorized"
)
ANONYMOUS, WRONG = (REFUSED.format(token=each) for each in ("anonymous", "oauth"))
NOT_RETRIEVED = (
    "Unable to retrieve some image pull secrets (fraud-llm-pull-secret-0123456789); attempting to "
    "pull the image may not succeed."
)


def event(reason: str, message: str, pod: str, last: float = 2) -> dict[str, Any]:
    return {
        "reason": reason,
        "message": message,
        "object": f"Pod/{pod}",
        "firstSeenAt": (START + timedelta(minutes=1)).isoformat(),
        "lastSeenAt": (START + timedelta(minutes=last)).isoformat(),
    }


NO_MOUNT = event("FailedMount", NOT_FOUND, HOLDER)
NO_ROLE = event("FailedMount", FORBIDDEN, HOLDER)
NO_SECRET = event("FailedToCreateSecret", "timed out waiting for the condition", HOLDER)
NOT_THERE = event("FailedToRetrieveImagePullSecret", NOT_RETRIEVED, POD)
OF_ANOTHER = event("FailedToRetrieveImagePullSecret", NOT_RETRIEVED, "other")


def look(said: str, *events: dict[str, Any], minutes: float = 3) -> Readiness:
    pod = {"name": POD, "phase": "Pending", "ready": False, "reason": "ImagePullBackOff"}
    observation = Observation.from_wire(
        {
            "nodes": [{"name": "aks-gpu-1", "ready": True, "gpusAllocatable": 1}],
            "pods": [{**pod, "message": said}],
            "gateways": [{"name": "g", "phase": "Running", "ready": True}],
            "externalIp": "20.1.2.3",
            "events": [event("Failed", f"Failed to pull image: {said}", POD), *events],
        }
    )
    now, deadline = START + timedelta(minutes=minutes), START + timedelta(minutes=60)
    return decide_readiness(observation, 1, 1, now, START, deadline)


@pytest.mark.parametrize(
    ("said", "events", "reason", "fix"),
    [
        pytest.param(
            ANONYMOUS,
            [NO_MOUNT, NOT_THERE],
            "SecretNotFound",
            "az keyvault secret set --vault-name fraud-team",
            id="not in the vault",
        ),
        pytest.param(ANONYMOUS, [NO_ROLE, NOT_THERE], "SecretForbidden", OID, id="no role"),
        pytest.param(
            ANONYMOUS,
            [NO_SECRET, NOT_THERE],
            "ImagePullSecretInvalid",
            '{"auths": {"<host of the registry>"',
            id="no .dockerconfigjson",
        ),
        pytest.param(
            ANONYMOUS, [NOT_THERE], "ImagePullSecretMissing", "Repair", id="nobody keeps it"
        ),
        pytest.param(
            WRONG, [NO_MOUNT, NOT_THERE], "ImagePullFailed", "refuses the credentials", id="wrong"
        ),
        pytest.param(
            ANONYMOUS, [OF_ANOTHER], "ImagePullFailed", "workload.imagePullSecret", id="none named"
        ),
    ],
)
def test_the_cause_is_named_with_what_ends_it(
    said: str, events: list[dict[str, Any]], reason: str, fix: str
) -> None:
    failure = look(said, *events).pods.failure
    assert failure
    assert failure.reason == reason
    assert fix in failure.suggested_action


def test_a_newer_word_of_the_holder_counts() -> None:
    failure = look(ANONYMOUS, NO_SECRET, NO_MOUNT).pods.failure
    assert failure
    assert failure.reason == "ImagePullSecretInvalid"


@pytest.mark.parametrize(("minutes", "gives_up"), [(10.9, False), (11.0, True)])
def test_it_is_given_up_with_its_cause(minutes: float, gives_up: bool) -> None:
    readiness = look(ANONYMOUS, NO_MOUNT, minutes=minutes)
    assert (readiness.verdict is ReadinessVerdict.GIVE_UP) is gives_up
    if gives_up:
        assert readiness.failure
        assert readiness.failure.reason == "SecretNotFound"
