"""Faults inside of clusters, for those that are there and for those that come later."""

import re
from dataclasses import dataclass, field
from typing import Any

from emulators.azure.control.input import BadInput, Fields, required
from emulators.azure.kubernetes.cluster import Cluster
from emulators.azure.kubernetes.faults import Denial, ImageFault, ImageOutcome


@dataclass(frozen=True, slots=True)
class ClusterFault:
    """What goes wrong in each cluster whose whole name matches."""

    id: str
    cluster: re.Pattern[str]
    given: dict[str, Any]
    images: dict[str, ImageFault] = field(default_factory=dict[str, ImageFault])
    address_seconds: float | None = None
    address_error: str | None = None
    node_boot_seconds: float | None = None
    scale_up_error: str | None = None
    device_plugin_broken: bool = False
    denials: tuple[Denial, ...] = ()
    lost_pool: str | None = None
    evicted_pool: str | None = None

    def wire(self) -> dict[str, Any]:
        return {"id": self.id, **self.given}

    def apply(self, cluster: Cluster) -> None:
        """Add this fault to those that the cluster has; what is not given stays as it is."""
        faults = cluster.faults
        faults.images.update(self.images)
        for name in ("address_seconds", "address_error", "node_boot_seconds", "scale_up_error"):
            value = getattr(self, name)
            if value is not None:
                setattr(faults, name, value)
        faults.device_plugin_broken = faults.device_plugin_broken or self.device_plugin_broken
        faults.denials += self.denials
        if self.lost_pool is not None:
            faults.lost_pools.add(self.lost_pool)
        if self.evicted_pool is not None:
            faults.evicted_pools.add(self.evicted_pool)


def apply_to(cluster: Cluster, faults: list[ClusterFault]) -> None:
    """Make the cluster have exactly those of `faults` that match its name."""
    present = cluster.faults
    present.images.clear()
    present.address_seconds = present.node_boot_seconds = None
    present.address_error = present.scale_up_error = None
    present.device_plugin_broken = False
    present.denials.clear()
    present.lost_pools.clear()
    present.evicted_pools.clear()
    for fault in faults:
        if fault.cluster.fullmatch(cluster.name):
            fault.apply(cluster)
    present.announce()


def read_cluster_fault(fault_id: str, body: dict[str, Any]) -> ClusterFault:
    """A fault from its JSON; raises BadInput."""
    fields = Fields(body)
    fault = ClusterFault(
        id=fault_id,
        cluster=required(fields.pattern("cluster"), "cluster"),
        given=body,
        images=_read_images(fields.anything("images") or {}),
        address_seconds=fields.number("addressSeconds"),
        address_error=fields.text("addressError"),
        node_boot_seconds=fields.number("nodeBootSeconds"),
        scale_up_error=fields.text("scaleUpError"),
        device_plugin_broken=fields.flag("devicePluginBroken"),
        denials=_read_denials(fields.anything("denials") or []),
        lost_pool=fields.text("lostPool"),
        evicted_pool=fields.text("evictedSpotPool"),
    )
    fields.finish()
    return fault


def _read_images(images: Any) -> dict[str, ImageFault]:
    if not isinstance(images, dict):
        raise BadInput("images must be an object of faults by image.")
    return {image: _read_image(Fields(each, f"images.{image}")) for image, each in images.items()}


def _read_image(fields: Fields) -> ImageFault:
    outcome = fields.text("outcome")
    if outcome not in list(ImageOutcome):
        raise BadInput(f"outcome must be one of {', '.join(ImageOutcome)}.")
    fault = ImageFault(
        outcome=ImageOutcome(outcome),
        message=fields.text("message", "") or "",
        exit_code=fields.integer("exitCode", 1, high=255) or 0,
        reason=fields.text("reason", "Error") or "Error",
        after_seconds=fields.number("afterSeconds", 5.0) or 0.0,
    )
    fields.finish()
    return fault


def _read_denials(denials: Any) -> tuple[Denial, ...]:
    if not isinstance(denials, list):
        raise BadInput("denials must be a list of refusals by admission.")
    return tuple(_read_denial(Fields(each, "denials")) for each in denials)


def _read_denial(fields: Fields) -> Denial:
    kinds = fields.anything("kinds") or ["Pod"]
    if not isinstance(kinds, list) or not all(isinstance(each, str) for each in kinds):
        raise BadInput("kinds must be a list of strings.")
    denial = Denial(
        message=required(fields.text("message"), "message"),
        kinds=frozenset(kinds),
        webhook=fields.text("webhook", "") or "",
        namespace=fields.pattern("namespace"),
        code=fields.integer("code", 403, low=400, high=599) or 403,
    )
    fields.finish()
    return denial
