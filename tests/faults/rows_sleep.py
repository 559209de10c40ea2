"""Faults that meet an environment on its way to zero nodes and back."""

from functools import partial

from domain.environment.operation import OperationKind
from domain.environment.phases import Phase
from tests.faults.answers import (
    GPU_POOL,
    IMAGE,
    answer,
    edge,
    ends,
    in_cluster,
    kubernetes,
    poll,
)
from tests.faults.row import Recovery
from tests.faults.row import fails as row_that_fails
from tests.faults.row import passes as row_that_passes

sleeps = partial(row_that_passes, OperationKind.SCALE_DOWN)
stays = partial(row_that_fails, OperationKind.SCALE_DOWN)
wakes = partial(row_that_passes, OperationKind.WAKE)
sleeps_on = partial(row_that_fails, OperationKind.WAKE)

SETTINGS, WORKLOAD, POOL = "cell/settings", "cell/workload", "cell/gpuPool"
PODS = "cell/pods"
AUTOSCALER_MINUTES = 25
"""By then the autoscaler has removed a node that has been without pods for ten minutes."""

RECONCILE = "ReconcileVMSSAgentPoolFailed"
BUSY = "Operation is not allowed because there's an in progress update managed cluster operation"

SCALE_DOWN_ROWS = (
    sleeps(
        "down-settings-503",
        SETTINGS,
        "GET of the pool: 503, six times",
        answer("GET", GPU_POOL, 503, "ServerBusy", "The server is busy.", count=6),
    ),
    sleeps(
        "down-pool-busy",
        POOL,
        "PUT of the pool: 409, another operation, ten times",
        answer("PUT", GPU_POOL, 409, "OperationNotAllowed", BUSY, count=10),
    ),
    sleeps(
        "down-poll-404",
        POOL,
        "Polls of the pool's change: 404, for ever",
        poll(GPU_POOL, 404, "NotFound"),
    ),
    sleeps(
        "down-api-server-503",
        WORKLOAD,
        "The API server: 503, twice",
        kubernetes("PATCH", "", 503, "ServiceUnavailable", "not ready", count=2),
    ),
    sleeps(
        "down-gateway-503",
        WORKLOAD,
        "The file that tells the gateway: 503, three times",
        kubernetes("PATCH", "/configmaps/", 503, "ServiceUnavailable", "not ready", count=3),
    ),
    stays(
        "down-pool-fails",
        POOL,
        "The pool's scale to zero ends Failed",
        ends("PUT", GPU_POOL, RECONCILE, "The scale set is busy."),
        reason="AzureRequestFailed",
        says="The scale set is busy",
        settles_minutes=AUTOSCALER_MINUTES,
    ),
    stays(
        "down-policy-denies",
        POOL,
        "PUT of the pool: 403 RequestDisallowedByPolicy",
        answer("PUT", GPU_POOL, 403, "RequestDisallowedByPolicy", "disallowed by policy 'pools'"),
        reason="PolicyDenied",
        says="'pools'",
        phase=Phase.READY,
        gpu_nodes=1,
        recovery=Recovery.SCALE_DOWN,
    ),
    stays(
        "down-settings-forbidden",
        SETTINGS,
        "GET of the pool: 403 AuthorizationFailed",
        answer("GET", GPU_POOL, 403, "AuthorizationFailed", "agentPools/read"),
        reason="Forbidden",
        says="agentPools/read",
        phase=Phase.READY,
        gpu_nodes=1,
        recovery=Recovery.SCALE_DOWN,
    ),
    stays(
        "down-webhook-denies",
        WORKLOAD,
        "An admission webhook denies the Deployment",
        kubernetes(
            "PATCH",
            "/deployments/",
            403,
            "Forbidden",
            'admission webhook "freeze.example.com" denied the request: change freeze',
        ),
        reason="AdmissionDenied",
        says="change freeze",
    ),
)

WAKE_ROWS = (
    wakes(
        "wake-pool-503",
        POOL,
        "PUT of the pool: 503, eight times",
        answer("PUT", GPU_POOL, 503, "ServerBusy", "The server is busy.", count=8),
    ),
    wakes(
        "wake-poll-404",
        POOL,
        "Polls of the pool's change: 404, for ever",
        poll(GPU_POOL, 404, "NotFound"),
    ),
    sleeps_on(
        "wake-allocation-failed",
        POOL,
        "The pool's first node: AllocationFailed",
        ends("PUT", GPU_POOL, RECONCILE, 'Code="AllocationFailed"', count=1),
        reason="AllocationFailed",
        says="AllocationFailed",
        recovery=Recovery.WAKE,
    ),
    sleeps_on(
        "wake-zone-is-full",
        POOL,
        "The pool's first node: ZonalAllocationFailed",
        ends("PUT", GPU_POOL, RECONCILE, 'Code="ZonalAllocationFailed"', count=1),
        reason="ZonalAllocationFailed",
        says="ZonalAllocationFailed",
    ),
    sleeps_on(
        "wake-quota",
        POOL,
        "PUT of the pool: 400, vCPUs of the family",
        answer(
            "PUT",
            GPU_POOL,
            400,
            "ErrCode_InsufficientVCPUQuota",
            "Insufficient vcpu quota requested 24, remaining 0 for family "
            "standardNCADSA100v4Family for region westeurope.",
        ),
        reason="QuotaExceeded",
        says="has 0 left; 24 are required",
        short=True,
        phase=Phase.SCALED_DOWN,
        recovery=Recovery.WAKE,
    ),
    sleeps_on(
        "wake-role-taken-away",
        POOL,
        "PUT of the pool: 403 AuthorizationFailed",
        answer("PUT", GPU_POOL, 403, "AuthorizationFailed", "agentPools/write"),
        reason="Forbidden",
        says="agentPools/write",
        phase=Phase.SCALED_DOWN,
        recovery=Recovery.WAKE,
    ),
    sleeps_on(
        "wake-crash-loop",
        PODS,
        "The container crashes",
        in_cluster(images={IMAGE: {"outcome": "Crashes"}}),
        reason="CrashLoopBackOff",
        says="crashed",
    ),
    sleeps_on(
        "wake-image-gone",
        PODS,
        "The image's pull: not found",
        in_cluster(images={IMAGE: {"outcome": "PullFails"}}),
        reason="ImagePullFailed",
        says="not found",
        recovery=Recovery.WAKE,
    ),
    sleeps_on(
        "wake-webhook-denies",
        WORKLOAD,
        "An admission webhook denies the Deployment",
        kubernetes(
            "PATCH",
            "/deployments/{name}$",
            403,
            "Forbidden",
            'admission webhook "freeze.example.com" denied the request: change freeze',
        ),
        reason="AdmissionDenied",
        says="change freeze",
    ),
    sleeps_on(
        "wake-gateway-denied",
        "cell/gateway",
        "An admission webhook denies the gateway",
        kubernetes(
            "PATCH",
            "/deployments/{name}-gateway",
            403,
            "Forbidden",
            'admission webhook "freeze.example.com" denied the request: change freeze',
        ),
        reason="AdmissionDenied",
        says="change freeze",
        phase=Phase.SCALED_DOWN,
        recovery=Recovery.WAKE,
    ),
    sleeps_on(
        "wake-edge-silent",
        "probe",
        "The edge answers 502, for ever",
        edge(502, "<html><body>502</body></html>"),
        reason="EdgePropagationTimeout",
        says="HTTP 502",
        retryable=True,
    ),
    sleeps_on(
        "wake-canceled",
        POOL,
        "The pool's change is aborted in Azure",
        ends("PUT", GPU_POOL, "Canceled", "", count=1, canceled=True),
        reason="OperationCanceled",
        says="was canceled in Azure",
    ),
)

SLEEP_ROWS = (*SCALE_DOWN_ROWS, *WAKE_ROWS)
