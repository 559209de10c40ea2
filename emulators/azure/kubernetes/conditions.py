"""Conditions in the status of objects."""

from emulators.azure.kubernetes.kinds import Object


def find_condition(conditions: list[Object], kind: str) -> Object | None:
    return next((each for each in conditions if each["type"] == kind), None)


def set_condition(conditions: list[Object], wanted: Object, now: str) -> list[Object]:
    """`conditions` with `wanted` in it; its transition time moves only when its status does."""
    present = find_condition(conditions, wanted["type"])
    unchanged = present is not None and present["status"] == wanted["status"]
    since = present["lastTransitionTime"] if present and unchanged else now
    entry = {**wanted, "lastTransitionTime": since}
    if present is None:
        return [*conditions, entry]
    return [entry if each is present else each for each in conditions]
