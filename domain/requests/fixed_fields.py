"""Fields of a specification that an update cannot change."""

from collections.abc import Callable
from typing import Any

from domain.environment.record import EnvironmentRecord
from domain.placement.offers import list_offers
from domain.spec.model import EnvironmentSpec

FIXED_FIELDS: dict[str, Callable[[EnvironmentSpec], Any]] = {
    "regions": lambda spec: frozenset(spec.regions),
    "edge.sku": lambda spec: spec.edge.sku,
    "edge.origin": lambda spec: spec.edge.origin,
}
FIXED_ONCE_BUILT: dict[str, Callable[[EnvironmentSpec], Any]] = {
    "cluster.diskEncryptionSetId": lambda spec: (
        spec.cluster.disk_encryption_set_id or ""
    ).lower(),
    "edge.originCertificate.domainName": lambda spec: (
        spec.edge.origin_certificate and spec.edge.origin_certificate.domain_name
    ),
    "edge.originCertificate.dnsZoneId": lambda spec: (
        spec.edge.origin_certificate and (spec.edge.origin_certificate.records or "").lower()
    ),
}
"""AKS takes a disk encryption set only in the request that creates a cluster. Other names of
origins, and HTTPS in place of HTTP, take effect at Front Door and in cells at different times."""

FIXED_WHILE_SERVING: dict[str, Callable[[EnvironmentSpec], Any]] = {
    "gpu.vmSize": lambda spec: spec.gpu.vm_size,
    "gpu.spot": lambda spec: spec.gpu.spot,
    "gpu.zones": lambda spec: frozenset(spec.gpu.zones),
}


def find_fixed_fields(record: EnvironmentRecord, new: EnvironmentSpec) -> list[str]:
    """What differs and cannot be changed: Azure cannot change Front Door's tier, an origin group
    cannot mix public with private origins, and each region is a cell of its own. A GPU pool can be
    replaced, but not while it may serve.
    """
    if record.was_never_begun:
        return []
    fixed = FIXED_FIELDS | ({} if record.was_never_built else FIXED_ONCE_BUILT)
    fixed |= {} if record.has_failed and not record.was_restored else FIXED_WHILE_SERVING
    changed = [name for name, read in fixed.items() if read(record.spec) != read(new)]
    return changed if "regions" in changed else [*changed, *_find_lost_placement(record, new)]


def _find_lost_placement(record: EnvironmentRecord, new: EnvironmentSpec) -> list[str]:
    """The alternatives that cells use and a new specification no longer has.

    A cell leaves its region only for one that the specification names, and its offer only after a
    failure.
    """
    lost: list[str] = []
    for cell, placement in record.placements.items():
        offers, offer = list_offers(new, cell), placement.offer
        if offer.region not in {each.region for each in offers}:
            lost.append("placement.regions")
        elif offer not in offers and not record.has_failed:
            lost.append("placement")
    return lost[:1]
