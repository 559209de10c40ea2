"""What is assumed of container registries and of roles at them."""

from emulators.azure.coverage import Known
from tests.azure.assumption import Assumption

_NEEDS_A_REGISTRY = (
    "It needs a registry with an image, which no run makes. The first environment with "
    "`workload.registry` shows it:"
)

REGISTRIES = (
    Assumption(
        name="pull-after-assignment",
        assumed="Nodes can pull from a registry within 10 minutes after their identity was given "
        "AcrPull there, and a pull that failed before is repeated",
        if_false="A cell whose image is private would fail with `ImagePullFailed`",
        relied_on_by=(
            "activities/ensure_registry_access.py",
            "domain/kubernetes/image_diagnosis.py",
        ),
        known=Known.REPORTED,
        rows=("role assignment, when it takes effect", "pull by a node"),
        otherwise=f"{_NEEDS_A_REGISTRY} its step `pods`.",
    ),
    Assumption(
        name="registry-token-audience",
        assumed="A registry exchanges a token for `https://containerregistry.azure.net`",
        if_false="No image would be resolved, and operations would warn with `ImageNotVerified`",
        relied_on_by=("clients/registries.py",),
        known=Known.DOCUMENTED,
        rows=("registry tokens",),
        otherwise=f"{_NEEDS_A_REGISTRY} `image` of the environment has a digest.",
    ),
    Assumption(
        name="unknown-repository",
        assumed="A repository that does not exist is 404 `NAME_UNKNOWN` where the app may pull",
        if_false="A misspelt repository would be a warning, and the pull would fail after minutes "
        "of a GPU node",
        relied_on_by=("domain/images/answers.py",),
        known=Known.DOCUMENTED,
        rows=("registry repository or digest missing",),
        otherwise=f"{_NEEDS_A_REGISTRY} ask for a repository that does not exist.",
    ),
    Assumption(
        name="assignment-written-again",
        assumed="A role assignment that was deleted can be written under its name at once, for "
        "another principal",
        if_false="A cluster that was built again could not pull until the request is repeated",
        relied_on_by=("activities/role_assignments.py",),
        known=Known.ASSUMED,
        otherwise=f"{_NEEDS_A_REGISTRY} delete its cluster and repair the environment.",
    ),
)
