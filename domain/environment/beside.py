"""Whether an update can bring a new version beside the one that serves."""

from collections.abc import Sequence

from domain.environment.former_version import FormerDemand
from domain.environment.phases import Phase
from domain.environment.record import EnvironmentRecord
from domain.spec.model import EnvironmentSpec
from domain.spec.workload import Workload

KEPT_FIELDS = frozenset({"preset", "registry", "replicas", "autoscale", "egress", "key_vault_id"})
"""Fields of a workload that change without another version of what its replicas run."""

SHARED_FIELDS = ("port", "health_path", "health_headers", "image_pull_secret")
"""Fields that both versions have in common at the gateway and the edge, or at the nodes."""


def find_former(record: EnvironmentRecord, spec: EnvironmentSpec) -> FormerDemand | None:
    """What serves, if the update brings another version beside it."""
    if not spec.is_blue_green or record.phase is not Phase.READY:
        return None
    old, new = record.spec.workload, spec.workload
    if not runs_another_version(old, new) or not old.replicas or not new.replicas:
        return None
    return FormerDemand.of(old)


def runs_another_version(old: Workload, new: Workload) -> bool:
    left, right = (each.model_dump(exclude=set(KEPT_FIELDS)) for each in (old, new))
    return left != right


def find_shared_changes(record: EnvironmentRecord, spec: EnvironmentSpec) -> list[str]:
    """Fields that keep both versions from serving side by side."""
    if find_former(record, spec) is None:
        return []
    old, new = record.spec.workload, spec.workload
    changed = [name for name in SHARED_FIELDS if getattr(old, name) != getattr(new, name)]
    return [f"workload.{Workload.model_fields[name].alias}" for name in changed]


def say_shared(fields: Sequence[str]) -> str:
    return (
        f"{', '.join(fields)} cannot differ between two versions that serve side by side: keep "
        "what the environment has, or set update.strategy to replace for this update."
    )
