"""Finds what Azure has of environments without a record, and decides when it may be removed."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import AwareDatetime, Field

from domain.sweep.found import AzureListing
from domain.sweep.groups import FoundGroup, OrphanPolicy
from domain.sweep.model import GpuPool
from domain.wire import WireModel


class Removal(StrEnum):
    OFF = "off"
    """The app is set to report only."""
    NOT_OURS_ALONE = "notOursAlone"
    """Its tags do not mark it as ours, or it holds something that others own."""
    WAITING = "waiting"
    """Until the grace period is over."""
    DUE = "due"
    """The grace period is over; a sweep that acts removes it."""
    BEGUN = "begun"
    """Its end shows in the next sweep, which no longer lists it."""
    FAILED = "failed"


class Orphan(WireModel):
    """A resource group of an environment that has no record."""

    environment: str = Field(
        description="Environment that its name and tags name.", examples=["fraud-llm"]
    )
    region: str = Field(description="Azure region; empty for the edge.", examples=["westeurope"])
    resource_group_id: str = Field(description="ARM id of the resource group.")
    node_count: int = Field(description="GPU nodes in it.", examples=[1])
    per_hour_usd: float | None = Field(
        default=None,
        description="List price of its GPU nodes; absent if unknown.",
        examples=[3.673],
    )
    first_seen: AwareDatetime = Field(description="When a sweep first saw it without a record.")
    removal: Removal = Field(
        description="Whether it is removed: off (ORPHAN_REMOVAL is not set), notOursAlone, "
        "waiting (grace period), due, begun or failed."
    )


def find_orphans(
    listing: AzureListing, known: Collection[str], at_rest: Collection[str]
) -> list[FoundGroup]:
    """Groups without a record, and AKS's own groups whose cluster is gone.

    `known`: environments with a record. `at_rest`: those that rested when Azure was listed; the
    cluster of any other one may have been created since. Nothing is an orphan by a list that
    failed.
    """
    if listing.unread:
        return []
    clusters = {(each.environment, each.region) for each in listing.clusters}
    return [
        group
        for group in listing.groups
        if group.environment not in known
        or (
            not group.is_tagged
            and group.environment in at_rest
            and (group.environment, group.region) not in clusters
        )
    ]


def describe_orphans(
    groups: Iterable[FoundGroup],
    pools: Iterable[GpuPool],
    first_seen: Mapping[str, datetime],
    policy: OrphanPolicy,
    now: datetime,
) -> list[Orphan]:
    """`first_seen`: by resource group id."""
    ours = [pool for pool in pools if pool.is_ours]
    return [_describe(group, ours, first_seen[group.group_id], policy, now) for group in groups]


def _describe(
    group: FoundGroup,
    pools: Iterable[GpuPool],
    first_seen: datetime,
    policy: OrphanPolicy,
    now: datetime,
) -> Orphan:
    cell = (group.environment, group.region)
    held = [pool for pool in pools if group.is_tagged and (pool.environment, pool.region) == cell]
    costs = [pool.hourly_cost for pool in held]
    return Orphan(
        environment=group.environment,
        region=group.region,
        resource_group_id=group.group_id,
        node_count=sum(pool.node_count for pool in held),
        per_hour_usd=None if None in costs else round(sum(cost or 0 for cost in costs), 3),
        first_seen=first_seen,
        removal=_decide(group, first_seen, policy, now),
    )


def _decide(
    group: FoundGroup, first_seen: datetime, policy: OrphanPolicy, now: datetime
) -> Removal:
    if not group.is_tagged:
        return Removal.NOT_OURS_ALONE
    if not policy.removal:
        return Removal.OFF
    is_over = now - first_seen >= timedelta(hours=policy.grace_hours)
    return Removal.DUE if is_over else Removal.WAITING
