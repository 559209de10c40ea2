"""Merges a resource three ways: what an update wants, what was applied before, what Azure has.

A conflict is a value that Gridplane determines and that is neither the one which the applied
specification leads to nor the one which the new specification leads to: others have set it.
It stays and is reported, as conflicts of Kubernetes' server-side apply are. Set again, and
reported as well, are:

- what was removed: it has no other owner, and a missing part is built as a missing resource is;
- what the update cannot end well without (`kept_settings`);
- an autoscaler limit whose counterpart the new specification changes: the two belong together.

A value that the new specification itself changes is no conflict: the caller has asked for it.
Whatever the bodies restate from the existing resource cannot be one, because it is the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from domain.arm.conflict_warnings import Conflict, build_warnings
from domain.arm.existing_resource import find_pool_to_replace
from domain.arm.kept_settings import may_stay
from domain.arm.managed_cluster import LOG_AGENT
from domain.arm.merge_edge import writable
from domain.arm.merge_existing import as_mapping, as_sequence, count_within_limits
from domain.arm.resource_kinds import KINDS, Body, ResourceTarget
from domain.outcomes import OperationWarning
from domain.spec.model import EnvironmentSpec

type _Path = tuple[str, ...]
type _Settings = Mapping[str, Any]

AUTOSCALER_LIMITS = frozenset({"minCount", "maxCount"})

ENTRY_KEYS = ("name", "ruleSetType")
"""What identifies an entry of a list, where entries have names."""

ONE_OF = frozenset({"schedule"})
"""Objects of which exactly one field is set: their fields cannot be merged."""

AKS_PREFIX = "kubernetes.azure.com/"
"""AKS adds taints of its own to spot pools; it reserves the prefix."""

POOLS = "agentPoolProfiles["


def resolve(
    target: ResourceTarget, spec: EnvironmentSpec, base: EnvironmentSpec | None, found: Body | None
) -> tuple[Body, tuple[OperationWarning, ...]]:
    """The body to PUT, and warnings of conflicts; without `base` nothing counts as one.

    A pool that has to be replaced keeps nothing.
    """
    kind = KINDS[target.kind]
    body = kind.build_body(spec, target, found)
    if base is None or found is None or find_pool_to_replace(found, spec, target):
        return body, ()
    merge = _Merge(target.kind, spec)
    before = kind.build_body(base, _applied_before(target, found), found)
    resolved = merge.settings(found, body, before, ())
    return resolved, build_warnings(kind.build_id(target), target.environment, merge.conflicts)


def _applied_before(target: ResourceTarget, found: Body) -> ResourceTarget:
    """What comes from the app's settings is no part of an applied specification: it may be new.

    An agent for logs that is there and differs was changed by others, though: by an operator, or
    by a policy of the organisation that names another workspace.
    """
    addons = as_mapping(as_mapping(found.get("properties")).get("addonProfiles"))
    workspace_id = target.log_workspace_id if addons.get(LOG_AGENT) else None
    return replace(target, api_server_ranges=(), log_workspace_id=workspace_id)


@dataclass(slots=True)
class _Merge:
    """One merge of a resource, and the conflicts met on the way."""

    kind: str
    spec: EnvironmentSpec
    conflicts: list[Conflict] = field(default_factory=list[Conflict])

    def settings(self, found: _Settings, wanted: _Settings, base: _Settings, path: _Path) -> Body:
        limits = AUTOSCALER_LIMITS & wanted.keys()
        asked = any(not is_same(base.get(name), wanted[name]) for name in limits)
        is_autoscaled = bool(wanted.get("enableAutoScaling"))
        merged = {
            name: value
            if name == "location" or (name == "count" and is_autoscaled)
            else self._value(
                found.get(name), value, base.get(name), (*path, name), asked and name in limits
            )
            for name, value in wanted.items()
        }
        if is_autoscaled:
            merged["count"] = count_within_limits(found, merged)
        return merged

    def _value(
        self, found: object, wanted: object, base: object, path: _Path, is_bound: bool
    ) -> object:
        if is_same(found, wanted):
            return wanted
        is_whole = path[-1] in ONE_OF
        if not is_whole and (fields := as_mapping(wanted)) and (existing := as_mapping(found)):
            return self.settings(existing, fields, as_mapping(base), path)
        if as_sequence(found) and (key := _entry_key(wanted)):
            return self._entries(key, found, wanted, base, path)
        if not is_same(base, wanted):
            return wanted
        return self._decide(found, wanted, path, is_bound)

    def _entries(
        self, key: str, found: object, wanted: object, base: object, path: _Path
    ) -> list[object]:
        """Those wanted, and those of others that the body leaves out."""
        existing, before, ours = (_by_key(key, each) for each in (found, base, wanted))
        foreign = [entry for entry in existing if entry not in ours and entry not in before]
        *parents, name = path
        paths = {entry: (*parents, f"{name}[{entry}]") for entry in (*ours, *foreign)}
        return [
            *(
                self._value(existing.get(entry), value, before.get(entry), paths[entry], False)
                for entry, value in ours.items()
            ),
            *(self._decide(existing[entry], None, paths[entry], False) for entry in foreign),
        ]

    def _decide(self, found: object, wanted: object, path: _Path, is_bound: bool) -> object:
        part, kind, path = _locate(self.kind, path)
        dotted = ".".join(path)
        is_kept = not is_bound and may_stay(kind, dotted, self.spec, found)
        self.conflicts.append(Conflict(dotted, found, wanted, is_kept, part))
        return writable(found) if is_kept else wanted


def is_same(found: object, wanted: object) -> bool:
    """Whether Azure shows what is wanted: in another case, in another order, with more fields.

    Answers may omit what is false or zero.
    """
    if settings := as_mapping(wanted):
        fields = as_mapping(found)
        return all(is_same(fields.get(name), each) for name, each in settings.items())
    if entries := as_sequence(wanted):
        present = [each for each in as_sequence(found) if not str(each).startswith(AKS_PREFIX)]
        return len(present) == len(entries) and all(
            any(is_same(each, entry) for each in present) for entry in entries
        )
    if isinstance(found, str) and isinstance(wanted, str):
        return found.lower() == wanted.lower()
    return found == wanted or (not wanted and found is None)


def _entry_key(entries: object) -> str | None:
    """None if the entries have no names, and so are one value."""
    mappings = [as_mapping(each) for each in as_sequence(entries)]
    keys = (key for key in ENTRY_KEYS if mappings and all(key in each for each in mappings))
    return next(keys, None)


def _by_key(key: str, entries: object) -> dict[str, _Settings]:
    mappings = (as_mapping(each) for each in as_sequence(entries))
    return {str(each.get(key, "")): each for each in mappings}


def _locate(kind: str, path: _Path) -> tuple[str, str, _Path]:
    """Relative id, kind and path of a pool's property; of the resource itself without an id."""
    if kind != "managedCluster" or len(path) < 2 or not path[1].startswith(POOLS):
        return "", kind, path
    pool = path[1].removeprefix(POOLS).removesuffix("]")
    return f"agentPools/{pool}", "agentPool", ("properties", *path[2:])
