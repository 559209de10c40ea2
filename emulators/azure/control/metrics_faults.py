"""Reads faults of metrics from control requests and shows them."""

from typing import Any

from emulators.azure.control.input import BadInput, Fields
from emulators.azure.monitor.faults import MetricsFault, MetricsTrouble


def read_metrics_fault(fault_id: str, fields: Fields) -> MetricsFault:
    """A fault from its JSON; raises BadInput."""
    trouble = fields.text("metrics")
    if trouble not in list(MetricsTrouble):
        raise BadInput(f"metrics must be one of {', '.join(MetricsTrouble)}.")
    fault = MetricsFault(
        id=fault_id,
        trouble=MetricsTrouble(trouble),
        profile=fields.pattern("profile"),
        since=fields.moment("since"),
    )
    fields.finish()
    if (fault.trouble is MetricsTrouble.STALE) != (fault.since is not None):
        raise BadInput("since, the moment at which data ends, goes with stale and only with it.")
    return fault


def describe(fault: MetricsFault) -> dict[str, Any]:
    return {
        "id": fault.id,
        "metrics": str(fault.trouble),
        "profile": fault.profile and fault.profile.pattern,
        "since": fault.since and fault.since.isoformat(),
    }
