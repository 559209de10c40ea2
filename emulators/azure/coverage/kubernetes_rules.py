"""The rules of simulated clusters, each with what enforces it."""

from emulators.azure.coverage import Entry, Known

RECORDED, DOCUMENTED = Known.RECORDED, Known.DOCUMENTED
REPORTED, ASSUMED = Known.REPORTED, Known.ASSUMED

KUBERNETES_RULES = (
    Entry(
        "autoscaler status",
        "YAML in the ConfigMap `cluster-autoscaler-status`, with the error of a backoff",
        REPORTED,
        "kubernetes.controllers.autoscaler_status:AutoscalerStatus",
        "written with each scan that follows a change, not every ten seconds",
    ),
    Entry(
        "minimum of an autoscaled pool",
        "is kept since AKS release 2021-07-22: also after it was raised, without a waiting pod",
        REPORTED,
        "kubernetes.controllers.autoscaler:Autoscaler",
        "how soon is assumed: with the next scan",
    ),
    Entry(
        "replicas by KEDA",
        "a ScaledObject with the scaler `metrics-api` sets a Deployment's replicas: the sum over "
        "the pods behind a Service by the target, by its limits, windows and policies; paused by "
        "annotations",
        DOCUMENTED,
        "kubernetes.controllers.event_autoscaler:EventAutoscaler",
        "of vLLM's waiting requests alone, without an object of the HorizontalPodAutoscaler",
    ),
    Entry(
        "custom resource of KEDA",
        "ScaledObject, served by every cluster",
        ASSUMED,
        "kubernetes.kinds:SCALED_OBJECT",
        "in AKS only where the add-on is enabled",
    ),
    Entry(
        "failed scale-up",
        "`FailedToScaleUpGroup` at once and a backoff of 5 to 30 minutes; a machine that never "
        "comes gives `provisioning-state-failed`",
        REPORTED,
        "kubernetes.controllers.scale_up_backoff:Backoffs",
    ),
    Entry(
        "admission webhook",
        "denies with its code and `admission webhook ... denied the request`, by a fault",
        DOCUMENTED,
        "kubernetes.errors:denied",
    ),
    Entry(
        "refused pods",
        "`FailedCreate` and `ReplicaFailure`, tried again after longer and longer times",
        DOCUMENTED,
        "kubernetes.controllers.pod_creation:PodCreation",
        "the condition is on the ReplicaSet alone",
    ),
    Entry(
        "refused requests",
        "a fault of requests answers a Status object as `application/json`",
        DOCUMENTED,
        "server:Simulator",
    ),
    Entry(
        "node that is not heard of",
        "Unknown after 40 s, tainted `unreachable`, its pods unready and after 300 s Terminating",
        DOCUMENTED,
        "kubernetes.controllers.node_lifecycle:NodeLifecycle",
        "AKS does not repair it",
    ),
    Entry(
        "spot eviction",
        "`PreemptScheduled`, cordoned, gone after 30 s; the pool's count goes down",
        REPORTED,
        "kubernetes.controllers.node_lifecycle:NodeLifecycle",
        "pods are not drained before",
    ),
    Entry(
        "ConfigMap volumes",
        "a changed ConfigMap reaches the folder within the kubelet's sync period of a minute and "
        "the delay of its cache; a missing one is `FailedMount`",
        DOCUMENTED,
        "kubernetes.config_volumes:PodVolumes",
        "other kinds of volumes have no files",
    ),
    Entry(
        "containers of Envoy's image",
        "run as processes: arguments, environment, mounts, logs, probes, preStop, signals",
        DOCUMENTED,
        "kubernetes.controllers.process_worker:ProcessWorker",
        "hooks and probes of kind `exec` run on this machine or succeed; no liveness probe, no "
        "limits of memory; a Service sends all requests to its first ready pod",
    ),
    Entry(
        "`pods/proxy`",
        "passes a request on to a port of a pod, without the token; 503 with a Status object "
        "where nothing listens",
        DOCUMENTED,
        "kubernetes.pod_proxy:pass_on",
        "ports that no container declares are not reached; pages are not rewritten",
    ),
    Entry(
        "metrics of vLLM",
        "tokens, answers and requests under way of the model server, for images named `vllm`; "
        "more than `--max-num-seqs` wait",
        DOCUMENTED,
        "edge.inference_server:answer",
        "only an answer of `min_tokens` takes time, 20 ms for each of them; the variables "
        "`SIMULATED_STATUS` and `SIMULATED_SLOWNESS` of a container make a version fail, or slow",
    ),
    Entry(
        "init containers",
        "one after the other before the containers, each again until it ends with 0; statuses, "
        "the condition `Initialized`, and the end of the log as the message of a failure",
        DOCUMENTED,
        "kubernetes.controllers.init_worker:InitWorker",
        "a shell script that mounts blobs runs on this machine; every other one ends with 0; none "
        "with a restart policy of its own",
    ),
    Entry(
        "image volumes",
        "pulled like the image of a container and kept by the node; taken out of new pods without "
        "a word before Kubernetes 1.35",
        DOCUMENTED,
        "kubernetes.image_volumes:drop",
        "nothing is in what is mounted; sizes are made up; a cluster keeps the API server that it "
        "was created with",
    ),
    Entry(
        "disruption budgets",
        "status by their controller; an eviction that would break one is 429 with its cause",
        DOCUMENTED,
        "kubernetes.disruptions:allow_eviction",
        "the autoscaler and AKS' upgrades do not ask them here; refusals were not compared with "
        "a real server word by word",
    ),
    Entry(
        "network policies",
        "kept, completed and checked",
        DOCUMENTED,
        "kubernetes.validation.network_policies:check",
        "nothing enforces them: every pod reaches every other one; refusals were not compared "
        "with a real server word by word",
    ),
    Entry(
        "service links",
        "variables for the Services of the namespace unless `enableServiceLinks: false`",
        DOCUMENTED,
        "kubernetes.service_links:of_pod",
        "vLLM crashes on a VLLM_PORT that is a URI",
    ),
    Entry(
        "`$(NAME)` and `$$`",
        "expanded in env, command and args",
        DOCUMENTED,
        "kubernetes.expansion:expand",
    ),
)
