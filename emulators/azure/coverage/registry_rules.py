"""Container registries: their operations and errors, and what nodes say of refused pulls."""

from emulators.azure.coverage import Entry, Known

RECORDED, DOCUMENTED = Known.RECORDED, Known.DOCUMENTED
REPORTED = Known.REPORTED

ROUTES = "container_registry.routes:RegistryRoutes"
DATA_PLANE = "container_registry.data_plane:DataPlane"

REGISTRY_OPERATIONS = (
    Entry(
        "registry PUT",
        "200 and `Succeeded` at once, also for a new one, with the stable api-versions",
        RECORDED,
        f"{ROUTES}.put",
        "the 2022 previews, which answer 201 with an operation, are not simulated",
    ),
    Entry("registry GET", "200 or 404", RECORDED, f"{ROUTES}.get"),
    Entry("registry DELETE", "200 without a body", RECORDED, f"{ROUTES}.delete"),
    Entry(
        "registry tokens",
        "`/oauth2/exchange` and `/oauth2/token`; an anonymous token without rights is given, too",
        RECORDED,
        f"{DATA_PLANE}.handle",
        "the lifetime of access tokens is documented",
    ),
    Entry(
        "registry manifests",
        "GET and HEAD by tag or digest, with `Docker-Content-Digest` and `ETag`",
        RECORDED,
        f"{DATA_PLANE}.handle",
        "images are pushed by `/_simulator/images`",
    ),
    Entry(
        "registry blobs",
        "307 to a signed address of the storage behind it, which refuses a token beside it",
        DOCUMENTED,
        "container_registry.blob_storage:handle",
        "configurations of images alone; layers are not simulated",
    ),
)

REGISTRY_RULES = (
    Entry(
        "pull by a node",
        "refused until the kubelet identity has a role that pulls, and for a missing image",
        REPORTED,
        "container_registry.images:pull_refusal",
        "images at hosts that are no simulated registry all exist; registries in Azure do not "
        "look at pull secrets",
    ),
    Entry(
        "pull from a registry that is not Azure's",
        "with the login for its host in a pull secret of the pod; `/_simulator/private-hosts` "
        "names the hosts that ask for one",
        REPORTED,
        "container_registry.private_hosts:PrivateHosts",
        "each host words a refusal in its own way: these words are those of Azure's registries",
    ),
    Entry(
        "pull secret that is not there",
        "`FailedToRetrieveImagePullSecret`, and the pull is tried without it",
        DOCUMENTED,
        "kubernetes.pull_secrets:read_pull_secrets",
    ),
)

REGISTRY_ERRORS = (
    Entry(
        "registry without a token",
        "401 `UNAUTHORIZED` with a challenge; `insufficient_scope` if the token gives no right",
        RECORDED,
        f"{DATA_PLANE}.handle",
    ),
    Entry("registry tag missing", "404 `MANIFEST_UNKNOWN`", RECORDED, f"{DATA_PLANE}.handle"),
    Entry(
        "registry repository or digest missing",
        "404 `NAME_UNKNOWN`, 404 `MANIFEST_UNKNOWN`",
        DOCUMENTED,
        f"{DATA_PLANE}.handle",
        "codes of the distribution specification; the sentences are assumed",
    ),
    Entry(
        "registry exchange refused",
        "401 `UNAUTHORIZED` with a correlation id for an identity without any role",
        REPORTED,
        f"{DATA_PLANE}.handle",
    ),
)
