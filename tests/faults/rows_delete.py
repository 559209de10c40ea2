"""Faults that meet the deletion of an environment."""

from functools import partial

from domain.environment.operation import OperationKind
from tests.faults.answers import (
    CELL_GROUP,
    CLUSTER,
    EDGE_GROUP,
    PROFILE,
    answer,
    ends,
    poll,
    recorded,
)
from tests.faults.row import Recovery
from tests.faults.row import fails as row_that_fails
from tests.faults.row import passes as row_that_passes

passes = partial(row_that_passes, OperationKind.DELETE)
fails = partial(row_that_fails, OperationKind.DELETE)

CELL, EDGE = "cell/resourceGroup", "edge/resourceGroup"
LOCKED = "The scope cannot perform delete operation because following scope(s) are locked."

DELETE_ROWS = (
    passes(
        "del-cluster-busy",
        "cell/managedCluster",
        "DELETE of the cluster: 503, for four minutes",
        answer("DELETE", CLUSTER, 503, "ServerBusy", "The server is busy.", count=16),
    ),
    passes(
        "del-cluster-404",
        "cell/managedCluster",
        "DELETE of the cluster: 404, once",
        answer("DELETE", CLUSTER, 404, "NotFound", "not found", count=1),
    ),
    passes(
        "del-cluster-fails",
        "cell/managedCluster",
        "The cluster's deletion ends Failed, once; its group's succeeds",
        ends("DELETE", CLUSTER, "InternalOperationError", "Internal server error", count=1),
    ),
    passes(
        "del-group-fails",
        CELL,
        "The group's deletion ends Failed, once",
        ends(
            "DELETE",
            CELL_GROUP,
            "ResourceGroupDeletionBlocked",
            "Deletion of resource group failed as resources could not be deleted.",
            count=1,
        ),
    ),
    passes(
        "del-poll-403",
        "cell/managedCluster",
        "Polls of the cluster's deletion: 403, for ever",
        poll(CLUSTER, 403, "AuthorizationFailed"),
    ),
    passes(
        "del-profile-throttled",
        "edge/profile",
        "DELETE of the profile: 429 TooManyRequests, five times",
        recorded("DELETE", PROFILE, "TooManyRequests", count=5),
    ),
    passes(
        "del-504-begun",
        CELL,
        "DELETE of the group: 504, but the deletion has begun",
        recorded("DELETE", CELL_GROUP, "GatewayTimeout", count=1, after=True),
    ),
    passes(
        "del-group-unreadable",
        EDGE,
        "GET of the group: 503, four times",
        answer("GET", EDGE_GROUP, 503, "ServiceUnavailable", "Service unavailable.", count=4),
    ),
    fails(
        "del-cell-locked",
        CELL,
        "DELETE of cluster and group: 409 ScopeLocked",
        answer("DELETE", CLUSTER, 409, "ScopeLocked", LOCKED),
        answer("DELETE", CELL_GROUP, 409, "ScopeLocked", LOCKED),
        reason="ResourceLocked",
        says="are locked",
        short=True,
    ),
    fails(
        "del-edge-locked",
        EDGE,
        "DELETE of the edge's group: 409 ScopeLocked",
        answer("DELETE", EDGE_GROUP, 409, "ScopeLocked", LOCKED),
        reason="ResourceLocked",
        says="are locked",
        cluster=False,
        recovery=Recovery.DELETE,
    ),
    fails(
        "del-role-taken-away",
        CELL,
        "DELETE of cluster and group: 403 AuthorizationFailed",
        answer("DELETE", CLUSTER, 403, "AuthorizationFailed", "managedClusters/delete"),
        answer("DELETE", CELL_GROUP, 403, "AuthorizationFailed", "resourceGroups/delete"),
        reason="Forbidden",
        says="resourceGroups/delete",
    ),
    fails(
        "del-policy-denies",
        CELL,
        "DELETE of cluster and group: 403 RequestDisallowedByPolicy",
        answer("DELETE", CLUSTER, 403, "RequestDisallowedByPolicy", "disallowed by policy 'keep'"),
        answer(
            "DELETE", CELL_GROUP, 403, "RequestDisallowedByPolicy", "disallowed by policy 'keep'"
        ),
        reason="PolicyDenied",
        says="'keep'",
    ),
    fails(
        "del-nested-resources",
        CELL,
        "DELETE of the group: 409 CannotDeleteResource",
        recorded("DELETE", CELL_GROUP, "CannotDeleteResource"),
        reason="ResourceInUse",
        says="nested resources exist",
        cluster=False,
        recovery=Recovery.DELETE,
    ),
)
