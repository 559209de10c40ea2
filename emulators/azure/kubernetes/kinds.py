"""The kinds of objects that the simulated API server knows."""

from dataclasses import dataclass
from typing import Any

Object = dict[str, Any]
"""A Kubernetes object as JSON. What is in the store is never changed in place."""

VERBS = (
    "create",
    "delete",
    "deletecollection",
    "get",
    "list",
    "patch",
    "update",
    "watch",
)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind with the names it goes by in paths, manifests and error messages."""

    group: str
    version: str
    kind: str
    plural: str
    namespaced: bool = True
    short_names: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    subresources: tuple[str, ...] = ()
    verbs: tuple[str, ...] = VERBS

    @property
    def api_version(self) -> str:
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def qualified_resource(self) -> str:
        """`pods` or `deployments.apps`, as error messages write it."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def qualified_kind(self) -> str:
        """`Pod` or `Deployment.apps`, as validation messages write it."""
        return f"{self.kind}.{self.group}" if self.group else self.kind

    @property
    def singular(self) -> str:
        return self.kind.lower()


NODE = Kind("", "v1", "Node", "nodes", False, ("no",), (), ("status",))
NAMESPACE = Kind("", "v1", "Namespace", "namespaces", False, ("ns",), (), ("status", "finalize"))
POD = Kind(
    "", "v1", "Pod", "pods", True, ("po",), ("all",), ("status", "log", "eviction", "proxy")
)
SERVICE = Kind("", "v1", "Service", "services", True, ("svc",), ("all",), ("status",))
CONFIG_MAP = Kind("", "v1", "ConfigMap", "configmaps", True, ("cm",))
SECRET = Kind("", "v1", "Secret", "secrets")
SERVICE_ACCOUNT = Kind("", "v1", "ServiceAccount", "serviceaccounts", True, ("sa",))
EVENT = Kind("", "v1", "Event", "events", True, ("ev",))
ENDPOINT_SLICE = Kind("discovery.k8s.io", "v1", "EndpointSlice", "endpointslices")
DEPLOYMENT = Kind(
    "apps", "v1", "Deployment", "deployments", True, ("deploy",), ("all",), ("status", "scale")
)
REPLICA_SET = Kind(
    "apps", "v1", "ReplicaSet", "replicasets", True, ("rs",), ("all",), ("status", "scale")
)
DAEMON_SET = Kind("apps", "v1", "DaemonSet", "daemonsets", True, ("ds",), ("all",), ("status",))
POD_DISRUPTION_BUDGET = Kind(
    "policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets", True, ("pdb",), (), ("status",)
)
NETWORK_POLICY = Kind(
    "networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies", True, ("netpol",)
)
SECRET_PROVIDER_CLASS = Kind(
    "secrets-store.csi.x-k8s.io", "v1", "SecretProviderClass", "secretproviderclasses"
)

SCALED_OBJECT = Kind("keda.sh", "v1alpha1", "ScaledObject", "scaledobjects", True, ("so",))

KINDS = (
    NODE,
    NAMESPACE,
    POD,
    SERVICE,
    CONFIG_MAP,
    SECRET,
    SERVICE_ACCOUNT,
    EVENT,
    DEPLOYMENT,
    REPLICA_SET,
    DAEMON_SET,
    ENDPOINT_SLICE,
    POD_DISRUPTION_BUDGET,
    NETWORK_POLICY,
    SECRET_PROVIDER_CLASS,
    SCALED_OBJECT,
)
"""What the store keeps."""

SCALE = Kind("autoscaling", "v1", "Scale", "scales")
EVICTION = Kind("policy", "v1", "Eviction", "evictions")
ACCESS_REVIEW = Kind(
    "authorization.k8s.io",
    "v1",
    "SelfSubjectAccessReview",
    "selfsubjectaccessreviews",
    namespaced=False,
    verbs=("create",),
)

SERVED = (*KINDS, ACCESS_REVIEW)
"""What discovery lists. Scale and Eviction are only found below other objects."""


def kind_at(group: str, version: str, plural: str) -> Kind | None:
    """The kind whose objects live under this resource name, or None."""
    wanted = (group, version, plural)
    return next(
        (each for each in SERVED if (each.group, each.version, each.plural) == wanted), None
    )


def group_versions() -> list[tuple[str, str]]:
    """Every group and version that is served, the core group first."""
    return list(dict.fromkeys((each.group, each.version) for each in SERVED))
