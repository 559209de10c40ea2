"""Tables of presets and of the registry of models."""

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from gridplane import times
from gridplane.api_types import ModelSummary, ModelView, PresetList
from gridplane.plain_table import plain_table


def presets_table(found: PresetList) -> RenderableType:
    table = plain_table(
        *("PRESET", "WEIGHTS", "CONTEXT", "SMALLEST SIZE", "GPUS", "LICENCE", "NOTE"),
        right=("WEIGHTS", "CONTEXT", "GPUS"),
    )
    for each in found["value"]:
        size = each["sizes"][0] if each["sizes"] else None
        table.add_row(
            each["name"],
            f"{each['weightsGiB']:.0f} GiB",
            f"{each['tokenLimit']:,}",
            size["vmSize"] if size else "none",
            str(size["gpusPerReplica"]) if size else "",
            each["licence"],
            "needs HF_TOKEN" if each["gated"] else "",
        )
    return Group(table, Text(f"Served with {found['image']}: `workload.preset`."))


def models_table(found: Sequence[ModelSummary]) -> RenderableType:
    if not found:
        return Text("No models. `gridplane register -f model.yaml` registers one.")
    table = plain_table("MODEL", "VERSIONS", "LATEST", "REGISTERED", right=("VERSIONS", "LATEST"))
    for each in found:
        latest = each["latest"]
        table.add_row(
            each["name"],
            str(each["versions"]),
            str(latest["version"]),
            times.local(latest["createdDateTime"]),
        )
    return table


def versions_table(found: ModelView) -> RenderableType:
    table = plain_table("VERSION", "REGISTERED", "BY", "IMAGE", "WEIGHTS", right=("VERSION",))
    for each in found["versions"]:
        table.add_row(
            str(each["version"]),
            times.local(each["createdDateTime"]),
            each.get("createdBy", ""),
            each["content"]["image"],
            each["content"].get("source") or "",
        )
    return table
