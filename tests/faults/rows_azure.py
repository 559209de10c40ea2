"""What Azure does to the first building of an environment, in its cell."""

from functools import partial

from domain.environment.operation import OperationKind
from tests.faults.answers import (
    CELL_GROUP,
    CLUSTER,
    answer,
    ends,
    poll,
    recorded,
)
from tests.faults.row import fails as row_that_fails
from tests.faults.row import passes as row_that_passes

passes = partial(row_that_passes, OperationKind.PROVISION)
fails = partial(row_that_fails, OperationKind.PROVISION)

GROUP_STEP = "cell/resourceGroup"
STEP = "cell/managedCluster"
RECONCILE = "ReconcileVMSSAgentPoolFailed"

PASSING = (
    passes(
        "busy-for-minutes",
        STEP,
        "PUT of the cluster: 503, for three minutes",
        answer("PUT", CLUSTER, 503, "ServerBusy", "The server is busy.", count=12),
    ),
    passes(
        "throttled-group",
        GROUP_STEP,
        "PUT of the group: 429 with Retry-After 60, three times",
        answer(
            "PUT",
            CELL_GROUP,
            429,
            "SubscriptionRequestsThrottled",
            "Too many.",
            count=3,
            headers={"Retry-After": "60"},
        ),
    ),
    passes(
        "error-500-on-get",
        STEP,
        "GET of the cluster: 500 InternalServerError, eight times",
        recorded("GET", CLUSTER, "InternalServerError", count=8),
    ),
    passes(
        "gateway-504-begun",
        STEP,
        "PUT of the cluster: 504, but the creation has begun",
        recorded("PUT", CLUSTER, "GatewayTimeout", count=1, after=True),
    ),
    passes(
        "identity-throttled",
        STEP,
        "PUT of the cluster: 429 FailedIdentityOperation, three times",
        recorded("PUT", CLUSTER, "FailedIdentityOperation", count=3),
    ),
    passes(
        "group-not-replicated",
        STEP,
        "PUT of the cluster: 404 ResourceGroupNotFound, three times",
        answer(
            "PUT",
            CLUSTER,
            404,
            "ResourceGroupNotFound",
            "Resource group could not be found.",
            count=3,
        ),
    ),
    passes(
        "group-being-deleted",
        GROUP_STEP,
        "PUT of the group: 409 ResourceGroupBeingDeleted, for five minutes",
        answer(
            "PUT",
            CELL_GROUP,
            409,
            "ResourceGroupBeingDeleted",
            "The resource group is in deprovisioning state and cannot perform this operation.",
            count=20,
        ),
    ),
    passes(
        "poll-404",
        STEP,
        "Polls of the creation: 404, twice",
        poll(CLUSTER, 404, "NotFound", count=2),
    ),
    passes(
        "poll-403-for-good",
        STEP,
        "Polls of the creation: 403, for ever",
        poll(CLUSTER, 403, "AuthorizationFailed"),
    ),
    passes(
        "poll-502",
        STEP,
        "Polls of the creation: 502 with a proxy's page, ten times",
        poll(CLUSTER, 502, "BadGateway", count=10),
    ),
    passes(
        "stray-error-in-poll",
        STEP,
        "Polls of the creation: an error beside the status, and it succeeds",
        ends("PUT", CLUSTER, "NotLatestOperation", "", stray=True),
    ),
)

ENDED_FAILED = (
    fails(
        "allocation-failed",
        STEP,
        "The creation ends Failed: AllocationFailed",
        ends("PUT", CLUSTER, RECONCILE, 'Code="AllocationFailed" Message="Allocation failed."'),
        reason="AllocationFailed",
        says="Allocation failed",
        short=True,
    ),
    fails(
        "zone-is-full",
        STEP,
        "The creation ends Failed: OverconstrainedZonalAllocationRequest",
        ends("PUT", CLUSTER, RECONCILE, 'Code="OverconstrainedZonalAllocationRequest"'),
        reason="ZonalAllocationFailed",
        says="OverconstrainedZonalAllocationRequest",
    ),
    fails(
        "quota-found-late",
        STEP,
        "The creation ends Failed: OperationNotAllowed, cores",
        {"operation": f"^PUT .*{CLUSTER}", "recorded": RECONCILE},
        reason="RegionalQuotaExceeded",
        says="has 2 vCPUs left (limit 20, used 18); 4 are required",
    ),
    fails(
        "subnet-full",
        STEP,
        "The creation ends Failed: InsufficientSubnetSize",
        ends(
            "PUT",
            CLUSTER,
            "InsufficientSubnetSize",
            "Pre-allocated IPs 151 exceeds IPs available 11 in Subnet.",
        ),
        reason="SubnetFull",
        says="exceeds IPs available",
    ),
    fails(
        "canceled-in-azure",
        STEP,
        "The creation is aborted in Azure",
        ends("PUT", CLUSTER, "Canceled", "", canceled=True),
        reason="OperationCanceled",
        says="was canceled in Azure",
    ),
    fails(
        "preempted",
        STEP,
        "The creation ends Failed: OperationPreempted",
        ends("PUT", CLUSTER, "OperationPreempted", "The operation was preempted by another."),
        reason="OperationSuperseded",
        says="preempted",
    ),
)

AZURE_ROWS = (*PASSING, *ENDED_FAILED)
