"""Reads and merges tags as ARM does: names of tags ignore case, values do not.

Tag policies and cost tools set and rewrite common tags such as `environment`, so ownership rests
on a prefixed tag, beside the derived name under which a resource is looked up.
"""

from collections.abc import Mapping

from domain.arm import naming

LEFT_TO_OTHERS = frozenset({"environment", "managed-by"})
"""Tags that inform people: a value that a policy has set instead of ours stays."""


def fold_names(tags: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in tags.items()}


def owning_environment(tags: Mapping[str, str]) -> str | None:
    """The environment that a resource belongs to; None: Gridplane did not create it.

    Versions before the prefixed tag set `managed-by` and `environment` alone.
    """
    named = fold_names(tags)
    if naming.OWNER_TAG not in named and named.get("managed-by") == naming.MANAGED_BY:
        return named.get("environment")
    return named.get(naming.OWNER_TAG)


def overlay_tags(existing: Mapping[str, str], ours: Mapping[str, str]) -> dict[str, str]:
    """Existing tags in their own spelling with our values, then those of ours that are new."""
    spelled = {name.lower(): name for name in existing}
    kept = LEFT_TO_OTHERS & spelled.keys()
    values = {spelled.get(name, name): value for name, value in ours.items() if name not in kept}
    return {**existing, **values}
