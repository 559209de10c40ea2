"""Figures of an environment over time, as the API returns them."""

from pydantic import AwareDatetime, Field

from domain.wire import WireModel


class MetricTotals(WireModel):
    """Of all points together; what is not known in one of them is left out."""

    requests: int | None = Field(
        default=None, description="Absent if not known in any point.", examples=[5211]
    )
    errors: int | None = Field(
        default=None, description="Absent if not known in any point.", examples=[3]
    )
    tokens_in: int | None = Field(
        default=None, description="Absent if not known in any point.", examples=[410_000]
    )
    tokens_out: int | None = Field(
        default=None, description="Absent if not known in any point.", examples=[1_900_000]
    )
    gpu_node_hours: float | None = Field(
        default=None, description="Absent if not known in any point.", examples=[31.5]
    )
    cost_usd: float | None = Field(
        default=None,
        description="List price of GPU nodes and of what the environment has besides; absent if "
        "not known in any point.",
        examples=[171.3],
    )


class MetricPoint(WireModel):
    """Figures of one interval. What is not known is absent, which is not zero."""

    start_date_time: AwareDatetime = Field(
        description="Start of the interval.", examples=["2026-11-30T11:55:00Z"]
    )
    requests: int | None = Field(
        default=None,
        description="Invocations that gateways have passed to the model, or answered because no "
        "replica could be asked. Those that a gateway refuses (401, 403, 429) are not among them.",
        examples=[42],
    )
    errors: int | None = Field(
        default=None, description="Of these, answers of status 5xx.", examples=[0]
    )
    tokens_in: int | None = Field(
        default=None,
        description="Tokens that the engines have read; absent where an engine does not count.",
        examples=[3310],
    )
    tokens_out: int | None = Field(
        default=None, description="Tokens that they have generated.", examples=[15_200]
    )
    gpu_utilisation_percent: int | None = Field(
        default=None,
        description="Of the busiest GPU, the highest of all looks; absent where no exporter of "
        "NVIDIA's runs, and while nothing moves.",
        examples=[87],
    )
    busy_replicas: int | None = Field(
        default=None,
        description="Replicas that had requests, the most of all looks; absent where engines do "
        "not tell.",
        examples=[1],
    )
    gpu_nodes: float | None = Field(
        default=None, description="GPU nodes of all regions, the mean over time.", examples=[1.0]
    )
    unpriced_gpu_nodes: float | None = Field(
        default=None,
        description="Part of `gpuNodes` that the prices leave out, as no list price is known; "
        "absent if there is none.",
    )
    gpu_usd_per_hour: float | None = Field(
        default=None,
        description="List price of the GPU nodes at the time, the mean over time.",
        examples=[4.775],
    )
    usd_per_hour: float | None = Field(
        default=None,
        description="The same with what the environment has besides, at its present price.",
        examples=[5.5],
    )


class EnvironmentMetrics(WireModel):
    """Figures of one environment over time, as sweeps and operations have seen them."""

    environment: str = Field(description="Name of the environment.", examples=["fraud-llm"])
    from_date_time: AwareDatetime = Field(description="Start of the window.")
    to_date_time: AwareDatetime = Field(description="End of the window.")
    interval_minutes: int = Field(
        description="Length of a point's interval: 5 if the window begins at most a day ago, or "
        "else 60.",
        examples=[5],
    )
    since_date_time: AwareDatetime | None = Field(
        default=None,
        description="First look at the counters that is still on record; absent if there was "
        "none. Before it requests, tokens and utilisation are not known.",
    )
    unrecorded: str | None = Field(
        default=None,
        description="Why requests, tokens and utilisation are missing in all points, or in the "
        "first or latest of them; absent if they are not.",
    )
    totals: MetricTotals = Field(description="Of all points.")
    value: tuple[MetricPoint, ...] = Field(
        description="Oldest first, without gaps, from the environment's creation on and until now."
    )
