"""Tables of the service as a whole: costs and sweeps."""

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from gridplane import times
from gridplane.api_types import BilledView, CostReport, SweepAnswer
from gridplane.plain_table import plain_table
from gridplane.tables import money


def costs_table(found: CostReport) -> RenderableType:
    total = Text(f"Total {money(found['totalUsd'])} at list prices of {found['priceAsOf'][:10]}.")
    parts: list[RenderableType] = [_days_table(found)] if found["value"] else []
    billed = found.get("billed")
    return Group(*parts, total, *([billed_table(billed)] if billed else []))


def _days_table(found: CostReport) -> Table:
    table = plain_table(
        *("DAY", "ENVIRONMENT", "COST CENTER", "GPU HOURS", "GPU", "BASE", "TOTAL"),
        right=("GPU HOURS", "GPU", "BASE", "TOTAL"),
    )
    for each in found["value"]:
        table.add_row(
            each["day"],
            each["environment"],
            each["costCenter"],
            f"{each['gpuNodeHours']:.1f}",
            money(each["gpuUsd"]),
            money(each["baseUsd"]),
            money(each["gpuUsd"] + each["baseUsd"]),
        )
    return table


def billed_table(found: BilledView) -> RenderableType:
    until = Text(f"Billed by Azure, until {found['settledUntil']}. {found.get('unread', '')}")
    if not found.get("value"):
        return until
    table = plain_table(
        *("ENVIRONMENT", "BILLED", "AT LIST PRICES", "DIFFERENCE"),
        right=("BILLED", "AT LIST PRICES", "DIFFERENCE"),
    )
    for each in found.get("value", ()):
        table.add_row(
            each["environment"],
            money(each["billedUsd"]),
            money(each["listedUsd"]),
            f"{each['differenceUsd']:+,.2f}",
        )
    return Group(Text(), table, until)


def sweep_table(found: SweepAnswer) -> RenderableType:
    table = plain_table("ENVIRONMENT", "REGION", "NODES", "ACTION", "REASON", "IDLE SINCE")
    for each in found.get("decisions", ()):
        pool = each["pool"]
        idle_since = each.get("idleSince")
        table.add_row(
            each["environment"],
            pool["region"],
            str(pool["nodeCount"]),
            each["action"],
            each["reason"],
            times.local(idle_since) if idle_since else "",
        )
    parts: list[RenderableType] = [table]
    if summary := found.get("summary"):
        kind = "dry run, " if summary["dryRun"] else ""
        parts.append(
            Text(
                f"{kind}{summary['pools']} GPU pools, "
                f"saved per hour: {_saved(summary['savedPerHourUsd'])}, "
                f"ended {times.local_with_zone(summary['endedAt'])}"
            )
        )
        parts += [
            Text(f"{each['environment']}: {each['action']} failed: {each['message']}", style="red")
            for each in summary.get("failures", ())
        ]
    else:
        parts.append(Text(f"The sweep is {found['status']}."))
    return Group(*parts)


def _saved(usd: float | str) -> str:
    return usd if isinstance(usd, str) else money(usd)
