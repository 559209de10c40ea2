"""Mounts of secrets that fail: the cause, the secret's name, and a command that ends it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.kubernetes.observation import Observation
from domain.kubernetes.readiness import Readiness, ReadinessVerdict, decide_readiness

POD = "fraud-llm-6f7d-x1"
START = datetime(2026, 11, 22, 12, tzinfo=UTC)
DEADLINE = START + timedelta(minutes=60)
OID = "99999999-2222-4333-8444-555555555555"
VAULT_ID = (
    "/subscriptions/5b5c5b5c-0000-4000-8000-000000000001/resourcegroups/fraud/providers/"
    "microsoft.keyvault/vaults/fraud-team"
)
FRAME = (
    'MountVolume.SetUp failed for volume "secrets" : rpc error: code = Unknown desc = failed to '
    f"mount secrets store objects for pod inference/{POD}, err: rpc error: code = Unknown desc = "
    "failed to mount objects, error: failed to get objectType:secret, objectName:hf-token, "
    "objectVersion:: "
)
GET = "GET https://fraud-team.vault.azure.net/secrets/hf-token/\n----\n"
NOT_FOUND = f"{FRAME}{GET}RESPONSE 404: 404 Not Found\nERROR CODE: SecretNotFound\n----\n"
DISABLED = (
    f"{FRAME}{GET}RESPONSE 403: 403 Forbidden\nERROR CODE: Forbidden\n----\n"
    '"message": "Operation get is not allowed on a disabled secret.", '
    '"innererror": {"code": "SecretDisabled"}'
)
FORBIDDEN = (
    f"{FRAME}{GET}RESPONSE 403: 403 Forbidden\nERROR CODE: Forbidden\n----\n"
    f'"message": "Caller is not authorized to perform action on resource.\\r\\nCaller: appid=x;'
    f"oid={OID};iss=y\\r\\nResource: '{VAULT_ID}/secrets/hf-token'\\r\\n\", "
    '"innererror": {"code": "ForbiddenByRbac"}'
)
NO_POLICY = (
    f'{FRAME}{GET}RESPONSE 403: 403 Forbidden\n"message": "The user, group or application '
    f"'appid=x;oid={OID};iss=y' does not have secrets get permission on key vault 'fraud-team'"
)
BLOCKED = (
    f'{FRAME}{GET}RESPONSE 403: 403 Forbidden\n"Client address is not authorized and caller is '
    'not a trusted service.", "innererror": {"code": "ForbiddenByFirewall"}'
)
OLD = (
    'MountVolume.SetUp failed for volume "secrets" : rpc error: failed to get objectType:secret, '
    "objectName:hf-token, objectVersion:: keyvault.BaseClient#GetSecret: Failure responding to "
    'request: StatusCode=404 -- Status=404 Code="SecretNotFound" Message="A secret"'
)
NOT_FEDERATED = (
    f"{FRAME}ClientAssertionCredential authentication failed. \nPOST https://login.microsoftonline"
    '.com/t/oauth2/v2.0/token\n"error_description": "AADSTS700213: No matching federated identity '
    'record found"'
)
NO_VAULT = (
    f'{FRAME}Get "https://fraud-team.vault.azure.net/secrets/hf-token/": dial tcp: lookup '
    "fraud-team.vault.azure.net: no such host"
)
NO_DRIVER = (
    'MountVolume.SetUp failed for volume "secrets" : kubernetes.io/csi: mounter.SetUpAt failed to '
    "get CSI client: driver name secrets-store.csi.k8s.io not found in the list of registered CSI "
    "drivers"
)
NO_CLASS = (
    'MountVolume.SetUp failed for volume "secrets" : rpc error: code = Unknown desc = failed to '
    "get secretproviderclass inference/x, error: SecretProviderClass not found"
)
TIMED_OUT = "Unable to attach or mount volumes: unmounted volumes=[secrets]: timed out"


def event(message: str, minutes: float = 1, last: float = 2) -> dict[str, Any]:
    return {
        "reason": "FailedMount",
        "message": message,
        "object": f"Pod/{POD}",
        "firstSeenAt": (START + timedelta(minutes=minutes)).isoformat(),
        "lastSeenAt": (START + timedelta(minutes=last)).isoformat(),
    }


def look(*events: dict[str, Any], minutes: float = 3, phase: str = "Pending") -> Readiness:
    observation = Observation.from_wire(
        {
            "nodes": [{"name": "aks-gpu-1", "ready": True, "gpusAllocatable": 1}],
            "pods": [{"name": POD, "phase": phase, "ready": False, "reason": "ContainerCreating"}],
            "gateways": [{"name": "g", "phase": "Running", "ready": True}],
            "externalIp": "20.1.2.3",
            "events": list(events),
        }
    )
    return decide_readiness(observation, 1, 1, START + timedelta(minutes=minutes), START, DEADLINE)


CASES = [
    pytest.param(NOT_FOUND, "SecretNotFound", "--name hf-token", id="no secret"),
    pytest.param(OLD, "SecretNotFound", "az keyvault secret set", id="no secret, older provider"),
    pytest.param(DISABLED, "SecretDisabled", "Enable it", id="disabled"),
    pytest.param(
        FORBIDDEN,
        "SecretForbidden",
        f"az role assignment create --assignee-object-id {OID} --assignee-principal-type "
        f'ServicePrincipal --role "Key Vault Secrets User" --scope {VAULT_ID}',
        id="no role",
    ),
    pytest.param(NO_POLICY, "SecretForbidden", f"object-id {OID}", id="no access policy"),
    pytest.param(BLOCKED, "VaultBlocked", "network settings", id="firewall"),
    pytest.param(NOT_FEDERATED, "IdentityNotFederated", "federated credential", id="federation"),
    pytest.param(NO_VAULT, "VaultNotFound", "keyVaultSecretId", id="no vault"),
    pytest.param(NO_DRIVER, "SecretsDriverMissing", "add-on", id="no add-on"),
    pytest.param(NO_CLASS, "SecretProviderClassMissing", "Repair", id="no class"),
]


@pytest.mark.parametrize(("message", "reason", "fix"), CASES)
def test_the_cause_stands_on_the_step_as_soon_as_an_event_shows_it(
    message: str, reason: str, fix: str
) -> None:
    readiness = look(event(message))
    assert readiness.verdict is ReadinessVerdict.WAIT
    failure = readiness.pods.failure
    assert failure
    assert failure.reason == reason
    assert fix in failure.suggested_action


@pytest.mark.parametrize("message", [NOT_FOUND, FORBIDDEN, DISABLED, OLD])
def test_the_secret_is_named(message: str) -> None:
    failure = look(event(message)).pods.failure
    assert failure
    assert "'hf-token'" in failure.message
    assert "fraud-team" in failure.message or message is OLD


def test_a_later_event_that_knows_no_cause_does_not_hide_it() -> None:
    failure = look(event(TIMED_OUT, last=2.5), event(NOT_FOUND)).pods.failure
    assert failure
    assert failure.reason == "SecretNotFound"


def test_a_mount_of_another_kind_is_what_it_was() -> None:
    failure = look(event('MountVolume.SetUp failed : configmap "x" not found')).pods.failure
    assert failure
    assert failure.reason == "VolumeMountFailed"


@pytest.mark.parametrize(
    ("message", "minutes", "gives_up"),
    [
        (NOT_FOUND, 5.9, False),
        (NOT_FOUND, 6.0, True),
        (FORBIDDEN, 10.9, False),
        (FORBIDDEN, 11.0, True),
    ],
)
def test_what_does_not_pass_is_given_up_before_the_gpu_node_has_cost_an_hour(
    message: str, minutes: float, gives_up: bool
) -> None:
    readiness = look(event(message, minutes=1, last=5.5), minutes=minutes)
    assert (readiness.verdict is ReadinessVerdict.GIVE_UP) is gives_up
    if gives_up:
        assert readiness.failure
        assert readiness.failure.reason in {"SecretNotFound", "SecretForbidden"}


def test_a_pod_that_has_started_is_not_given_up_for_an_old_event() -> None:
    readiness = look(event(NOT_FOUND), minutes=20, phase="Running")
    assert readiness.verdict is ReadinessVerdict.WAIT
    assert readiness.pods.failure is None
