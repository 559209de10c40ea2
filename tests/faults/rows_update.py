"""Faults that meet the update of an environment that serves."""

from functools import partial
from typing import Any

from domain.environment.operation import OperationKind
from domain.environment.phases import Phase
from tests.faults.answers import (
    BROKEN,
    CLUSTER,
    PROFILE,
    ROUTE,
    WAF_POLICY,
    answer,
    edge,
    ends,
    in_cluster,
    kubernetes,
    poll,
    recorded,
)
from tests.faults.row import Recovery
from tests.faults.row import fails as row_that_fails
from tests.faults.row import passes as row_that_passes
from tests.support.specs import spec_body

passes = partial(row_that_passes, OperationKind.UPDATE)
fails = partial(row_that_fails, OperationKind.UPDATE, gpu_nodes=1)

CLUSTER_STEP, WORKLOAD, PODS = "cell/managedCluster", "cell/workload", "cell/pods"
MORE_NODES = {"gpu": {"vmSize": "Standard_NC24ads_A100_v4", "maxNodes": 7}}


def image(reference: str) -> dict[str, Any]:
    model = {"name": "fraud-llm", "version": "7"}
    return {"workload": {"image": reference, "model": model}}


BLUE_GREEN = {"update": {"strategy": "blueGreen", "steps": [], "keepMinutes": 1}}
"""The old version goes on serving whatever becomes of the new one."""


def replicas(count: int) -> dict[str, Any]:
    return {"workload": {**spec_body()["workload"], "replicas": count}}


UPDATE_ROWS = (
    passes(
        "upd-cluster-throttled",
        CLUSTER_STEP,
        "GET of the cluster: 429 with Retry-After 60, four times",
        answer(
            "GET",
            CLUSTER,
            429,
            "SubscriptionRequestsThrottled",
            "Too many.",
            count=4,
            headers={"Retry-After": "60"},
        ),
    ),
    passes(
        "upd-edge-busy",
        "edge/profile",
        "PUT of the profile: 503, for five minutes",
        answer("PUT", PROFILE, 503, "ServiceUnavailable", "Service unavailable.", count=20),
    ),
    passes(
        "upd-504-begun",
        CLUSTER_STEP,
        "PUT of the cluster: 504, but the update has begun",
        recorded("PUT", CLUSTER, "GatewayTimeout", count=1, after=True),
        short=True,
    ),
    passes(
        "upd-poll-403",
        CLUSTER_STEP,
        "Polls of the cluster's update: 403, for ever",
        poll(CLUSTER, 403, "AuthorizationFailed"),
    ),
    passes(
        "upd-pods-unreadable",
        PODS,
        "List of the pods: 429, ten times",
        kubernetes("GET", "/pods", 429, "TooManyRequests", "too many requests", count=10),
    ),
    fails(
        "upd-image-missing",
        PODS,
        "The new image's pull: not found",
        change=image("registry.example.com/llm:does-not-exist"),
        reason="ImagePullFailed",
        says="not found",
        recovery=Recovery.CORRECT,
        swept=True,
    ),
    fails(
        "upd-image-crashes",
        PODS,
        "The new image's container crashes",
        in_cluster(images={BROKEN: {"outcome": "Crashes"}}),
        change=image(BROKEN),
        reason="CrashLoopBackOff",
        says="crashed",
        recovery=Recovery.CORRECT,
        swept=True,
    ),
    fails(
        "upd-cluster-fails",
        CLUSTER_STEP,
        "The cluster's update ends Failed: AllocationFailed",
        ends("PUT", CLUSTER, "ReconcileVMSSAgentPoolFailed", 'Code="AllocationFailed"'),
        change=MORE_NODES,
        reason="AllocationFailed",
        says="AllocationFailed",
    ),
    fails(
        "upd-drain-fails",
        CLUSTER_STEP,
        "The cluster's update ends Failed: PodDrainFailure, quoting TooManyRequests",
        ends(
            "PUT",
            CLUSTER,
            "PodDrainFailure",
            "Drain node aks-system-0 failed: Cannot evict pod, TooManyRequests",
        ),
        change=MORE_NODES,
        reason="PodDrainFailed",
        says="Cannot evict pod",
    ),
    fails(
        "upd-policy-denies",
        CLUSTER_STEP,
        "PUT of the cluster: 403 RequestDisallowedByPolicy",
        answer("PUT", CLUSTER, 403, "RequestDisallowedByPolicy", "disallowed by policy 'tags'"),
        reason="PolicyDenied",
        says="'tags'",
    ),
    fails(
        "upd-reader-lost",
        CLUSTER_STEP,
        "GET of the cluster: 403 AuthorizationFailed",
        answer("GET", CLUSTER, 403, "AuthorizationFailed", "managedClusters/read"),
        reason="Forbidden",
        says="managedClusters/read",
    ),
    fails(
        "upd-edge-locked",
        "edge/profile",
        "PUT of the profile: 409 ScopeLocked",
        answer("PUT", PROFILE, 409, "ScopeLocked", "following scope(s) are locked"),
        reason="ResourceLocked",
        says="are locked",
    ),
    fails(
        "upd-waf-refused",
        "edge/wafPolicy",
        "PUT of the WAF policy: 400",
        answer(
            "PUT", WAF_POLICY, 400, "BadRequest", "WebApplicationFirewallPolicy validation failed."
        ),
        reason="AzureRequestFailed",
        says="validation failed",
    ),
    fails(
        "upd-webhook-denies",
        WORKLOAD,
        "A policy of the cluster denies the Deployment",
        kubernetes(
            "PATCH",
            "/deployments/",
            403,
            "Forbidden",
            "ValidatingAdmissionPolicy 'no-latest' with binding 'all' denied request",
        ),
        change=image("registry.example.com/llm:1.5.0"),
        reason="AdmissionDenied",
        says="no-latest",
    ),
    fails(
        "upd-edge-silent",
        "probe",
        "The edge answers 504, for ever",
        edge(504, "<html><body>504</body></html>"),
        reason="EdgePropagationTimeout",
        says="HTTP 504",
        retryable=True,
        recovery=Recovery.REPAIR,
    ),
    fails(
        "upd-canceled-in-azure",
        CLUSTER_STEP,
        "The cluster's update is aborted in Azure",
        ends("PUT", CLUSTER, "Canceled", "", canceled=True),
        change=MORE_NODES,
        reason="OperationCanceled",
        says="was canceled in Azure",
    ),
    fails(
        "upd-scale-up-fails",
        PODS,
        "replicas is raised, and Azure refuses the autoscaler the second machine",
        in_cluster(scaleUpError="AllocationFailed"),
        change=replicas(2),
        reason="AllocationFailed",
        says="AllocationFailed",
        recovered_gpu_nodes=2,
    ),
    passes(
        "upd-min-nodes-refused",
        CLUSTER_STEP,
        "minNodes is raised, and Azure refuses the autoscaler the second machine",
        in_cluster(scaleUpError="AllocationFailed"),
        change={"gpu": {"vmSize": "Standard_NC24ads_A100_v4", "minNodes": 2, "maxNodes": 5}},
        finding="NodeCountOutOfRange",
        recovered_gpu_nodes=None,
    ),
    fails(
        "upd-node-never-boots",
        PODS,
        "replicas is raised, and the node for the second one never comes",
        in_cluster(nodeBootSeconds=1200),
        later=(in_cluster(scaleUpError="AllocationFailed"),),
        later_minutes=10,
        change=replicas(2),
        reason="AllocationFailed",
        says="AllocationFailed",
        recovered_gpu_nodes=2,
    ),
    fails(
        "upd-next-crashes",
        PODS,
        "The new version crashes beside the one that serves",
        in_cluster(images={BROKEN: {"outcome": "Crashes"}}),
        spec=BLUE_GREEN,
        change={**BLUE_GREEN, **image(BROKEN)},
        reason="CrashLoopBackOff",
        says="crashed",
        phase=Phase.READY,
        recovery=Recovery.CORRECT,
        settles_minutes=30,
    ),
    fails(
        "upd-next-no-node",
        PODS,
        "Azure refuses the autoscaler the machine for the new version",
        in_cluster(scaleUpError="AllocationFailed"),
        spec=BLUE_GREEN,
        change={**BLUE_GREEN, **image("registry.example.com/llm:1.5.0")},
        reason="AllocationFailed",
        says="AllocationFailed",
        phase=Phase.READY,
    ),
    passes(
        "upd-next-pods-unread",
        "traffic/probe",
        "Requests to gateways through the API server: 503, ten times",
        kubernetes("GET", "/proxy/", 503, "ServiceUnavailable", "no route", count=10),
        spec=BLUE_GREEN,
        change={**BLUE_GREEN, **image("registry.example.com/llm:1.5.0")},
        settles_minutes=30,
    ),
    passes(
        "upd-route-busy",
        "edge/route",
        "GET of the route: 504 with a proxy's page, six times",
        recorded("GET", ROUTE, "GatewayTimeoutPage", count=6),
    ),
)
