"""What is assumed of AKS, of the cluster's Kubernetes, and of requests through the edge to it."""

from emulators.azure.coverage import Known
from tests.azure import checks_cluster, checks_pool, checks_traffic
from tests.azure.assumption import Assumption, Check, Part

CLUSTER = (Part.CLUSTER,)
BOTH = (Part.EDGE, Part.CLUSTER)
NOT_ON_PURPOSE = "It cannot be provoked on purpose in a subscription of one's own."

CLUSTERS = (
    Assumption(
        name="cluster-body",
        assumed="AKS accepts the product's body as a whole: both pools in one request, no surge "
        "node, encryption at host, an unmanaged GPU pool under the autoscaler, upgrade channels",
        if_false="No environment could be built",
        relied_on_by=("domain/arm/managed_cluster.py",),
        known=Known.DOCUMENTED,
        rows=("upgrade channels and tier",),
        check=Check(checks_cluster.check_cluster_body, 0, CLUSTER),
    ),
    Assumption(
        name="busy-cluster",
        assumed="A second request while a cluster is being created is refused with 409, in words "
        "that are recognised",
        if_false="The step would fail instead of being repeated",
        relied_on_by=("domain/arm/arm_error_rules.py",),
        known=Known.REPORTED,
        rows=("AKS another operation, newest wording",),
        check=Check(checks_cluster.check_busy_cluster, 0, CLUSTER),
    ),
    Assumption(
        name="maintenance-windows",
        assumed="AKS takes the product's maintenance windows at once, without a start date, and "
        "shows them as they were sent",
        if_false="Provisioning would fail at its steps, or each update would send them again",
        relied_on_by=("domain/arm/maintenance.py",),
        known=Known.RECORDED,
        rows=("maintenance configuration PUT", "bounds of maintenance windows"),
        check=Check(checks_cluster.check_maintenance, 0.2, CLUSTER),
    ),
    Assumption(
        name="start-of-running",
        assumed="A start of a running cluster is refused with 400",
        if_false="Nothing: a start that is accepted is waited for. Simulated Azure refuses it",
        relied_on_by=("activities/begin_resource.py",),
        known=Known.ASSUMED,
        rows=("a stopped cluster",),
        check=Check(checks_cluster.check_start_of_running, 0.5, CLUSTER),
    ),
    Assumption(
        name="secrets-of-pods",
        assumed="The Secrets Store CSI driver mounts secrets for a pod that has a service account "
        "with a federated credential, without the webhook's label and without a token mounted",
        if_false="Pods with secrets would stay Pending with `FailedMount`",
        relied_on_by=("domain/kubernetes/secret_manifests.py", "domain/arm/identity.py"),
        known=Known.DOCUMENTED,
        rows=("secrets of a pod", "token of a service account for an identity"),
        otherwise="It needs a vault of one's own. The step `pods` shows `IdentityNotFederated`.",
    ),
    Assumption(
        name="gateway-certificate",
        assumed="The Secrets Store CSI driver writes key and chain of a certificate that is read "
        "as a secret into one PEM file, and replaces it by a rename in the folder of the mount",
        if_false="Gateways would serve no certificate, or the old one until their next restart",
        relied_on_by=(
            "domain/kubernetes/certificate_manifests.py",
            "domain/serving/gateway/certificates.py",
        ),
        known=Known.DOCUMENTED,
        rows=("certificate of a pod", "rotation of secrets"),
        otherwise="It needs a vault and a certificate of one's own. The step `pods` shows "
        "`CertificateUnusable` or `CertificateExpired`.",
    ),
    Assumption(
        name="words-of-a-failed-mount",
        assumed="Events of a mount that fails quote Key Vault and Entra ID as reports show them",
        if_false="The step would show `VolumeMountFailed` with the event instead of the fix, and "
        "fail at its deadline",
        relied_on_by=("domain/kubernetes/secret_diagnosis.py",),
        known=Known.REPORTED,
        otherwise="It needs a vault of one's own. The step `pods` quotes the event.",
    ),
    Assumption(
        name="holder-of-pull-secrets",
        assumed="The Secret of type `kubernetes.io/dockerconfigjson` that the driver makes for a "
        "pod on a system node serves the pulls of pods on GPU nodes, as long as that pod runs",
        if_false="Images that need `workload.imagePullSecret` would not be pulled",
        relied_on_by=("domain/kubernetes/pull_secret_manifests.py",),
        known=Known.DOCUMENTED,
        rows=("synced Secret", "pull secret that is not there"),
        otherwise="It needs a vault and a registry of one's own. The step `pods` shows "
        "`ImagePullSecretMissing`.",
    ),
    Assumption(
        name="words-of-a-refused-login",
        assumed="containerd says `failed to fetch oauth token` where a registry refuses "
        "credentials, and the driver's event `FailedToCreateSecret` means that the vault's secret "
        "is no `.dockerconfigjson`",
        if_false="The step would show `ImagePullFailed` with the registry's words and a less "
        "exact fix",
        relied_on_by=(
            "domain/kubernetes/pull_secret_diagnosis.py",
            "domain/kubernetes/image_diagnosis.py",
        ),
        known=Known.REPORTED,
        rows=("pull from a registry that is not Azure's",),
        otherwise="It needs a registry of one's own. The step `pods` quotes the event.",
    ),
    Assumption(
        name="image-of-the-holder",
        assumed="`mcr.microsoft.com/oss/kubernetes/pause:3.6` can be pulled without credentials "
        "from every node, and runs as any user",
        if_false="Images that need `workload.imagePullSecret` would not be pulled",
        relied_on_by=("domain/kubernetes/pull_secret_manifests.py",),
        known=Known.DOCUMENTED,
        otherwise="The pod `<environment>-pull-secret-...` shows `ErrImagePull`.",
    ),
    Assumption(
        name="weights-of-pods",
        assumed="The Blob CSI driver of AKS mounts an inline volume with "
        "`mountWithWorkloadIdentityToken` for a pod whose service account has a federated "
        "credential, with Storage Blob Data Reader alone, and `subPath` leads to a prefix",
        if_false="Pods with weights would stay Pending with `FailedMount`, or their container "
        "with `CreateContainerConfigError`",
        relied_on_by=("domain/kubernetes/weights_manifests.py", "domain/arm/managed_cluster.py"),
        known=Known.DOCUMENTED,
        rows=("blobs of a pod",),
        otherwise="It needs a storage account of one's own. The step `pods` quotes the event. The "
        "driver documents Storage Blob Data Contributor.",
    ),
    Assumption(
        name="weights-of-an-image",
        assumed="From Kubernetes 1.35 on, the GPU nodes of AKS mount an image as a volume, with "
        "its files in it: their containerd says that it can",
        if_false="Models would start with an empty `/mnt/weights` and end in `CrashLoopBackOff`, "
        "as reported of a containerd without that (k3s-io/k3s#14323), or their containers would "
        "not start (`ImageVolumesNotSupported`, as reported of Azure Linux, Azure/AKS#5721)",
        relied_on_by=(
            "domain/kubernetes/weights_manifests.py",
            "domain/arm/kubernetes_version.py",
        ),
        known=Known.REPORTED,
        otherwise="It needs a GPU node. On any node of 1.35, a pod with a volume `image:` and "
        "`ls` shows it.",
    ),
    Assumption(
        name="words-of-failed-weights",
        assumed="Events of a mount of blobs that fails quote the error codes of Storage and Entra "
        "ID, and the kubelet names the `subPath` that is missing",
        if_false="The step would show `VolumeMountFailed` or `ContainerCannotStart` with the "
        "event instead of the fix, and fail at its deadline",
        relied_on_by=("domain/kubernetes/weights_diagnosis.py",),
        known=Known.ASSUMED,
        otherwise="It needs a storage account of one's own. The step `pods` quotes the event.",
    ),
    Assumption(
        name="token-of-a-long-mount",
        assumed="A mount outlives the day for which its first token is valid: the driver writes "
        "each new one where blobfuse finds it",
        if_false="A container that starts again after a day could not read its weights, until its "
        "pod is replaced",
        relied_on_by=("domain/kubernetes/weights_manifests.py",),
        known=Known.ASSUMED,
        otherwise="It takes a day. A replica that has loaded its model reads no weights.",
    ),
    Assumption(
        name="custom-resources-action",
        assumed="Azure RBAC for Kubernetes checks a SecretProviderClass as `managedClusters/"
        "customresources/write`, as the authorizer's published code does",
        if_false="The workload step of cells with secrets would fail with 403, and the role "
        "would need `Microsoft.ContainerService/managedClusters/*/write`",
        relied_on_by=("infra/modules/identity/role_actions.json",),
        known=Known.REPORTED,
        otherwise="It needs a cluster with the add-on. The step `workload` shows Kubernetes' 403.",
    ),
    Assumption(
        name="keda-aggregates",
        assumed="The scaler `metrics-api` of AKS' add-on reads every pod behind a Service: KEDA "
        "with kedacore/keda#6565, which its documentation has from 2.19",
        if_false="An earlier one ignores the field and reads one replica: cells with `autoscale` "
        "have too few replicas",
        relied_on_by=("domain/kubernetes/autoscale_manifests.py",),
        known=Known.ASSUMED,
        otherwise="It needs a cluster with the add-on. `kubectl get deployment -n kube-system "
        "keda-operator -o yaml` shows its version.",
    ),
    Assumption(
        name="manifests",
        assumed="AKS admits the product's Kubernetes objects, with the device plugin in "
        "`kube-system` and `baseline` enforced on the workload's namespace",
        if_false="The workload step would fail",
        relied_on_by=("domain/kubernetes/manifests.py", "domain/serving/manifests.py"),
        known=Known.DOCUMENTED,
        check=Check(checks_cluster.check_manifests, 2, CLUSTER),
    ),
    Assumption(
        name="device-plugin",
        assumed="AKS installs the driver, and with the product's device plugin the node "
        "advertises its GPUs",
        if_false="Nodes would be Ready without GPUs, and pods never scheduled",
        relied_on_by=("domain/kubernetes/manifests.py", "domain/kubernetes/node_diagnosis.py"),
        known=Known.DOCUMENTED,
        check=Check(checks_pool.check_device_plugin, 3, (Part.CLUSTER, Part.GPU)),
    ),
    Assumption(
        name="autoscaler-status",
        assumed="`cluster-autoscaler-status` is YAML that names node groups by scale set, "
        "`aks-gpu-...`",
        if_false="A failed scale-up would be reported without Azure's reason, and placement would "
        "not go on to the next offer",
        relied_on_by=("domain/kubernetes/autoscaler_status.py",),
        known=Known.REPORTED,
        rows=("autoscaler status",),
        check=Check(checks_pool.check_autoscaler_status, 1, CLUSTER),
    ),
    Assumption(
        name="scale-to-zero",
        assumed="One PUT that turns the autoscaler off with `count: 0` empties the pool",
        if_false="Idle and failed environments would go on costing GPU nodes",
        relied_on_by=("domain/arm/agent_pool.py", "activities/begin_empty_gpu_pool.py"),
        known=Known.ASSUMED,
        rows=("pool update, scale, upgrade",),
        check=Check(checks_pool.check_scale_to_zero, 2, CLUSTER),
    ),
    Assumption(
        name="raised-minimum",
        assumed="A raised minimum of an autoscaled pool brings a node without a waiting pod",
        if_false="`gpu.minNodes` of an update would take effect with the next pod only",
        relied_on_by=("domain/arm/agent_pool.py", "domain/arm/managed_cluster.py"),
        known=Known.REPORTED,
        rows=("minimum of an autoscaled pool",),
        check=Check(checks_pool.check_raised_minimum, 7, CLUSTER),
    ),
    Assumption(
        name="gpu-beside-control-plane",
        assumed="A GPU pool in the cluster's create request boots beside the control plane: the "
        "creation takes as long as the slower of both, not as long as their sum",
        if_false="Nothing but time: Ready comes later than simulated Azure shows, 13.8 instead of "
        "10.8 minutes after the request if the pool boots after the control plane (`make "
        "bench-chain GPU_BOOT_AFTER=1`)",
        relied_on_by=("domain/arm/managed_cluster.py",),
        known=Known.ASSUMED,
        rows=("GPU pool in a cluster create",),
        check=Check(checks_pool.check_gpu_beside_control_plane, 0, (Part.CLUSTER, Part.GPU)),
    ),
    Assumption(
        name="asleep-answer",
        assumed="Front Door reaches an origin whose name began to resolve after its creation, "
        "sends requests to it although its probes fail, and passes on the 503 with `Retry-After`",
        if_false="Clients of a sleeping environment would get Front Door's own page, and not "
        "learn how to wake it",
        relied_on_by=("domain/serving/gateway/answers.py", "domain/serving/manifests.py"),
        known=Known.DOCUMENTED,
        check=Check(checks_traffic.check_asleep_answer, 5, BOTH),
    ),
    Assumption(
        name="front-door-id",
        assumed="Front Door sends the profile's `frontDoorId` to origins as `X-Azure-FDID`",
        if_false="Gateways would refuse every request",
        relied_on_by=("domain/serving/gateway/access_rules.py", "activities/apply_gateway.py"),
        known=Known.DOCUMENTED,
        check=Check(checks_traffic.check_front_door_id, 1, BOTH),
    ),
    Assumption(
        name="request-count",
        assumed="`RequestCount` counts what clients send, not Front Door's probes, within minutes",
        if_false="No environment would ever be idle, or one in use would be scaled to zero",
        relied_on_by=("clients/metrics.py", "domain/sweep/usage.py"),
        known=Known.DOCUMENTED,
        check=Check(checks_traffic.check_request_count, 10, BOTH),
    ),
    Assumption(
        name="pod-counters",
        assumed="A caller who may read pods reads what a pod serves, through the API server's "
        "`pods/proxy`, and its log: Azure's authorizer has no actions of its own for them",
        if_false="No environment would ever be idle, nor woken by a call, nor show its log",
        relied_on_by=("clients/kubernetes.py", "domain/serving/counter_pods.py"),
        known=Known.REPORTED,
        rows=("`pods/proxy`",),
        check=Check(checks_traffic.check_pod_counters, 1, CLUSTER),
    ),
    Assumption(
        name="stopped-cluster",
        assumed="Pools of a stopped cluster show its power state; a write to it, and a second "
        "stop, are refused with 400 in words that are recognised",
        if_false="A repair would not know that it has to start the cluster first",
        relied_on_by=("domain/arm/aks_error_rules.py", "domain/arm/agent_pool.py"),
        known=Known.REPORTED,
        rows=("cluster stop and start", "AKS stop when stopped", "a stopped cluster"),
        check=Check(checks_cluster.check_stopped_cluster, 7, CLUSTER),
    ),
)

FAILURES = (
    Assumption(
        name="aks-heals",
        assumed="A cluster or pool whose operation has failed stays Failed, or becomes Succeeded "
        "by itself",
        if_false="A late success would not be adopted, or a wait would not end",
        relied_on_by=("domain/arm/existing_resource.py", "domain/arm/operation_polling.py"),
        known=Known.REPORTED,
        rows=("AKS goes on behind an operation that has failed",),
        check=Check(checks_cluster.check_healing, 0, CLUSTER),
        otherwise="Tried if an operation of the run fails by itself.",
    ),
    Assumption(
        name="no-capacity-text",
        assumed="AKS quotes `AllocationFailed` or `ZonalAllocationFailed` where there are no "
        "machines",
        if_false="Placement would end with the first offer instead of trying the next one",
        relied_on_by=("domain/arm/compute_error_rules.py", "domain/placement/blocklist.py"),
        known=Known.ASSUMED,
        rows=("AKS no capacity",),
        otherwise=f"{NOT_ON_PURPOSE} `attempts` of an operation that met it show Azure's text.",
    ),
    Assumption(
        name="cluster-quota-status",
        assumed="A spent quota of clusters is 400 `ManagedClusterCountExceedsQuotaLimit`",
        if_false="The failure would not say which quota is spent",
        relied_on_by=("domain/arm/aks_error_rules.py",),
        known=Known.DOCUMENTED,
        rows=("AKS cluster quota",),
        otherwise="It would take as many clusters as the quota allows. The operation's "
        "`innererror` shows the status.",
    ),
    Assumption(
        name="proxy-page-504",
        assumed="A 504 may be nginx's page instead of JSON",
        if_false="Nothing: any body is read",
        relied_on_by=("domain/arm/error_bodies.py", "domain/arm/availability_error_rules.py"),
        known=Known.ASSUMED,
        rows=("proxy page 504",),
        otherwise=f"{NOT_ON_PURPOSE} Recordings of a run would hold one.",
    ),
)
"""Of what fails by itself."""
