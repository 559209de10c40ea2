"""Faults that meet the repair of an environment."""

from functools import partial

from domain.environment.operation import OperationKind
from tests.faults.answers import CLUSTER, answer, edge, kubernetes
from tests.faults.row import Recovery
from tests.faults.row import fails as row_that_fails
from tests.faults.row import passes as row_that_passes

passes = partial(row_that_passes, OperationKind.REPAIR)
fails = partial(row_that_fails, OperationKind.REPAIR, gpu_nodes=1, recovery=Recovery.REPAIR)

REPAIR_ROWS = (
    passes(
        "rep-cluster-busy",
        "cell/managedCluster",
        "GET of the cluster: 503, six times",
        answer("GET", CLUSTER, 503, "ServerBusy", "The server is busy.", count=6),
    ),
    passes(
        "rep-api-server-503",
        "cell/workload",
        "The API server: 503, three times",
        kubernetes("PATCH", "", 503, "ServiceUnavailable", "not ready", count=3),
    ),
    fails(
        "rep-reader-lost",
        "cell/managedCluster",
        "GET of the cluster: 403 AuthorizationFailed",
        answer("GET", CLUSTER, 403, "AuthorizationFailed", "managedClusters/read"),
        reason="Forbidden",
        says="managedClusters/read",
    ),
    fails(
        "rep-webhook-denies",
        "cell/workload",
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
    fails(
        "rep-edge-silent",
        "probe",
        "The edge answers 502, for ever",
        edge(502, "<html><body>502</body></html>"),
        reason="EdgePropagationTimeout",
        says="HTTP 502",
        retryable=True,
        recovery=Recovery.RETRY,
    ),
)
