"""Server-side apply: merging what a manager applies, and keeping the record of who owns what."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from emulators.azure.kubernetes import field_sets
from emulators.azure.kubernetes.errors import ApiError
from emulators.azure.kubernetes.field_sets import FieldSet, Path
from emulators.azure.kubernetes.kinds import Kind, Object
from emulators.azure.kubernetes.schema import Shape, shape_of
from emulators.azure.kubernetes.store import copy_of


@dataclass(frozen=True, slots=True)
class Manager:
    """Who changes an object, and by which kind of request (`Apply` or `Update`)."""

    name: str
    operation: str
    subresource: str = ""


@dataclass(frozen=True, slots=True)
class Ownership:
    """One entry of managedFields."""

    manager: Manager
    api_version: str
    time: str
    fields: FieldSet


Owners = dict[Manager, Ownership]


def owners_of(subject: Object) -> Owners:
    """Who owns which fields of an object."""
    entries = subject["metadata"].get("managedFields") or []
    owners: Owners = {}
    for each in entries:
        manager = Manager(each["manager"], each["operation"], each.get("subresource", ""))
        fields = field_sets.decode(each.get("fieldsV1") or {})
        owners[manager] = Ownership(manager, each["apiVersion"], each["time"], fields)
    return owners


def record_owners(subject: Object, owners: Owners) -> None:
    """Write managedFields, the entries of Apply first as the API server sorts them."""
    entries = sorted(
        (each for each in owners.values() if each.fields),
        key=lambda each: (each.manager.operation, each.time, each.manager.name),
    )
    subject["metadata"]["managedFields"] = [_entry(each) for each in entries]


def _entry(ownership: Ownership) -> Object:
    entry: Object = {
        "manager": ownership.manager.name,
        "operation": ownership.manager.operation,
        "apiVersion": ownership.api_version,
        "time": ownership.time,
        "fieldsType": "FieldsV1",
        "fieldsV1": field_sets.encode(ownership.fields),
    }
    if ownership.manager.subresource:
        entry["subresource"] = ownership.manager.subresource
    return entry


def apply(
    kind: Kind, live: Object | None, applied: Object, manager: Manager, force: bool, now: str
) -> Object:
    """The object after `manager` applied `applied`; a Conflict when others own what it changes."""
    wanted = copy_of(applied)
    wanted["metadata"].pop("managedFields", None)
    shape = shape_of(kind)
    fields = field_sets.fields_of(wanted, shape)
    base: Object = live or {"apiVersion": kind.api_version, "kind": kind.kind, "metadata": {}}
    owners = owners_of(base)
    merged = _merged(base, wanted, shape)
    changed = field_sets.changed_fields(base, merged, shape) & fields
    taken = _conflicts(changed, owners, manager)
    if taken and not force:
        raise _conflict_error(taken, owners)
    previous = owners.get(manager)
    if previous is not None:
        others = [each.fields for each in owners.values() if each.manager != manager]
        _prune(merged, previous.fields - fields, [*others, fields])
    lost = frozenset(path for path, _ in taken)
    _give(owners, Ownership(manager, kind.api_version, now, fields), lost)
    record_owners(merged, owners)
    return merged


def record_update(kind: Kind, old: Object | None, new: Object, manager: Manager, now: str) -> None:
    """Note in `new` which fields a create, update or patch by `manager` set."""
    before: Object = old or {"metadata": {}}
    owners = owners_of(before)
    shape = shape_of(kind)
    changed = field_sets.changed_fields(before, new, shape)
    removed = field_sets.fields_of(before, shape) - field_sets.fields_of(new, shape)
    for each in list(owners):
        kept = owners[each].fields - removed
        owners[each] = Ownership(each, owners[each].api_version, owners[each].time, kept)
    if changed:
        own = owners.get(manager)
        fields = changed | (own.fields if own else frozenset())
        _give(owners, Ownership(manager, kind.api_version, now, fields), changed)
    record_owners(new, owners)


def _give(owners: Owners, ownership: Ownership, lost: FieldSet) -> None:
    for each, present in list(owners.items()):
        if each != ownership.manager and present.fields & lost:
            kept = present.fields - lost
            owners[each] = Ownership(each, present.api_version, present.time, kept)
    present = owners.get(ownership.manager)
    if present is None or present.fields != ownership.fields or lost:
        owners[ownership.manager] = ownership


def _merged(live: Any, applied: Any, shape: Shape) -> Any:
    if shape.is_atomic:
        return applied
    if isinstance(live, dict) and isinstance(applied, dict):
        merged = copy_of(live)
        for key, value in applied.items():
            merged[key] = _merged(live[key], value, shape.child(key)) if key in live else value
        return merged
    if isinstance(live, list) and isinstance(applied, list):
        return _merged_lists(live, applied, shape)
    return applied


def _merged_lists(live: list[Any], applied: list[Any], shape: Shape) -> list[Any]:
    if shape.is_set:
        return live + [each for each in applied if each not in live]
    wanted = {_key_text(each, shape): each for each in applied}
    present = {_key_text(each, shape) for each in live}
    kept = [
        _merged(each, wanted[_key_text(each, shape)], shape.item)
        if _key_text(each, shape) in wanted
        else each
        for each in live
    ]
    return kept + [each for key, each in wanted.items() if key not in present]


def _key_text(item: Object, shape: Shape) -> str:
    return json.dumps(shape.item_key(item))


Taken = list[tuple[Path, Manager]]


def _conflicts(changed: FieldSet, owners: Owners, manager: Manager) -> Taken:
    return [
        (path, other)
        for other, ownership in owners.items()
        if other != manager
        for path in sorted(changed & ownership.fields, key=field_sets.reading_order)
    ]


def _prune(merged: Object, dropped: FieldSet, kept: Sequence[FieldSet]) -> None:
    """Remove what the manager no longer applies, and defaults that came with it."""
    for path in sorted(dropped, key=len):
        for length in range(2, len(path) + 1):
            if not any(field_sets.covers(each, path[:length]) for each in kept):
                field_sets.remove_path(merged, path[:length])
                break


def _conflict_error(taken: Taken, owners: Owners) -> ApiError:
    causes = [
        {
            "reason": "FieldManagerConflict",
            "message": f"conflict with {_described(owners[manager])}",
            "field": field_sets.display(path),
        }
        for path, manager in taken
    ]
    return ApiError(409, "Conflict", _conflict_message(taken, owners), {"causes": causes})


def _conflict_message(taken: Taken, owners: Owners) -> str:
    if len(taken) == 1:
        path, manager = taken[0]
        who = _described(owners[manager])
        return f"Apply failed with 1 conflict: conflict with {who}: {field_sets.display(path)}"
    lines: list[str] = []
    for manager in sorted({each for _, each in taken}, key=lambda each: each.name):
        lines.append(f"conflicts with {_described(owners[manager])}:")
        lines += [f"- {field_sets.display(path)}" for path, each in taken if each == manager]
    return f"Apply failed with {len(taken)} conflicts: " + "\n".join(lines)


def _described(ownership: Ownership) -> str:
    who = json.dumps(ownership.manager.name)
    if ownership.manager.subresource:
        who += f' with subresource "{ownership.manager.subresource}"'
    if ownership.manager.operation == "Update":
        who += f" using {ownership.api_version}"
    return who
