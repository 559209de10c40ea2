"""Refusals of a cluster's API server, told apart by status and Kubernetes' own text."""

import pytest

from domain.kubernetes.failures import api_server_unreachable, kubernetes_refused

AZURE_RBAC = (
    'deployments.apps "fraud-llm" is forbidden: User "app" cannot patch resource "deployments" in '
    'API group "apps" in the namespace "inference": User does not have access to the resource in '
    "Azure. Update role assignment to allow access."
)


@pytest.mark.parametrize(
    ("code", "message", "reason", "retryable", "action"),
    [
        pytest.param(403, AZURE_RBAC, "KubernetesRequestFailed", True, "data actions", id="RBAC"),
        pytest.param(
            401, "Unauthorized", "KubernetesRequestFailed", True, "data actions", id="no identity"
        ),
        pytest.param(
            403,
            'admission webhook "validation.gatekeeper.sh" denied the request: no root',
            "AdmissionDenied",
            False,
            "'validation.gatekeeper.sh'",
            id="webhook",
        ),
        pytest.param(
            403,
            'services "fraud-llm" is forbidden: exceeded quota: tenants, requested: '
            "services.loadbalancers=1, used: services.loadbalancers=0, limited: "
            "services.loadbalancers=0",
            "AdmissionDenied",
            False,
            "a quota",
            id="ResourceQuota",
        ),
        pytest.param(
            403,
            'pods "fraud-llm" is forbidden: violates PodSecurity "restricted:latest": '
            "allowPrivilegeEscalation != false",
            "AdmissionDenied",
            False,
            "pod security level",
            id="PodSecurity",
        ),
        pytest.param(
            403,
            'deployments.apps "fraud-llm" is forbidden: unable to create new content in namespace '
            "inference because it is being terminated",
            "AdmissionDenied",
            True,
            "namespace inference",
            id="namespace that is being deleted",
        ),
        pytest.param(429, "slow down", "KubernetesThrottled", True, "repeated", id="throttled"),
        pytest.param(503, "no", "KubernetesUnavailable", True, "power state", id="unavailable"),
        pytest.param(500, "no", "KubernetesUnavailable", True, "power state", id="broken"),
        pytest.param(
            422, "no field X", "KubernetesRequestFailed", False, "Correct what", id="invalid"
        ),
        pytest.param(409, "no", "KubernetesRequestFailed", True, "Correct what", id="conflict"),
        pytest.param(
            409,
            'admission webhook "quota.example" denied the request: no',
            "AdmissionDenied",
            False,
            "'quota.example'",
            id="webhook that calls it a conflict",
        ),
        pytest.param(
            422,
            "services \"x\" is forbidden: ValidatingAdmissionPolicy 'no-public-ip' with binding "
            "'all' denied request: no",
            "AdmissionDenied",
            False,
            "'no-public-ip'",
            id="policy",
        ),
    ],
)
def test_a_refusal_is_told_apart_by_status_and_text(
    code: int, message: str, reason: str, retryable: bool, action: str
):
    failure = kubernetes_refused("apply workload", code, "Reason", message)
    assert (failure.reason, failure.retryable) == (reason, retryable)
    assert action in failure.suggested_action
    assert message in failure.message
    assert failure.innererror == {"code": "Reason", "status": code}


def test_a_refusal_without_words_is_told_by_its_code():
    failure = kubernetes_refused("apply workload", 404, "NotFound", "")
    assert failure.message == "Kubernetes refused to apply workload: 404 NotFound"


def test_an_api_server_that_does_not_answer_may_do_so_later():
    failure = api_server_unreachable("timed out")
    assert (failure.reason, failure.retryable) == ("ApiServerUnreachable", True)
    assert "timed out" in failure.message
    assert "power state" in failure.suggested_action
