"""Tables of environments, their events and sizes, and of whatever a query selects."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from gridplane import times
from gridplane.advice import as_commands
from gridplane.api_types import (
    EnvironmentSpec,
    EnvironmentView,
    EventView,
    SizeOffers,
)
from gridplane.plain_table import plain_table

PHASE_STYLES = {
    "Ready": "green",
    "Failed": "red",
    "Canceled": "red",
    "ScaledDown": "blue",
}
HEALTH_STYLES = {"Healthy": "green", "Degraded": "yellow", "Unreachable": "red", "Unknown": "dim"}
UNDER_WAY = "yellow"
BEGIN = "`gridplane init` writes a specification to begin with."


def generic_table(rows: Sequence[Mapping[str, Any]]) -> Table:
    """Of what a query selected."""
    columns = list(dict.fromkeys(key for row in rows for key in row))
    table = plain_table(*columns)
    for row in rows:
        table.add_row(*(Text(_cell(row.get(column))) for column in columns))
    return table


def facts_table(facts: Mapping[str, RenderableType]) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 3, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in facts.items():
        if value != "":
            table.add_row(name, value)
    return table


def money(usd: float | None) -> str:
    return "?" if usd is None else f"${usd:,.2f}"


def phase_text(phase: str) -> Text:
    return Text(phase, style=PHASE_STYLES.get(phase, UNDER_WAY))


def environments_table(
    found: Sequence[EnvironmentView], now: datetime, *, is_filtered: bool = False
) -> RenderableType:
    if not found:
        return Text("No environment matches." if is_filtered else f"No environments. {BEGIN}")
    table = plain_table(
        *("NAME", "PHASE", "HEALTH", "REGIONS", "GPU", "NODES", "NOW", "THIS MONTH", "AGE"),
        right=("NODES", "NOW", "THIS MONTH"),
    )
    for each in found:
        cost = each.get("cost")
        health = each["health"]["status"]
        table.add_row(
            each["name"],
            phase_text(each["phase"]),
            Text(health, style=HEALTH_STYLES.get(health, "")),
            ",".join(each["spec"]["regions"]),
            _size(each["spec"]),
            _nodes(each),
            f"{money(cost['usdPerHourNow'])}/h" if cost else "",
            money(cost["monthToDateUsd"]) if cost else "",
            times.ago(
                each["createdDateTime"], max(now, times.parse(each["lastModifiedDateTime"]))
            ),
        )
    return table


def _nodes(found: EnvironmentView) -> str:
    """As of its last operation; none where it sleeps."""
    nodes = 0 if found["phase"] == "ScaledDown" else sum(c["nodes"] for c in found["cells"])
    return str(nodes) if found["cells"] else ""


def short_size(vm_size: str) -> str:
    return vm_size.removeprefix("Standard_")


def environment_facts(found: EnvironmentView, now: datetime) -> RenderableType:
    """One environment with its findings and what to do about them."""
    spec, cost = found["spec"], found.get("cost")
    model = spec["workload"].get("model")
    facts: dict[str, RenderableType] = {
        "name": Text(found["name"], style="bold"),
        "phase": phase_text(found["phase"]),
        "operation": found.get("operationId", ""),
        "approval": _approval(found),
        "health": Text(
            found["health"]["status"], style=HEALTH_STYLES.get(found["health"]["status"], "")
        ),
        "endpoint": found.get("endpoint", ""),
        "model": f"{model['name']} {model['version']}" if model else "",
        "preset": spec["workload"].get("preset") or "",
        "image": spec["workload"].get("image", ""),
        "gpu": _gpu(spec),
        "owner": f"{spec['owner']}, cost center {spec['costCenter']}",
        "cost": _cost(cost) if cost else "",
        "idle": _idle(spec.get("idle") or {}),
        "expires": times.local_with_zone(expiry) if (expiry := spec.get("expiresAt")) else "",
        "created": f"{times.local_with_zone(found['createdDateTime'])}, "
        f"{times.ago(found['createdDateTime'], now)} ago",
        "generation": str(found["generation"]),
    }
    parts: list[RenderableType] = [facts_table(facts)]
    if found["cells"]:
        parts += [Text(""), _cells(found)]
    return Group(*parts, *_problems(found))


def _approval(found: EnvironmentView) -> str:
    approval = found.get("approval")
    if approval is None:
        return ""
    until = times.local_with_zone(approval["deadline"])
    return f"{approval['operationId']} waits until {until}: `gridplane approve {found['name']}`"


def _size(spec: EnvironmentSpec) -> str:
    gpu = spec.get("gpu")
    return short_size(gpu["vmSize"]) if gpu else ""


def _gpu(spec: EnvironmentSpec) -> str:
    gpu = spec.get("gpu")
    if gpu is None:
        return ""
    nodes = f"{gpu.get('minNodes', 0)} to {gpu.get('maxNodes', 1)} nodes"
    return f"{gpu['vmSize']}{', spot' if gpu.get('spot') else ''}, {nodes} per region"


def _cost(cost: Mapping[str, Any]) -> str:
    return (
        f"{money(cost['usdPerHourNow'])}/h now, {money(cost['usdPerHourAsleep'])}/h asleep, "
        f"{money(cost['todayUsd'])} today, {money(cost['monthToDateUsd'])} this month"
    )


def _idle(idle: Mapping[str, Any]) -> str:
    action = idle.get("action", "")
    return f"{action} after {idle.get('afterMinutes')} minutes" if action else ""


def _cells(found: EnvironmentView) -> Table:
    table = plain_table("REGION", "NODES", "GPU", "EXTERNAL-IP", "CLUSTER")
    for cell in found["cells"]:
        table.add_row(
            cell["region"],
            str(cell["nodes"]),
            short_size(cell["offer"]["vmSize"]),
            cell["externalIp"] or "none",
            cell["clusterId"].rpartition("/")[2],
        )
    return table


def _problems(found: EnvironmentView) -> Iterable[RenderableType]:
    if error := found.get("error"):
        yield Text("")
        yield Text(f"{error['code']}: {error['message']}", style="red")
        if action := error.get("suggestedAction"):
            yield Text.assemble(("Fix: ", "green"), as_commands(action, found["name"]))
    for finding in found["health"]["findings"]:
        yield Text("")
        yield Text(f"{finding['code']}: {finding['cause']}", style="yellow")
        yield Text.assemble(("Fix: ", "green"), as_commands(finding["fix"], found["name"]))
    for warning in found.get("warnings", ()):
        yield Text("")
        message = as_commands(warning["message"], found["name"])
        yield Text(f"{warning['code']}: {message}", style="yellow")
    if left := found.get("remainingResources"):
        yield Text("")
        yield Text(f"{len(left)} resources are left in Azure:", style="yellow")
        yield from (Text(f"  {each}") for each in left)


def events_table(events: Sequence[EventView]) -> RenderableType:
    table = plain_table("TIME", "TYPE", "MESSAGE")
    for each in events:
        table.add_row(times.local(each["at"]), each["type"], Text(each["message"]))
    return table


def event_line(event: EventView) -> str:
    return f"{times.local(event['at'])}   {event['type']:<20}   {event['message']}"


def offers_table(found: SizeOffers) -> RenderableType:
    table = plain_table(
        *("SIZE", "GPUS", "MEMORY", "PER HOUR", "SPOT", "NODES LEFT", "ZONES", "NOTE"),
        right=("PER HOUR", "SPOT", "NODES LEFT"),
    )
    for each in found["value"]:
        left = each.get("nodesLeft")
        restriction = each.get("restriction", "")
        spot = each.get("spotUsdPerHour")
        table.add_row(
            each["vmSize"],
            f"{each['gpus']} x {each['gpuModel']}",
            f"{each['gpuMemoryGB']} GB",
            money(each.get("usdPerHour")),
            money(spot) if spot is not None else "",
            "?" if left is None else str(left),
            ",".join(each.get("zones", ())),
            Text(restriction or ("no quota" if left == 0 else ""), style="yellow"),
            style="dim" if restriction or left == 0 else "",
        )
    unread = [Text(f"{what}: {why}", style="yellow") for what, why in found["unread"].items()]
    sizes = table if found["value"] else Text(f"{found['region']} has no such size.")
    return Group(sizes, *unread)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
