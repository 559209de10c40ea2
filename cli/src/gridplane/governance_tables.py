"""Tables of what waits for approval, of the audit, and of an environment's versions."""

from collections.abc import Sequence

from rich.console import RenderableType
from rich.text import Text

from gridplane import times
from gridplane.api_types import ApprovalView, AuditRecord, EnvironmentVersionView
from gridplane.plain_table import plain_table
from gridplane.tables import facts_table, money


def approvals_table(found: Sequence[ApprovalView]) -> RenderableType:
    if not found:
        return Text("Nothing waits for approval.")
    table = plain_table(
        *("ENVIRONMENT", "OPERATION", "KIND", "PER MONTH", "REQUESTED BY", "UNTIL"),
        right=("PER MONTH",),
    )
    for each in found:
        table.add_row(
            each["environment"],
            each["operationId"],
            each["kind"],
            money(each["usdPerMonth"]),
            requester(each),
            times.local(each["deadline"]),
        )
    return table


def approval_facts(found: ApprovalView) -> RenderableType:
    """All that is approved."""
    changes = (
        f"{each['field']}: {each.get('before', 'none')} -> {each.get('after', 'none')}"
        for each in found["changes"]
    )
    return facts_table(
        {
            "operation": Text(f"{found['operationId']}, {found['kind']}", style="bold"),
            "requested by": requester(found),
            "price": f"{money(found['usdPerMonth'])}/month at replicas",
            "reason": " ".join(found["reasons"]),
            "changes": Text("\n".join(changes)),
            "until": times.local_with_zone(found["deadline"]),
        }
    )


def requester(found: ApprovalView) -> str:
    return found.get("onBehalfOf") or found.get("requestedBy", "")


def audit_table(found: Sequence[AuditRecord]) -> RenderableType:
    if not found:
        return Text("No records in this time.")
    table = plain_table("TIME", "ACTOR", "DOOR", "ACTION", "ENVIRONMENT", "DECISION", "OPERATION")
    for each in found:
        code = each.get("code")
        table.add_row(
            times.local(each["at"]),
            each.get("actorName") or each.get("actor", ""),
            each["door"],
            each["action"],
            each.get("environment", ""),
            f"{each['decision']}, {code}" if code else each["decision"],
            each.get("operationId", ""),
        )
    return table


def environment_versions_table(found: Sequence[EnvironmentVersionView]) -> RenderableType:
    table = plain_table(
        *("VERSION", "STATUS", "REQUESTED", "BY", "MODEL", "IMAGE", "NOTE"), right=("VERSION",)
    )
    for each in found:
        model, rollback = each["workload"].get("model"), each.get("rollback")
        notes = ["current"] if each["isPresent"] else []
        notes += [f"back to {rollback['toVersion']}"] if rollback else []
        table.add_row(
            str(each["version"]),
            each["status"],
            times.local(each["requestedDateTime"]),
            each.get("requestedBy", ""),
            f"{model['name']} {model['version']}" if model else "",
            each["workload"].get("image", ""),
            ", ".join(notes),
        )
    return table
