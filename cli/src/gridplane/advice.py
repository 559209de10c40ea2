"""Requests that the API advises, as commands of this program."""

import re

REQUEST = re.compile(
    r"(?:POST|DELETE|GET) /environments/(?P<name>\{name\}|[a-z][a-z0-9-]*)"
    r"(?:/(?P<action>[a-z-]+))?"
)
COMMANDS = frozenset(
    {"wake", "scale-down", "retry", "repair", "cancel", "logs", "events", "approve"}
)


def as_commands(text: str, name: str) -> str:
    """`POST /environments/{name}/repair` becomes `gridplane repair fraud-llm`."""

    def rewrite(found: re.Match[str]) -> str:
        action = found["action"] or {"D": "delete", "G": "show"}.get(found[0][0], "")
        target = name if found["name"].startswith("{") else found["name"]
        is_known = action in COMMANDS or (not found["action"] and action)
        return f"`gridplane {action} {target}`" if is_known else found[0]

    return REQUEST.sub(rewrite, text)
