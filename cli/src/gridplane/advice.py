"""Requests that the API advises, as commands of this program."""

import re

_NAME = r"(?:https?://[^/\s]+)?/environments/(?P<name>[A-Za-z][A-Za-z0-9-]*)"
_END = r"(?![\w/-])"
_ACTIONS = "wake|scale-down|retry|repair|cancel|rollback|approve|reject"
_READS = "logs|events|metrics|versions|kubeconfig"

COMMANDS = (
    (rf"POST {_NAME}/(?P<action>{_ACTIONS}){_END}", r"\g<action> \g<name>"),
    (rf"GET {_NAME}/(?P<action>{_READS}){_END}", r"\g<action> \g<name>"),
    (rf"GET {_NAME}{_END}", r"show \g<name>"),
    (rf"DELETE {_NAME}{_END}", r"delete \g<name>"),
    (rf"PUT {_NAME}{_END}", "apply -f FILE"),
    (rf"POST /environments{_END}", "apply -f FILE"),
    (rf"POST /plans{_END}", "plan -f FILE"),
    (rf"POST /models{_END}", "register -f FILE"),
    (rf"POST /sweeps{_END}", "sweeps --start"),
    (rf"GET /presets{_END}", "presets"),
    (r"GET /offers\?region=(?P<region>[a-z0-9]+)", r"offers -r \g<region>"),
    (r"(?:(?<=\bby )|(?<=\bwith ))PUT\b", "apply -f FILE"),
)
_RULES = tuple((re.compile(request), f"`gridplane {command}`") for request, command in COMMANDS)


def as_commands(text: str, name: str) -> str:
    """`POST /environments/{name}/repair` becomes `gridplane repair fraud-llm`."""
    text = text.replace("/environments/{name}", f"/environments/{name}")
    for request, command in _RULES:
        text = request.sub(command, text)
    return text.replace("Send DELETE", f"Run `gridplane delete {name}`").replace(
        "?force=true", "--force"
    )
