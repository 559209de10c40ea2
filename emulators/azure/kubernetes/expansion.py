"""The kubelet's expansion of `$(NAME)` in environment variables and arguments.

https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/
"""

import re
from collections.abc import Mapping
from typing import Any

_REFERENCE = re.compile(r"\$(?:\$|\((?P<name>[^)]*)\))")


def expand(text: str, variables: Mapping[str, str]) -> str:
    """`$$` is a literal `$`; a reference to an unknown variable stays as it is."""

    def resolve(found: re.Match[str]) -> str:
        name = found["name"]
        return "$" if name is None else variables.get(name, found[0])

    return _REFERENCE.sub(resolve, text)


def build_environment(
    container: Mapping[str, Any],
    service_links: Mapping[str, str] | None = None,
    references: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """The variables of the container's process: each may refer to those before it.

    `service_links`: those for Services; the container's own override them. `references`: values
    from other sources (`valueFrom`).
    """
    variables = dict(service_links or {})
    for each in container.get("env") or []:
        if "valueFrom" in each:
            variables |= {n: v for n, v in (references or {}).items() if n == each["name"]}
        else:
            variables[each["name"]] = expand(each.get("value") or "", variables)
    return variables


def build_command_line(container: Mapping[str, Any]) -> list[str]:
    variables = build_environment(container)
    words = [*(container.get("command") or []), *(container.get("args") or [])]
    return [expand(word, variables) for word in words]
