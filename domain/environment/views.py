"""Environments as the API returns them; the models also document the API."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import AwareDatetime, Field

from domain.api_errors import ErrorBody
from domain.environment.approval_views import ApprovalView, build_approval_view
from domain.environment.cost_views import CostView
from domain.environment.gpu_usage import total
from domain.environment.gpu_usage_views import GpuUsageView, build_gpu_usage_view
from domain.environment.health_views import HealthView, build_health_view
from domain.environment.operation_views import (
    CLUSTER_ID,
    WarningView,
    build_error,
    build_warning_view,
)
from domain.environment.phases import Phase
from domain.environment.pinned_image import PinnedImage
from domain.environment.record import CellState, EnvironmentRecord, TimelineEvent
from domain.placement.offers import Offer
from domain.spec.model import EnvironmentSpec
from domain.wire import WireModel


class OriginTransport(StrEnum):
    """How requests travel from the edge to the cells."""

    HTTP = "http"
    HTTPS = "https"
    PRIVATE_LINK = "privateLink"


class CellView(WireModel):
    """An environment's part in one region, as of the last operation that completed it."""

    region: str = Field(description="Azure region.", examples=["westeurope"])
    cluster_id: str = Field(description="ARM id of the AKS cluster.", examples=[CLUSTER_ID])
    external_ip: str = Field(
        description="Public address of the workload's Service; empty if it has none, as with "
        "private origins.",
        examples=["20.73.1.10"],
    )
    fqdn: str = Field(
        description="DNS name of the cluster's API server.",
        examples=["gp-fraud-llm-westeurope-5k1x2y3z.hcp.westeurope.azmk8s.io"],
    )
    nodes: int = Field(
        description="GPU nodes that were ready at the end of that operation.", examples=[1]
    )
    offer: Offer = Field(description="What its GPU pool is made of.")


class ImageView(WireModel):
    """The image that runs."""

    reference: str = Field(
        description="As in the specification.", examples=["acmeml.azurecr.io/llm:1.4.2"]
    )
    digest: str = Field(
        description="What runs, whatever the tag leads to since.",
        examples=[f"sha256:{'0123456789abcdef' * 4}"],
    )
    resolved_date_time: AwareDatetime = Field(description="When the registry was asked.")


class EnvironmentView(WireModel):
    """An environment: its specification, phase and endpoint."""

    name: str = Field(description="Name of the environment.", examples=["fraud-llm"])
    phase: Phase = Field(description="Current phase. A Deleted environment is not found.")
    generation: int = Field(description="Number of specifications accepted so far.", examples=[1])
    created_date_time: AwareDatetime = Field(description="When its creation was accepted.")
    last_modified_date_time: AwareDatetime = Field(description="When its record last changed.")
    spec: EnvironmentSpec = Field(description="The requested specification, including defaults.")
    cells: tuple[CellView, ...] = Field(
        description="One per region that an operation has finished building."
    )
    origin_transport: OriginTransport = Field(
        description="How requests travel from the edge to the cells: `http`, unencrypted over "
        "public addresses that admit Front Door alone, `https`, over the same with a certificate "
        "that Front Door verifies, or `privateLink`, over a private endpoint.",
    )
    health: HealthView = Field(description="Its health, which is independent of its phase.")
    image: ImageView | None = Field(
        default=None,
        description="What its image was resolved to; absent where the image runs by its tag, or "
        "was given by its digest.",
    )
    endpoint: str | None = Field(
        default=None,
        description="Public URL of the model, once an operation has built it.",
        examples=["https://gp-fraud-llm-a1b2c3.z01.azurefd.net"],
    )
    operation_id: str | None = Field(
        default=None, description="Id of the running operation.", examples=["fraud-llm.1"]
    )
    approval: ApprovalView | None = Field(
        default=None, description="Of the operation that waits for approval."
    )
    gpu_usage: GpuUsageView | None = Field(
        default=None,
        description="What its GPU nodes have cost so far; absent before any was seen. It grows "
        "without a change of the ETag.",
    )
    cost: CostView | None = Field(
        default=None,
        description="What it costs with all that it has. It grows without a change of the ETag.",
    )
    error: ErrorBody | None = Field(
        default=None, description="Why the last operation failed, until the next one starts."
    )
    warnings: tuple[WarningView, ...] | None = Field(
        default=None,
        description="What goes on although no operation runs: `GpuCostNotStopped` while GPU nodes "
        "cost money that serve nothing.",
    )
    remaining_resources: tuple[str, ...] | None = Field(
        default=None,
        description="ARM ids of the resources that a failed or canceled operation left in Azure.",
        examples=[[CLUSTER_ID]],
    )


class EnvironmentPage(WireModel):
    """A page of environments, sorted by name."""

    value: tuple[EnvironmentView, ...] = Field(description="The environments of this page.")
    next_link: str | None = Field(
        default=None,
        description="Relative URL of the next page; absent on the last one.",
        examples=["/environments?maxpagesize=50&skiptoken=fraud-llm"],
        json_schema_extra={"format": "uri-reference"},
    )


class EventView(WireModel):
    """One entry of an environment's timeline."""

    at: AwareDatetime = Field(description="When it happened.")
    type: str = Field(
        description="Kind of event, as a CamelCase code.", examples=["OperationStarted"]
    )
    message: str = Field(description="Human-readable text.", examples=["provision started"])
    operation_id: str | None = Field(
        default=None, description="Id of the event's operation.", examples=["fraud-llm.1"]
    )
    evidence: dict[str, Any] | None = Field(
        default=None,
        description="Facts on which the sweep's decision is based, by region.",
        examples=[{"westeurope": {"afterMinutes": 30, "gpuPods": 1}}],
    )
    actor: str | None = Field(
        default=None,
        description="Who caused it, as `requestedBy` of operations; absent where an operation "
        "goes on by itself.",
        examples=["8f0d4c1e-1a4b-4c57-9f3a-2d1c0b9a8e77"],
    )


class EventList(WireModel):
    """The timeline: the latest 200 entries, oldest first."""

    value: tuple[EventView, ...] = Field(description="The entries.")


def build_environment_view(record: EnvironmentRecord, now: datetime) -> EnvironmentView:
    """`now`: until when the hours of GPU nodes are counted that still run."""
    spending = total(record.gpu_usage, now)
    return EnvironmentView(
        name=record.name,
        phase=record.phase,
        generation=record.generation,
        created_date_time=record.created_at,
        last_modified_date_time=record.updated_at,
        spec=record.spec,
        cells=_build_cell_views(record),
        origin_transport=find_origin_transport(record.spec),
        health=build_health_view(record.health),
        image=_build_image_view(record.image),
        endpoint=record.endpoint,
        operation_id=record.active_operation,
        approval=build_approval_view(record.waiting) if record.waiting else None,
        gpu_usage=build_gpu_usage_view(spending) if spending else None,
        error=build_error(record.failure),
        warnings=tuple(build_warning_view(each) for each in record.warnings) or None,
        remaining_resources=record.remaining or None,
    )


def build_event_list(events: Sequence[TimelineEvent]) -> EventList:
    return EventList(value=tuple(_build_event_view(event) for event in events))


def find_origin_transport(spec: EnvironmentSpec) -> OriginTransport:
    if spec.edge.has_private_origins:
        return OriginTransport.PRIVATE_LINK
    return OriginTransport.HTTPS if spec.edge.origin_certificate else OriginTransport.HTTP


def _build_cell_views(record: EnvironmentRecord) -> tuple[CellView, ...]:
    offers = {offer.region: offer for offer in map(record.offer_of, record.spec.regions)}
    return tuple(
        _build_cell_view(cell, offers[cell.region])
        for cell in record.cells
        if cell.region in offers
    )


def _build_image_view(image: PinnedImage | None) -> ImageView | None:
    if image is None:
        return None
    return ImageView(
        reference=image.reference, digest=image.digest, resolved_date_time=image.resolved_at
    )


def _build_cell_view(cell: CellState, offer: Offer) -> CellView:
    return CellView(
        region=cell.region,
        cluster_id=cell.cluster_id,
        external_ip=cell.external_ip,
        fqdn=cell.fqdn,
        nodes=cell.nodes,
        offer=offer,
    )


def _build_event_view(event: TimelineEvent) -> EventView:
    return EventView(
        at=event.at,
        type=event.type,
        message=event.message,
        operation_id=event.operation_id,
        evidence=event.evidence,
        actor=event.actor,
    )
