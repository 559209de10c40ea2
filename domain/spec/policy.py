"""What the settings of a deployment allow specifications to ask for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from domain.catalog.private_link import find_private_link_location
from domain.catalog.regions import normalise_region
from domain.problem import Problem
from domain.spec.access import Access, AccessMode
from domain.spec.cluster import ClusterSpec
from domain.spec.gpu_rules import list_regions, read_section
from domain.spec.idle import Idle
from domain.spec.model import Edge


@dataclass(frozen=True, slots=True)
class SpecPolicy:
    """Rules of a deployment, which may change while environments live."""

    allowed_regions: Sequence[str]
    verifies_tokens: bool
    """Whether tenant and audience of the tokens that callers of models send are known."""
    allows_anonymous_access: bool
    allows_http_origins: bool = True
    """Whether the edge may send requests to cells as plain HTTP over public addresses."""
    requires_disk_encryption_set: bool = False
    """Whether disks of nodes have to be encrypted with a key of the customer's."""


def find_edge_problems(document: dict[str, Any], policy: SpecPolicy) -> Iterable[Problem]:
    """Of `edge.origin`, with its default, and of the regions that Private Link has to reach."""
    written = read_section(document, "edge", Edge) if "edge" in document else Edge()
    if written is None:
        return
    if written.with_default_origin().has_private_origins:
        yield from _private_link_problems(document)
    elif written.origin_certificate is None and not policy.allows_http_origins:
        yield Problem(
            "HttpOriginsNotAllowed",
            "Front Door would send requests to the cells as plain HTTP over public addresses, "
            "which is not allowed here: use privateLink, with sku Premium_AzureFrontDoor, or name "
            "an originCertificate.",
            "edge.origin",
        )


def _private_link_problems(document: dict[str, Any]) -> Iterable[Problem]:
    for target, listed in list_regions(document):
        region = normalise_region(listed)
        if find_private_link_location(region) is None:
            yield Problem(
                "PrivateLinkRegionUnknown",
                f"No region in which Front Door offers Private Link is known to be near "
                f"'{region}': use another region, or set edge.origin to public.",
                target,
            )


def find_wake_problems(document: dict[str, Any]) -> Iterable[Problem]:
    """Callers whom the gateway has not identified must not start GPU nodes."""
    access, idle = read_section(document, "access", Access), read_section(document, "idle", Idle)
    if access and idle and access.mode is AccessMode.NONE and idle.wake_on_request:
        yield Problem(
            "WakeOnRequestNeedsTokens",
            "Unknown callers could start GPU nodes: use access mode entra, or leave wakeOnRequest "
            "out.",
            "idle.wakeOnRequest",
        )


def find_disk_problems(document: dict[str, Any], policy: SpecPolicy) -> Iterable[Problem]:
    """A disk encryption set serves disks of its own region only (documented)."""
    written = read_section(document, "cluster", ClusterSpec) if "cluster" in document else None
    encryption_set = written.disk_encryption_set_id if written else None
    if encryption_set is None and policy.requires_disk_encryption_set:
        if written or "cluster" not in document:
            yield Problem(
                "DiskEncryptionSetRequired",
                "Disks have to be encrypted with a key of yours here: name a disk encryption set "
                "in the region of the cell.",
                "cluster.diskEncryptionSetId",
            )
    elif encryption_set and len(list_regions(document)) > 1:
        yield Problem(
            "DiskEncryptionSetServesOneRegion",
            "A disk encryption set serves one region: name one region, without others under "
            "placement, or leave diskEncryptionSetId out.",
            "cluster.diskEncryptionSetId",
        )


def find_access_problems(document: dict[str, Any], policy: SpecPolicy) -> Iterable[Problem]:
    """Of `access.mode`, which is `entra` unless written."""
    access = read_section(document, "access", Access) if "access" in document else Access()
    if access is None:
        return
    if access.mode is AccessMode.NONE and not policy.allows_anonymous_access:
        yield Problem(
            "AnonymousAccessNotAllowed",
            "Models without a check of their callers are not allowed here: use entra, or leave "
            "mode out.",
            "access.mode",
        )
    if access.mode is AccessMode.ENTRA and not policy.verifies_tokens:
        yield Problem(
            "TokensNotConfigured",
            "This deployment does not know whose tokens callers of models send: its operator "
            "sets TENANT_ID and MODEL_AUDIENCE.",
            "access.mode",
        )
