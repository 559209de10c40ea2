"""What happens inside the cluster while an environment is built for the first time."""

from functools import partial

from domain.environment.operation import OperationKind
from domain.kubernetes.manifests import DEVICE_PLUGIN_IMAGE
from domain.serving.gateway.settings import ENVOY_IMAGE
from tests.faults.answers import GPU_POOL, IMAGE, ends, in_cluster, kubernetes
from tests.faults.row import fails as row_that_fails
from tests.faults.row import passes as row_that_passes

passes = partial(row_that_passes, OperationKind.PROVISION)
fails = partial(row_that_fails, OperationKind.PROVISION)

WORKLOAD, PODS, ADDRESS = "cell/workload", "cell/pods", "cell/externalIp"
GATEWAY = "cell/gateway"
CRASHES = {"outcome": "Crashes"}
RBAC = (
    'User "app" cannot patch resource "deployments" in API group "apps" in the namespace '
    '"inference": User does not have access to the resource in Azure. Update role assignment to '
    "allow access."
)


API_SERVER = (
    passes(
        "api-server-503",
        WORKLOAD,
        "The API server: 503, four times",
        kubernetes("PATCH", "", 503, "ServiceUnavailable", "not ready", count=4),
    ),
    passes(
        "api-server-429",
        WORKLOAD,
        "The API server: 429, four times",
        kubernetes("PATCH", "", 429, "TooManyRequests", "too many requests", count=4),
    ),
    passes(
        "api-server-401",
        WORKLOAD,
        "The API server: 401, four times",
        kubernetes("PATCH", "", 401, "Unauthorized", "Unauthorized", count=4),
    ),
    passes(
        "role-applies-late",
        WORKLOAD,
        "Apply of the Deployment: 403, three times",
        kubernetes("PATCH", "/deployments/", 403, "Forbidden", RBAC, count=3),
    ),
    passes(
        "pods-unreadable",
        PODS,
        "List of the pods: 503, ten times",
        kubernetes("GET", "/pods", 503, "ServiceUnavailable", "not ready", count=10),
    ),
    fails(
        "pods-never-readable",
        PODS,
        "List of the pods: 503, for ever",
        kubernetes("GET", "/pods", 503, "ServiceUnavailable", "etcd is away"),
        reason="KubernetesUnavailable",
        says="etcd is away",
        retryable=True,
    ),
    fails(
        "api-server-away",
        WORKLOAD,
        "The API server: 503, for ever",
        kubernetes("PATCH", "", 503, "ServiceUnavailable", "the server is shutting down"),
        reason="KubernetesUnavailable",
        says="the server is shutting down",
        retryable=True,
    ),
    fails(
        "role-missing",
        WORKLOAD,
        "Apply of the Deployment: 403, for ever",
        kubernetes("PATCH", "/deployments/", 403, "Forbidden", RBAC),
        reason="KubernetesRequestFailed",
        says="Update role assignment",
        retryable=True,
    ),
    fails(
        "webhook-denies",
        WORKLOAD,
        "An admission webhook denies the Deployment",
        kubernetes(
            "PATCH",
            "/deployments/",
            403,
            "Forbidden",
            'admission webhook "validation.gatekeeper.sh" denied the request: no root',
        ),
        reason="AdmissionDenied",
        says="validation.gatekeeper.sh",
    ),
    fails(
        "namespace-quota",
        GATEWAY,
        "Apply of the public Service: 403, exceeded quota",
        kubernetes(
            "PATCH",
            "/services/{name}$",
            403,
            "Forbidden",
            'services "fraud-llm" is forbidden: exceeded quota: tenants, requested: '
            "services.loadbalancers=1, used: services.loadbalancers=0, limited: "
            "services.loadbalancers=0",
        ),
        reason="AdmissionDenied",
        says="exceeded quota",
    ),
    fails(
        "object-invalid",
        WORKLOAD,
        "Apply of the Deployment: 422",
        kubernetes("PATCH", "/deployments/", 422, "Invalid", "spec.template.spec: Invalid value"),
        reason="KubernetesRequestFailed",
        says="Invalid value",
    ),
)

NODES = (
    fails(
        "node-never-ready",
        PODS,
        "The only GPU node is not heard of any more, while the model is loaded",
        in_cluster(images={IMAGE: {"outcome": "Loads", "afterSeconds": 2700}}),
        later=(in_cluster(lostPool="gpu"),),
        later_minutes=22,
        spec={"gpu": {"vmSize": "Standard_NC24ads_A100_v4", "maxNodes": 1}},
        reason="NodeNotReady",
        says="Kubelet stopped posting node status",
    ),
    fails(
        "no-gpu-advertised",
        "cell/nodes",
        "The device plugin's image: not found",
        in_cluster(images={DEVICE_PLUGIN_IMAGE: {"outcome": "PullFails"}}),
        reason="GpuNotAllocatable",
        says="advertises no nvidia.com/gpu",
    ),
    fails(
        "gpu-driver-missing",
        "cell/nodes",
        "The device plugin runs and registers no GPU",
        in_cluster(devicePluginBroken=True),
        reason="GpuNotAllocatable",
        says="has registered no GPU",
    ),
)

WORKLOADS = (
    fails(
        "image-not-found",
        PODS,
        "The image's pull: not found",
        in_cluster(images={IMAGE: {"outcome": "PullFails"}}),
        reason="ImagePullFailed",
        says="not found",
    ),
    fails(
        "image-unauthorized",
        PODS,
        "The image's pull: 401 of the registry",
        in_cluster(
            images={
                IMAGE: {
                    "outcome": "PullFails",
                    "message": "failed to authorize: failed to fetch anonymous token: 401",
                }
            }
        ),
        reason="ImagePullFailed",
        says="failed to authorize",
    ),
    fails(
        "crash-loop",
        PODS,
        "The container crashes",
        in_cluster(images={IMAGE: CRASHES}),
        reason="CrashLoopBackOff",
        says="crashed",
    ),
    fails(
        "out-of-memory",
        PODS,
        "The container is killed: OOMKilled",
        in_cluster(images={IMAGE: {"outcome": "Crashes", "exitCode": 137, "reason": "OOMKilled"}}),
        reason="CrashLoopBackOff",
        says="OOMKilled, exit code 137",
    ),
    fails(
        "model-never-loads",
        PODS,
        "The container runs and never becomes ready",
        in_cluster(images={IMAGE: {"outcome": "NeverReady"}}),
        reason="ModelLoadFailed",
        says="never became ready",
    ),
    fails(
        "cost-stop-fails",
        PODS,
        "The container crashes, and the pool's scale to zero ends Failed, once",
        in_cluster(images={IMAGE: CRASHES}),
        ends("PUT", GPU_POOL, "ReconcileVMSSAgentPoolFailed", "The scale set is busy.", count=1),
        reason="CrashLoopBackOff",
        says="crashed",
        gpu_nodes=1,
        swept=True,
    ),
)

GATEWAYS = (
    passes(
        "gateway-late",
        GATEWAY,
        "Apply of the gateway: 503, four times",
        kubernetes(
            "PATCH", "/deployments/{name}-gateway", 503, "ServiceUnavailable", "not ready", count=4
        ),
    ),
    fails(
        "gateway-denied",
        GATEWAY,
        "An admission webhook denies the gateway",
        kubernetes(
            "PATCH",
            "/deployments/{name}-gateway",
            403,
            "Forbidden",
            'admission webhook "validation.gatekeeper.sh" denied the request: images',
        ),
        reason="AdmissionDenied",
        says="validation.gatekeeper.sh",
    ),
    fails(
        "gateway-image-not-found",
        PODS,
        "The pull of the gateway's image: not found",
        in_cluster(images={ENVOY_IMAGE: {"outcome": "PullFails"}}),
        reason="GatewayNotReady",
        says="-gateway-",
    ),
)

ADDRESSES = (
    passes(
        "address-late",
        ADDRESS,
        "The load balancer takes 20 minutes",
        in_cluster(addressSeconds=1200),
    ),
    fails(
        "addresses-used-up",
        ADDRESS,
        "The load balancer: PublicIPCountLimitReached",
        in_cluster(addressError="PublicIPCountLimitReached"),
        reason="PublicIpQuotaExceeded",
        says="PublicIPCountLimitReached",
    ),
    fails(
        "dns-label-taken",
        ADDRESS,
        "The load balancer: DnsRecordInUse",
        in_cluster(addressError="DnsRecordInUse"),
        reason="DnsLabelTaken",
        says="DnsRecordInUse",
    ),
    fails(
        "address-never-comes",
        ADDRESS,
        "The load balancer: LinkedAuthorizationFailed, for ever",
        in_cluster(addressError="LinkedAuthorizationFailed"),
        reason="ExternalIpPending",
        says="LinkedAuthorizationFailed",
    ),
)

CLUSTER_ROWS = (*API_SERVER, *NODES, *WORKLOADS, *GATEWAYS, *ADDRESSES)
