"""What is known about the use of a cell, and whether that shows activity, idleness or nothing."""

from pydantic import AwareDatetime, Field

from domain.wire import WireModel


class Sample(WireModel):
    """One point of a metric; `at` is where its interval begins, as Azure Monitor says it."""

    at: AwareDatetime
    count: float = Field(ge=0, allow_inf_nan=False)


class GpuPod(WireModel):
    """A pod that asks for nvidia.com/gpu."""

    name: str = ""
    phase: str
    """Kubernetes' own word: Pending, Running, Succeeded, Failed, Unknown."""
    is_serving: bool
    """Of the environment's own Deployment: it holds its GPU all the time, used or not."""
    started_at: AwareDatetime | None = None
    finished_at: AwareDatetime | None = None


class Usage(WireModel):
    """What was seen of one cell; None where it could not be learnt."""

    environment: str
    region: str
    observed_at: AwareDatetime
    requests: tuple[Sample, ...] | None
    """Requests through the edge without health probes; zero is a sample, too."""
    gpu_pods: tuple[GpuPod, ...] | None
    gpu_utilisation: tuple[Sample, ...] | None = None
    """Percent. None where no such metric exists; empty where it exists and is silent."""
    interval_minutes: int = Field(default=1, ge=1)
    """The metrics' time grain."""
