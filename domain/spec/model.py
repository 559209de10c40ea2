"""The specification of an environment: wire format, OpenAPI schema and structural rules in one."""

import re
from enum import StrEnum
from typing import Any, Self

from pydantic import ConfigDict, Field, StrictBool, StrictInt, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from domain.spec.access import Access, Audit
from domain.spec.cluster import ClusterSpec
from domain.spec.cost_centers import COST_CENTER_PATTERN, LONGEST_COST_CENTER
from domain.spec.fields import Region, UtcDatetime, VmSize, Zone, all_different
from domain.spec.idle import Idle
from domain.spec.origin_certificate import OriginCertificate, check_origin_certificate
from domain.spec.placement import Placement
from domain.spec.role_access import GrantedRole, RoleAccess
from domain.spec.tags import MAX_TAGS, TagName, TagValue, check_tags
from domain.spec.update import Update
from domain.spec.workload import Workload
from domain.wire import WireModel

ENVIRONMENT_NAME_PATTERN = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
SHORTEST_NAME = 3
LONGEST_NAME = 24
OWNER_PATTERN = r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$"


class EdgeSku(StrEnum):
    """Front Door tiers, as Azure spells them."""

    STANDARD = "Standard_AzureFrontDoor"
    PREMIUM = "Premium_AzureFrontDoor"


class OriginAccess(StrEnum):
    """How Front Door reaches the cells."""

    PUBLIC = "public"
    PRIVATE_LINK = "privateLink"


class WafMode(StrEnum):
    """Whether the web application firewall blocks requests or only logs them."""

    PREVENTION = "Prevention"
    DETECTION = "Detection"


def _without_default(schema: dict[str, Any]) -> None:
    """Of a field whose default depends on another field."""
    schema.pop("default", None)


def is_environment_name(text: str) -> bool:
    """Whether the text is a valid environment name; no record is read under any other."""
    has_length = SHORTEST_NAME <= len(text) <= LONGEST_NAME
    return has_length and re.fullmatch(ENVIRONMENT_NAME_PATTERN, text) is not None


class GpuPoolSpec(WireModel):
    """The GPU node pool of every cell."""

    vm_size: VmSize = Field(
        description="Azure VM size with NVIDIA GPUs, of those that the service knows.",
        examples=["Standard_NC24ads_A100_v4"],
    )
    max_nodes: StrictInt = Field(
        default=1, ge=1, le=100, description="Maximum number of nodes.", examples=[5]
    )
    min_nodes: StrictInt = Field(
        default=0,
        ge=0,
        le=100,
        description="Minimum number of nodes; 0 allows an idle pool to cost nothing.",
        examples=[0],
    )
    spot: StrictBool = Field(
        default=False, description="Use spot capacity, which Azure may evict at any time."
    )
    zones: tuple[Zone, ...] = Field(
        default=(),
        max_length=3,
        description="Availability zones of the nodes; Azure chooses where to place them if empty.",
        examples=[["1"]],
    )

    @field_validator("zones")
    @classmethod
    def _are_unique(cls, zones: tuple[str, ...]) -> tuple[str, ...]:
        return all_different(zones, "DuplicateZone", "List each zone once.")

    @field_validator("min_nodes")
    @classmethod
    def _is_at_most_max_nodes(cls, min_nodes: int, info: ValidationInfo) -> int:
        max_nodes = info.data.get("max_nodes")
        if max_nodes is not None and min_nodes > max_nodes:
            raise PydanticCustomError(
                "InvalidNodeRange",
                "minNodes {min} is above maxNodes {max}: lower minNodes or raise maxNodes.",
                {"min": min_nodes, "max": max_nodes},
            )
        return min_nodes


class Edge(WireModel):
    """The public endpoint, protected by a web application firewall."""

    sku: EdgeSku = Field(
        default=EdgeSku.STANDARD,
        description="Front Door tier; managed firewall rules need Premium.",
    )
    origin: OriginAccess = Field(
        default=OriginAccess.PUBLIC,
        description="How Front Door reaches the cells; cannot be changed later. `privateLink`: "
        "over a private endpoint, and the cells have no public address. It needs Premium, where "
        "it applies if omitted without `originCertificate`. `public`: at a public address that "
        "admits Front Door alone, as plain HTTP unless there is an `originCertificate`.",
        json_schema_extra=_without_default,
    )
    origin_certificate: OriginCertificate | None = Field(
        default=None,
        description="Certificate by which public origins serve HTTPS, and which Front Door "
        "verifies; cannot be added or left out once the environment is built.",
    )
    waf_mode: WafMode = Field(
        default=WafMode.PREVENTION,
        description="Whether the firewall blocks requests or only logs them.",
    )
    managed_rules: StrictBool | None = Field(
        default=None,
        description="Whether Azure's managed rules against attacks and bots apply; they need "
        "Premium, where they apply if omitted. They may take prompts that quote code for attacks.",
    )

    @field_validator("managed_rules")
    @classmethod
    def _needs_premium(cls, wanted: bool | None, info: ValidationInfo) -> bool | None:
        if wanted and info.data.get("sku") is EdgeSku.STANDARD:
            raise PydanticCustomError(
                "ManagedRulesNeedPremium",
                "Managed rules need the tier Premium_AzureFrontDoor; Standard_AzureFrontDoor has "
                "the rate limit only. Change sku, or leave managedRules out.",
            )
        return wanted

    @field_validator("origin")
    @classmethod
    def _is_private_with_premium(cls, origin: OriginAccess, info: ValidationInfo) -> OriginAccess:
        if origin is OriginAccess.PRIVATE_LINK and info.data.get("sku") is EdgeSku.STANDARD:
            raise PydanticCustomError(
                "PrivateLinkNeedsPremium",
                "Private Link needs the tier Premium_AzureFrontDoor; Standard_AzureFrontDoor "
                "reaches public addresses only. Change sku, or use public.",
            )
        return origin

    @field_validator("origin_certificate")
    @classmethod
    def _is_of_public_origins(
        cls, certificate: OriginCertificate | None, info: ValidationInfo
    ) -> OriginCertificate | None:
        return check_origin_certificate(certificate, info.data, OriginAccess.PRIVATE_LINK)

    def with_default_origin(self) -> Self:
        """Private where a caller chose Premium and wrote neither origin nor certificate.

        No default of the field: records of versions without it have public origins on either tier.
        """
        is_said = "origin" in self.model_fields_set or self.origin_certificate is not None
        if self.sku is EdgeSku.STANDARD or is_said:
            return self
        return self.model_copy(update={"origin": OriginAccess.PRIVATE_LINK})

    @property
    def has_private_origins(self) -> bool:
        return self.origin is OriginAccess.PRIVATE_LINK

    @property
    def certificate_access(self) -> RoleAccess | None:
        """None without a certificate."""
        return self.origin_certificate.access if self.origin_certificate else None

    @property
    def has_managed_rules(self) -> bool:
        return self.sku is EdgeSku.PREMIUM and self.managed_rules is not False


class OnFailure(StrEnum):
    """What becomes of an environment whose creation has failed."""

    KEEP = "keep"
    DELETE = "delete"


class RepairPolicy(StrEnum):
    """Whether the sweep repairs an environment that differs from its specification."""

    OFF = "off"
    AUTO = "auto"


def _without_gpu_by_preset(schema: dict[str, Any]) -> None:
    """A preset adds the size, before the specification is read."""
    schema["required"].remove("gpu")


class EnvironmentSpec(WireModel):
    """The desired state of an environment."""

    model_config = ConfigDict(json_schema_extra=_without_gpu_by_preset)

    name: str = Field(
        pattern=ENVIRONMENT_NAME_PATTERN,
        min_length=SHORTEST_NAME,
        max_length=LONGEST_NAME,
        description="Lower-case letters, digits and single hyphens, starting with a letter.",
        examples=["fraud-llm"],
    )
    cost_center: str = Field(
        pattern=COST_CENTER_PATTERN,
        max_length=LONGEST_COST_CENTER,
        description="Tag for cost reports: letters, digits, '-', '_' and '.'. Two that differ in "
        "case only are one cost center.",
        examples=["ML-1234"],
    )
    owner: str = Field(
        pattern=OWNER_PATTERN,
        max_length=254,
        description="E-mail address of the owner: tagged on Azure resources, part of every event.",
        examples=["fraud-team@example.com"],
    )
    tags: dict[TagName, TagValue] = Field(
        default_factory=dict[str, str],
        max_length=MAX_TAGS,
        description="Tags of all Azure resources, beside those that Gridplane sets. One that is "
        "left out later stays on the resources that exist.",
        examples=[{"team": "fraud"}],
    )
    regions: tuple[Region, ...] = Field(
        min_length=1,
        max_length=10,
        description="Azure regions out of those that the service allows; one cell is built in "
        "each. Display names such as 'West Europe' are accepted.",
        examples=[["westeurope"]],
    )
    gpu: GpuPoolSpec = Field(
        description="VM size and limits of the GPU nodes in every region. Required without "
        "`workload.preset`."
    )
    placement: Placement = Field(
        default_factory=Placement,
        description="What is tried in turn where Azure has no capacity for `gpu`.",
    )
    workload: Workload = Field(description="What runs on the GPU nodes.")
    update: Update | None = Field(
        default=None,
        description="How an update of the workload takes effect; by `replace` if omitted.",
    )
    cluster: ClusterSpec = Field(
        default_factory=ClusterSpec, description="Tier and maintenance of the AKS clusters."
    )
    edge: Edge = Field(default_factory=Edge, description="Tier and firewall of the endpoint.")
    access: Access = Field(
        default_factory=Access,
        description="Callers who are admitted to the model, and how often they may call.",
    )
    audit: Audit = Field(
        default_factory=Audit, description="What is recorded of invocations of the model."
    )
    idle: Idle = Field(
        default_factory=Idle, description="What the sweep does about idleness, and when."
    )
    repair: RepairPolicy = Field(
        default=RepairPolicy.OFF,
        description="`auto`: the sweep repairs the environment when it is Ready and its health is "
        "Degraded or Unreachable, at most once an hour.",
    )
    on_failure: OnFailure | None = Field(
        default=None,
        description="`delete`: an hour after its creation has failed or was canceled the sweep "
        "deletes the environment, unless an operation has begun. `keep`, as without it: what was "
        "built stays for a retry, with GPU pools at zero; clusters and Front Door profile go on "
        "to cost.",
    )
    expires_at: UtcDatetime | None = Field(
        default=None,
        description="When the environment is deleted automatically.",
        examples=["2027-01-31T00:00:00Z"],
    )

    @field_validator("tags")
    @classmethod
    def _are_free(cls, tags: dict[str, str]) -> dict[str, str]:
        return check_tags(tags)

    @field_validator("regions")
    @classmethod
    def _are_unique(cls, regions: tuple[str, ...]) -> tuple[str, ...]:
        return all_different(regions, "DuplicateRegion", "List each region once.")

    @property
    def granted_roles(self) -> tuple[GrantedRole, ...]:
        """Those that its cells are given, for as long as it names the resources."""
        certificate = self.edge.origin_certificate
        of_edge = certificate.granted_roles if certificate else ()
        return tuple(dict.fromkeys((*self.workload.granted_roles, *of_edge)))

    @property
    def is_blue_green(self) -> bool:
        return self.update is not None and self.update.is_blue_green

    def pinned_to(self, digest: str | None) -> Self:
        """With the workload's image by the digest; as it is without one."""
        return self.model_copy(update={"workload": self.workload.pinned_to(digest)})

    def without_payload(self) -> Self:
        """Without env, command and args of its workload, which may have 256 KiB."""
        workload = self.workload.model_copy(update={"env": {}, "command": (), "args": ()})
        return self.model_copy(update={"workload": workload})
