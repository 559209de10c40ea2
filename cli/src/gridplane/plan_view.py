"""A plan as people read it: what happens, what it costs, what stands in its way."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from gridplane import times
from gridplane.advice import as_commands
from gridplane.api_types import Money, Plan, SpareNodes
from gridplane.plain_table import plain_table
from gridplane.tables import facts_table, money

SYMBOLS = {
    "ok": ("✔", "green"),
    "warn": ("!", "yellow"),
    "fail": ("✘", "red"),
}
TITLES = {
    "create": "will be created",
    "update": "will be updated",
    "none": "is as it should be: nothing to do",
}


def plan_view(plan: Plan) -> RenderableType:
    title = Text.assemble((plan["environment"], "bold"), f" {TITLES[plan['action']]}")
    return Group(
        title,
        Text(""),
        *_changes(plan),
        _facts(plan),
        Text(""),
        *_checks(plan),
        *_alternatives(plan),
    )


def _changes(plan: Plan) -> Iterable[RenderableType]:
    if resources := plan.get("resources"):
        table = plain_table("", "RESOURCE", "REGION", "COUNT", right=("COUNT",))
        counted = Counter((each["resource"], each.get("region", "global")) for each in resources)
        for (resource, region), count in counted.items():
            table.add_row(Text("+", style="green"), resource, region, str(count))
        yield table
        yield Text("")
    if changes := plan.get("changes"):
        table = plain_table("", "FIELD", "BEFORE", "AFTER", "HOW")
        for each in changes:
            table.add_row(
                Text("~", style="yellow"),
                each["field"],
                _value(each.get("before")),
                _value(each.get("after")),
                each["effect"],
            )
        yield table
        yield Text("")


def _value(value: Any) -> Text:
    return Text("none", style="dim") if value is None else Text(str(value))


def _facts(plan: Plan) -> RenderableType:
    estimate, minutes = plan["estimate"], plan.get("minutesToReady")
    facts: dict[str, RenderableType] = {
        "price": Text(price_line(estimate["atReplicas"]), style="bold"),
        "asleep": price_line(estimate["asleep"]),
        "at most": price_line(estimate["atMaxNodes"]),
        "not priced": ", ".join(estimate["unpriced"]),
        "ready in": (
            f"{minutes['typical']:.0f} minutes, 1 in 10 takes over {minutes['slow']:.0f}, "
            f"and up to {minutes['startingUpTo']} more until the model has started"
            if minutes
            else ""
        ),
        "beside": spare_line(spare) if (spare := plan.get("spare")) else "",
        "outage": outage["message"] if (outage := plan.get("outage")) else "",
        "plan": f"{plan['id']}, until {times.local_with_zone(plan['expiresDateTime'])}",
    }
    return facts_table(facts)


def spare_line(spare: SpareNodes) -> str:
    nodes = "1 spare GPU node" if spare["nodes"] == 1 else f"{spare['nodes']} spare GPU nodes"
    return (
        f"{nodes} while both versions serve, for up to {spare['hoursUpTo']:.1f} hours: "
        f"up to {money(spare['usdUpTo'])} once"
    )


def price_line(price: Money) -> str:
    return f"{money(price['usdPerHour'])}/h, {money(price['usdPerMonth'])}/month"


def _checks(plan: Plan) -> Iterable[RenderableType]:
    for check in plan["checks"]:
        symbol, style = SYMBOLS[check["verdict"]]
        region = check.get("region")
        where = " ".join([*filter(None, [check["target"]]), *([f"[{region}]"] if region else [])])
        prefix = "" if check["verdict"] == "ok" else f"{check['code']}: "
        words = as_commands(f"{prefix}{check['message']}", plan["environment"])
        yield Text.assemble((f"{symbol} ", style), f"{where}  " if where else "", words)


def _alternatives(plan: Plan) -> Iterable[RenderableType]:
    found = plan.get("alternatives")
    if not found:
        return
    yield Text("")
    yield Text("These would be granted instead:")
    table = plain_table("", "CHANGE", "SIZE", "REGION", "ZONES", "PER NODE AND HOUR")
    for each in found:
        offer = each["offer"]
        table.add_row(
            Text(*SYMBOLS[each["verdict"]]),
            each["differsIn"],
            f"{offer['vmSize']}{' spot' if offer['spot'] else ''}",
            offer["region"],
            ",".join(offer.get("zones", ())) or "any",
            money(each.get("usdPerNodeHour")),
        )
    yield table
