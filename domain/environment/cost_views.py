"""What an environment costs, as the API returns it."""

from datetime import date

from pydantic import AwareDatetime, Field

from domain.catalog.prices import ExchangeRate
from domain.wire import WireModel


class CostView(WireModel):
    """List prices in USD of GPU nodes as they were seen, and of what an environment has besides.

    An estimate that does not wait for Azure's own cost data, which lag by 8 to 24 hours.
    Reservations, agreements, disks, traffic and logs are left out, and what has no list price.
    """

    usd_per_hour_now: float = Field(
        description="With the GPU nodes that were seen last.", examples=[5.5]
    )
    usd_per_hour_asleep: float = Field(description="Without GPU nodes.", examples=[0.73])
    today_usd: float = Field(description="Since midnight, UTC.", examples=[66.1])
    month_to_date_usd: float = Field(
        description="Since the first of the month, UTC.", examples=[1203.9]
    )
    unpriced_node_hours: float | None = Field(
        default=None,
        description="Node hours of this month without a list price; absent if there are none.",
    )
    price_as_of: AwareDatetime = Field(description="Date of the oldest of the list prices.")
    rate: ExchangeRate | None = Field(
        default=None,
        description="Of the currency that the app's settings name, as Azure's price list has it; "
        "absent if they name none, or if it was not read.",
    )


class DailyCost(WireModel):
    """What one environment has cost on one day."""

    day: date = Field(description="Day in UTC.", examples=["2026-11-30"])
    environment: str = Field(description="Name of the environment.", examples=["fraud-llm"])
    cost_center: str = Field(
        description="Its cost center at present, or of an earlier environment of the name.",
        examples=["ML-1234"],
    )
    gpu_node_hours: float = Field(description="Hours of GPU nodes.", examples=[12.5])
    gpu_usd: float = Field(description="Their list price.", examples=[59.688])
    base_usd: float = Field(
        description="List price of what it has besides: system nodes, control plane, load "
        "balancer, addresses and Front Door.",
        examples=[17.45],
    )
    unpriced_node_hours: float | None = Field(
        default=None,
        description="Part of `gpuNodeHours` that `gpuUsd` leaves out, as no list price is known; "
        "absent if there is none.",
    )


class BilledEnvironment(WireModel):
    """What Azure has billed for one environment, and what list prices say, over settled days."""

    environment: str = Field(description="Name of the environment.", examples=["fraud-llm"])
    billed_usd: float = Field(
        description="Cost of its resource groups, by Cost Management.", examples=[1190.02]
    )
    listed_usd: float = Field(description="The same days at list prices.", examples=[1203.9])
    difference_usd: float = Field(
        description="Billed less listed: agreements, reservations, disks, traffic, logs, and the "
        "minutes in which nodes boot.",
        examples=[-13.88],
    )


class BilledView(WireModel):
    """Costs as Azure has billed them, as far as its data no longer change."""

    settled_until: date = Field(description="Last day that is compared.", examples=["2026-11-26"])
    unread: str | None = Field(
        default=None, description="Why nothing, or not everything, can be compared."
    )
    value: tuple[BilledEnvironment, ...] = Field(default=(), description="By environment.")


class CostReport(WireModel):
    """Costs by day and environment."""

    total_usd: float = Field(description="Of all days and environments.", examples=[77.138])
    price_as_of: AwareDatetime = Field(
        description="Date of the oldest of the list prices at present. GPU nodes are counted at "
        "those of their time."
    )
    rate: ExchangeRate | None = Field(
        default=None, description="Of the currency that the app's settings name; absent without."
    )
    value: tuple[DailyCost, ...] = Field(description="By day, then by environment.")
    billed: BilledView | None = Field(
        default=None,
        description="What Azure has billed meanwhile; absent unless the app is set up to read it.",
    )
