"""What runs on the GPU nodes: the part of a specification that is about the container."""

from math import ceil
from typing import Any, Self

from pydantic import ConfigDict, Field, StrictInt, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from domain.catalog.roles import ACR_PULL, KEY_VAULT_SECRETS_USER, STORAGE_BLOB_DATA_READER
from domain.spec.autoscale import Autoscale
from domain.spec.egress import Egress
from domain.spec.fields import EnvName, HeaderName, HeaderValue, Text
from domain.spec.image_reference import IMAGE_PATTERN, ImageReference, parse_image
from domain.spec.role_access import GrantedRole, RoleAccess
from domain.spec.secrets import (
    MAX_SECRETS,
    ImagePullSecret,
    KeyVaultId,
    SecretEnvName,
    SecretReference,
    check_key_vault,
    check_secrets,
)
from domain.spec.weights import BlobFolder, Model, WeightsImage
from domain.spec.workload_limits import MAX_WORKLOAD_BYTES
from domain.wire import WireModel

HEALTH_PATH_PATTERN = r"^/[^\s#]*$"
CPU_PATTERN = r"^([1-9][0-9]{0,2}|[1-9][0-9]{1,5}m)$"
MEMORY_PATTERN = r"^[1-9][0-9]{0,6}[MG]i$"
REGISTRY_PATTERN = (
    r"^/subscriptions/[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
    r"/resourceGroups/[A-Za-z0-9_.()-]{1,90}"
    r"/providers/Microsoft\.ContainerRegistry/registries/[A-Za-z0-9]{5,50}$"
)
REGISTRY_ID = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/shared/providers/"
    "Microsoft.ContainerRegistry/registries/acmeml"
)


MAX_STARTUP_MINUTES = 180


def default_startup_minutes(size_gib: int) -> int:
    """For an engine to start, and to read and convert its weights from a mounted folder, which
    takes 18 s for each GiB."""
    return min(15 + ceil(size_gib * 18 / 60), MAX_STARTUP_MINUTES)


def count_replaced_at_once(replicas: int) -> int:
    """How many an update in place stops at a time: a quarter, so that it takes at most seven
    turns."""
    return max(replicas // 4, 1)


class Startup(WireModel):
    """The start of a replica, until its model is loaded."""

    timeout_minutes: StrictInt = Field(
        default=20,
        ge=5,
        le=MAX_STARTUP_MINUTES,
        description="Minutes from the start of the container until `healthPath` has to answer "
        "200. If omitted where `model.sizeGiB` is given: 15, and 18 s for each GiB, at most 180. "
        "Operations wait longer by as much as this is above 20.",
    )


def _without_image_by_preset(schema: dict[str, Any]) -> None:
    """A preset brings the image along, before the specification is read."""
    schema["required"].remove("image")
    if not schema["required"]:
        del schema["required"]


class Workload(WireModel):
    """The inference container and how it runs."""

    model_config = ConfigDict(json_schema_extra=_without_image_by_preset)

    preset: str | None = Field(
        default=None,
        max_length=64,
        description="An open model that is ready to be served, of those that `GET /presets` "
        "lists. It adds what is not written: `image`, `command`, `args`, `model`, "
        "`gpusPerReplica` and `gpu`, with the smallest size that fits.",
        examples=["phi-4"],
    )
    image: str = Field(
        pattern=IMAGE_PATTERN,
        max_length=512,
        description="Container image reference. Required without `preset`.",
        examples=["registry.example.com/llm:1.4.2"],
    )
    model: Model | None = Field(
        default=None,
        description="What the container serves. Name and version are passed to it as MODEL_NAME "
        "and MODEL_VERSION.",
    )
    registry: str | None = Field(
        default=None,
        pattern=REGISTRY_PATTERN,
        max_length=512,
        description="ARM id of the Azure Container Registry that has the image, or the image with "
        "the weights, or both. The clusters get the role AcrPull there, and an image that is in "
        "it is resolved to the digest that runs.",
        examples=[REGISTRY_ID],
    )
    port: StrictInt = Field(
        default=8000, ge=1, le=65535, description="Port that the container listens on."
    )
    health_path: str = Field(
        default="/health",
        pattern=HEALTH_PATH_PATTERN,
        max_length=255,
        description="Path that answers 200 once the model is loaded.",
        examples=["/health"],
    )
    health_headers: dict[HeaderName, HeaderValue] = Field(
        default_factory=dict[str, str],
        max_length=10,
        description="Headers of every request for `healthPath`: the kubelet's and those that come "
        "through the edge.",
        examples=[{"X-Probe": "gridplane"}],
    )
    gpus_per_replica: StrictInt = Field(
        default=1, ge=1, le=16, description="GPUs per replica, all on one node."
    )
    replicas: StrictInt = Field(
        default=1,
        ge=0,
        le=100,
        description="Replicas per region; 0 starts no GPU node. `autoscale.min` with `autoscale`.",
    )
    autoscale: Autoscale | None = Field(
        default=None,
        description="More replicas while requests wait, for vLLM, whose metrics are read: "
        "`/metrics` on `port`.",
    )
    env: dict[EnvName, Text] = Field(
        default_factory=dict[str, str],
        max_length=100,
        description=f"Environment variables of the container; with `command` and `args` at most "
        f"{MAX_WORKLOAD_BYTES} bytes.",
        examples=[{"MAX_BATCH": "16"}],
    )
    secrets: dict[SecretEnvName, SecretReference] = Field(
        default_factory=dict[str, SecretReference],
        max_length=MAX_SECRETS,
        description="Secrets of one Key Vault, by the name of the environment variable and of the "
        "file below /mnt/secrets that the container reads each from. A rotated secret reaches the "
        "file within minutes, and the variable with the container's next start.",
        examples=[
            {
                "HF_TOKEN": {
                    "keyVaultSecretId": "https://fraud-team.vault.azure.net/secrets/hf-token"
                }
            }
        ],
    )
    image_pull_secret: ImagePullSecret = None
    key_vault_id: KeyVaultId | None = Field(
        default=None,
        description="Resource id of the vault, on which the identity of each cell is granted Key "
        "Vault Secrets User. If omitted, the grant is expected to exist.",
        examples=[
            "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/fraud"
            "/providers/Microsoft.KeyVault/vaults/fraud-team"
        ],
    )
    command: tuple[Text, ...] = Field(
        default=(),
        max_length=100,
        description="Entry point of the container; that of the image if empty.",
        examples=[["vllm", "serve"]],
    )
    args: tuple[Text, ...] = Field(
        default=(), max_length=100, description="Arguments of the container's entry point."
    )
    cpu: str | None = Field(
        default=None,
        pattern=CPU_PATTERN,
        description="vCPUs that each replica is granted; it may use those that are idle as well.",
        examples=["8"],
    )
    memory: str | None = Field(
        default=None,
        pattern=MEMORY_PATTERN,
        description="Memory of each replica, granted to it and its limit.",
        examples=["96Gi"],
    )
    shared_memory: str | None = Field(
        default=None,
        pattern=MEMORY_PATTERN,
        description="Size of /dev/shm, which counts as memory of the replica. If omitted, half of "
        "the node's memory for a replica with several GPUs, and 64 MiB otherwise.",
        examples=["16Gi"],
    )
    startup: Startup = Field(
        default_factory=Startup, description="How long the start of a replica may take."
    )
    termination_grace_seconds: StrictInt = Field(
        default=60,
        ge=30,
        le=3600,
        description="Seconds that requests in progress have to end before a replica is stopped.",
    )
    egress: Egress = Field(default_factory=Egress, description="Where replicas may connect to.")

    @field_validator("registry")
    @classmethod
    def _has_an_image(cls, registry: str | None, info: ValidationInfo) -> str | None:
        if registry is None or "image" not in info.data or "model" not in info.data:
            return registry
        host = registry_host(registry)
        if host not in _hosts(info.data["image"], info.data["model"]):
            raise PydanticCustomError(
                "RegistryWithoutImage",
                "Neither workload.image nor workload.model.source is in this registry: an image "
                "of it begins with {host}/. Correct one of them, or leave registry out.",
                {"host": host},
            )
        return registry

    @field_validator("image_pull_secret")
    @classmethod
    def _is_for_another_host(
        cls, secret: SecretReference | None, info: ValidationInfo
    ) -> SecretReference | None:
        registry = info.data.get("registry")
        if secret is None or registry is None or not {"image", "model"} <= info.data.keys():
            return secret
        if _hosts(info.data["image"], info.data["model"]) == {registry_host(registry)}:
            raise PydanticCustomError(
                "RegistryAndPullSecret",
                "Nodes pull from workload.registry by the role AcrPull, and need no credentials: "
                "keep one of registry and imagePullSecret.",
            )
        return secret

    @property
    def reference(self) -> ImageReference:
        return parse_image(self.image)

    @property
    def has_image_in_registry(self) -> bool:
        """Whether the image can be looked up: `registry` may be that of the weights alone."""
        return self.registry is not None and self.reference.host == registry_host(self.registry)

    @property
    def weights_in_registry(self) -> str | None:
        """The image with the weights, if `registry` has it."""
        weights = self.model.weights if self.model else None
        if self.registry is None or not isinstance(weights, WeightsImage):
            return None
        return weights.reference if weights.host == registry_host(self.registry) else None

    def pinned_to(self, digest: str | None) -> Self:
        """With the image by the digest, in place of its tag; as it is without one."""
        if digest is None:
            return self
        return self.model_copy(update={"image": f"{self.reference.name}@{digest}"})

    @field_validator("secrets")
    @classmethod
    def _are_distinct_and_of_one_vault(
        cls, secrets: dict[str, SecretReference], info: ValidationInfo
    ) -> dict[str, SecretReference]:
        return check_secrets(secrets, info.data.get("env") or {})

    @field_validator("key_vault_id")
    @classmethod
    def _is_that_of_the_secrets(cls, found: str | None, info: ValidationInfo) -> str | None:
        secrets: dict[str, SecretReference] | None = info.data.get("secrets")
        if secrets is None or "image_pull_secret" not in info.data:
            return found
        pull_secret: SecretReference | None = info.data["image_pull_secret"]
        return check_key_vault(found, [*secrets.values(), *([pull_secret] if pull_secret else ())])

    @property
    def vault_access(self) -> RoleAccess | None:
        """None if there are no secrets."""
        if not self.secrets and self.image_pull_secret is None:
            return None
        return RoleAccess.GRANTED if self.key_vault_id else RoleAccess.EXPECTED

    @property
    def weights_access(self) -> RoleAccess | None:
        """None if there are no weights that the identity of a cell reads."""
        if self.model is None or not isinstance(self.model.weights, BlobFolder):
            return None
        return RoleAccess.GRANTED if self.model.storage_account_id else RoleAccess.EXPECTED

    @property
    def granted_roles(self) -> tuple[GrantedRole, ...]:
        """Those that its cells are given, for as long as it names the resources."""
        scopes = (
            (self.registry, ACR_PULL),
            (self.key_vault_id, KEY_VAULT_SECRETS_USER),
            (self.storage_account_id, STORAGE_BLOB_DATA_READER),
        )
        return tuple(GrantedRole(scope=scope, role=role) for scope, role in scopes if scope)

    @property
    def needs_identity(self) -> bool:
        """Whether replicas read something as an identity of their cell."""
        return self.vault_access is not None or self.weights_access is not None

    def with_default_startup(self) -> Self:
        """With the time that weights of the stated size take, where no other is specified."""
        size = self.model.size_gib if self.model else None
        if size is None or "timeout_minutes" in self.startup.model_fields_set:
            return self
        startup = Startup(timeout_minutes=default_startup_minutes(size))
        return self.model_copy(update={"startup": startup})

    def with_least_replicas(self) -> Self:
        """As many as there are without waiting requests."""
        if self.autoscale is None:
            return self
        return self.model_copy(update={"replicas": self.autoscale.min})

    @property
    def most_replicas(self) -> int:
        """That the nodes of a cell have to hold."""
        return self.autoscale.max if self.autoscale else self.replicas

    @property
    def start_minutes(self) -> int:
        """How long operations wait for the start of a replica: twice as long where all weights
        are read once before the model reads them, by a check or by a node that pulls them."""
        is_twice = self.model is not None and self.model.is_read_twice
        return self.startup.timeout_minutes * (2 if is_twice else 1)

    @property
    def rollout_minutes(self) -> int:
        """How long operations wait for an update in place: its replicas start in turns."""
        most = self.most_replicas
        return self.start_minutes * max(ceil(most / count_replaced_at_once(most)), 1)

    @property
    def storage_account_id(self) -> str | None:
        """Of the account on which a role is granted."""
        return self.model.storage_account_id if self.model else None

    @property
    def gpus_needed(self) -> int:
        """GPUs that all replicas of one cell need together."""
        return self.replicas * self.gpus_per_replica


def _hosts(image: str, model: Model | None) -> set[str]:
    """Of all that nodes pull."""
    weights = model.weights if model else None
    of_weights = {weights.host} if isinstance(weights, WeightsImage) else set[str]()
    return {parse_image(image).host, *of_weights}


def registry_host(registry_id: str) -> str:
    return f"{registry_id.rpartition('/')[2].lower()}.azurecr.io"
