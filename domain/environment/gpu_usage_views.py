"""What an environment's GPU nodes have cost, as the API returns it."""

from pydantic import AwareDatetime, Field

from domain.catalog.prices import shipped_as_of
from domain.environment.gpu_saving import GpuSaving
from domain.environment.gpu_usage import GpuSpending
from domain.wire import WireModel


class GpuUsageView(WireModel):
    """Hours of GPU nodes as operations and sweeps have seen them, and their list price.

    An estimate that does not wait for Azure's own cost data, which lag by 8 to 24 hours; without
    reservations and agreements.
    """

    node_hours: float = Field(
        description="Hours of GPU nodes, of all regions together.", examples=[12.5]
    )
    cost_usd: float | None = Field(
        default=None,
        description="List price of the node hours in USD, pay as you go, without those in "
        "`unpricedNodeHours`; absent if no price is known for any of them.",
        examples=[59.688],
    )
    unpriced_node_hours: float | None = Field(
        default=None,
        description="Part of `nodeHours` that `costUsd` leaves out, as no list price is known: "
        "spot and some sizes. Absent if there is none.",
        examples=[1.25],
    )
    price_as_of: AwareDatetime = Field(
        description="Date of the list prices, which are those of the regions of the nodes."
    )
    since_date_time: AwareDatetime = Field(description="When the first of the nodes were seen.")
    until_date_time: AwareDatetime = Field(description="Until when hours are counted.")


def build_gpu_usage_view(spending: GpuSpending) -> GpuUsageView:
    priced, unpriced = spending.priced_node_hours, spending.unpriced_node_hours
    return GpuUsageView(
        node_hours=round(priced + unpriced, 3),
        cost_usd=round(spending.cost_usd, 3) if priced or not unpriced else None,
        unpriced_node_hours=round(unpriced, 3) if unpriced else None,
        price_as_of=shipped_as_of(),
        since_date_time=spending.since,
        until_date_time=spending.until,
    )


class GpuSavingView(WireModel):
    """What the GPU nodes would have cost that did not run while the environment slept, at the
    list prices of when they ran last."""

    node_hours: float = Field(
        description="Hours of the nodes that ran before, of all regions together.", examples=[62.0]
    )
    saved_usd: float = Field(description="Their list price in USD.", examples=[296.05])
    usd_per_hour: float = Field(
        description="What an hour of sleep saves at list prices.", examples=[4.775]
    )
    unpriced_node_hours: float | None = Field(
        default=None,
        description="Part of `nodeHours` that `savedUsd` leaves out; absent if there is none.",
    )
    since_date_time: AwareDatetime = Field(description="When the first of the nodes were gone.")
    until_date_time: AwareDatetime = Field(description="Until when hours are counted.")


def build_gpu_saving_view(saving: GpuSaving) -> GpuSavingView:
    return GpuSavingView(
        node_hours=round(saving.node_hours, 3),
        saved_usd=round(saving.saved_usd, 3),
        usd_per_hour=round(saving.per_hour_usd, 4),
        unpriced_node_hours=round(saving.unpriced_node_hours, 3) or None,
        since_date_time=saving.since,
        until_date_time=saving.until,
    )


def describe_costs(spending: GpuSpending | None, saving: GpuSaving | None) -> str:
    """For the timeline; empty without either."""
    text = ""
    if spending and spending.priced_node_hours:
        text += f". GPU nodes have cost {spending.cost_usd:.2f} USD"
    if saving and saving.node_hours:
        text += f". Sleep has saved {saving.saved_usd:.2f} USD"
    elif saving and saving.per_hour_usd:
        text += f". An hour of sleep saves {saving.per_hour_usd:.2f} USD"
    return text
