"""The workspace, and the rows of its table of invocations.

It stands for what Container Insights, a data collection rule and a table do together in Azure: of
all that containers write, the lines of gateways that tell of an invocation become rows. It is no
resource in ARM, and the association of the rule with a cluster is not asked for.
"""

import json
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from emulators.azure.aks.cluster_parts import LOG_AGENT
from emulators.azure.clock import Clock
from emulators.azure.kubernetes.kinds import Object

WORKSPACE_ID = "10910910-0000-4000-8000-000000000001"

INGESTION = timedelta(minutes=2)
"""A row shows up this long after its line was written."""

MAX_ROWS = 50_000
"""Older ones are dropped, as a table drops what is beyond its retention."""

NAMESPACE, CONTAINER, KIND = "inference", "gateway", "modelInvocation"
"""Of the lines that the rule keeps: others could write the same text."""


def resource_id(subscription_id: str) -> str:
    group = f"/subscriptions/{subscription_id}/resourceGroups/rg-logs"
    return f"{group}/providers/Microsoft.OperationalInsights/workspaces/logs"


@dataclass(frozen=True, slots=True)
class Row:
    """One line, with the moment at which it arrived."""

    arrived_at: datetime
    time: datetime
    fields: dict[str, Any]


class Workspace:
    """Keeps rows when their pods and clusters are gone."""

    def __init__(
        self, clock: Clock, subscription_id: str, ingestion: timedelta = INGESTION
    ) -> None:
        self.resource_id = resource_id(subscription_id)
        self._clock = clock
        self._ingestion = ingestion
        self._rows: deque[Row] = deque(maxlen=MAX_ROWS)

    def is_fed_by(self, cluster: Object) -> bool:
        """Whether a cluster with these properties runs an agent that sends to this workspace."""
        agent = (cluster.get("addonProfiles") or {}).get(LOG_AGENT) or {}
        target = str((agent.get("config") or {}).get("logAnalyticsWorkspaceResourceID", ""))
        return bool(agent.get("enabled")) and target.lower() == self.resource_id.lower()

    def take(self, pod: Object, container: str, text: str) -> None:
        """A line of a container."""
        if (pod["metadata"]["namespace"], container) != (NAMESPACE, CONTAINER):
            return
        fields = _parsed(text)
        if fields.get("kind") == KIND and (time := _time_of(fields)) is not None:
            self._rows.append(Row(self._clock.now(), time, fields))

    def rows(self) -> Iterator[Row]:
        """What queries see by now."""
        known_until = self._clock.now() - self._ingestion
        return (row for row in self._rows if row.arrived_at <= known_until)


def _parsed(text: str) -> dict[str, Any]:
    try:
        fields = json.loads(text)
    except ValueError:
        return {}
    return fields if isinstance(fields, dict) else {}


def _time_of(fields: dict[str, Any]) -> datetime | None:
    try:
        time = datetime.fromisoformat(str(fields.get("time")))
    except ValueError:
        return None
    return time if time.tzinfo is not None else None
