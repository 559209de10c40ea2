"""Gateways without a certificate that Front Door would trust: the cause, and the fix."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.kubernetes.observation import Observation
from domain.kubernetes.readiness import Readiness, ReadinessVerdict, decide_readiness
from tests.support.certificates import HOST

START = datetime(2026, 11, 22, 12, tzinfo=UTC)
DEADLINE = START + timedelta(minutes=60)
OID = "99999999-2222-4333-8444-555555555555"
POD = "fraud-llm-gateway-1"
FRAME = (
    'MountVolume.SetUp failed for volume "certificate" : rpc error: failed to get '
    "objectType:secret, objectName:llm, objectVersion:: "
)
GET = "GET https://fraud-team.vault.azure.net/secrets/llm/\n"
GOOD = {"names": ["*.llm.example.com"], "expiresAt": "2027-11-22T12:00:00Z"}


def mount_event(message: str) -> dict[str, Any]:
    return {
        "reason": "FailedMount",
        "message": message,
        "object": f"Pod/{POD}",
        "firstSeenAt": (START + timedelta(minutes=1)).isoformat(),
        "lastSeenAt": (START + timedelta(minutes=2)).isoformat(),
    }


def look(
    minutes: float,
    served: dict[str, Any] | None,
    *events: dict[str, Any],
    ready: tuple[bool, ...] = (True,),
) -> Readiness:
    pods = [
        {
            "name": f"fraud-llm-gateway-{number}",
            "phase": "Running" if up else "Pending",
            "ready": up,
        }
        for number, up in reversed(list(enumerate(ready, 1)))
    ]
    observation = Observation.from_wire(
        {
            "nodes": [{"name": "aks-gpu-1", "ready": True, "gpusAllocatable": 1}],
            "pods": [{"name": "fraud-llm-1", "phase": "Running", "ready": True}],
            "gateways": pods,
            "externalIp": "20.1.2.3",
            "events": list(events),
            "certificates": {"host": HOST, "gateways": served or {}},
        }
    )
    return decide_readiness(observation, 1, 1, START + timedelta(minutes=minutes), START, DEADLINE)


@pytest.mark.parametrize(
    "names", [["*.llm.example.com"], [HOST], ["other.example.com", HOST.upper()]]
)
def test_a_cell_is_ready_with_a_certificate_for_its_name(names: list[str]):
    assert look(3, {POD: {**GOOD, "names": names}}).verdict is ReadinessVerdict.READY


def test_a_gateway_that_tells_nothing_yet_is_waited_for():
    readiness = look(50, None)
    assert readiness.verdict is ReadinessVerdict.WAIT
    assert readiness.gateway.failure is None


@pytest.mark.parametrize(
    ("served", "reason", "fix"),
    [
        (None, "CertificateUnusable", "exportable"),
        ({**GOOD, "names": ["llm.example.com"]}, "CertificateForOtherName", HOST),
        ({**GOOD, "names": ["*.example.com"]}, "CertificateForOtherName", HOST),
        ({**GOOD, "names": []}, "CertificateForOtherName", HOST),
        ({**GOOD, "expiresAt": "2026-11-22T11:00:00Z"}, "CertificateExpired", "Renew it"),
    ],
)
def test_what_front_door_would_refuse_is_told_at_once_and_given_up_when_it_lasts(
    served: dict[str, Any] | None, reason: str, fix: str
):
    first = look(3, {POD: served})
    assert first.verdict is ReadinessVerdict.WAIT
    assert first.gateway.failure
    assert first.gateway.failure.reason == reason
    assert fix in first.gateway.failure.suggested_action
    lasting = look(6, {POD: served})
    assert (lasting.verdict, lasting.failure and lasting.failure.reason) == (
        ReadinessVerdict.GIVE_UP,
        reason,
    )


MOUNTS = [
    pytest.param(
        f"{FRAME}{GET}ERROR CODE: SecretNotFound\n",
        "CertificateNotFound",
        "keyVaultCertificateId",
        id="missing",
    ),
    pytest.param(
        f'{FRAME}{GET}"Operation get is not allowed on a disabled secret."',
        "CertificateDisabled",
        "Enable it",
        id="disabled",
    ),
    pytest.param(
        f"{FRAME}pkcs12: expected exactly two items in the authenticated safe",
        "CertificateUnusable",
        "exportable",
        id="no key",
    ),
    pytest.param(
        f'{FRAME}Get "https://fraud-team.vault.azure.net/secrets/llm/": dial tcp: lookup '
        "fraud-team.vault.azure.net: no such host",
        "VaultNotFound",
        "keyVaultCertificateId",
        id="no vault",
    ),
    pytest.param(
        'MountVolume.SetUp failed for volume "certificate" : driver name '
        "secrets-store.csi.k8s.io not found in the list of registered CSI drivers",
        "SecretsDriverMissing",
        "add-on",
        id="no add-on",
    ),
]


@pytest.mark.parametrize("ready", [(False,), (False, True)], ids=["new", "beside the old"])
@pytest.mark.parametrize(("message", "reason", "fix"), MOUNTS)
def test_a_mount_that_fails_is_explained_in_words_of_certificates(
    message: str, reason: str, fix: str, ready: tuple[bool, ...]
):
    served = {"fraud-llm-gateway-2": GOOD} if len(ready) > 1 else None
    readiness = look(7, served, mount_event(message), ready=ready)
    assert readiness.failure
    assert (readiness.verdict, readiness.failure.reason) == (ReadinessVerdict.GIVE_UP, reason)
    assert fix in readiness.failure.suggested_action


def test_a_role_may_take_longer_to_apply():
    forbidden = f'{FRAME}{GET}Caller: oid={OID};\n"ForbiddenByRbac"'
    readiness = look(7, None, mount_event(forbidden), ready=(False,))
    assert readiness.verdict is ReadinessVerdict.WAIT
    failure = readiness.gateway.failure
    assert failure
    assert failure.reason == "CertificateForbidden"
    assert f"--assignee-object-id {OID}" in failure.suggested_action
