"""Words that Azure reserves in names of resources with an endpoint.

https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/error-reserved-resource-name:
`microsoft` and `windows` are refused anywhere, `login` at the start, and words such as `azure` as
the whole name (ReservedResourceName). No derived name is such a word as a whole.
"""

from collections.abc import Iterable

from domain.problem import Problem

_NOWHERE = ("microsoft", "windows")
_NOT_AT_THE_START = "login"


def find_reserved_word(name: object) -> Iterable[Problem]:
    """The problem ReservedName of an environment's name; of another type it has none.

    Hyphens do not separate: the name of the WAF policy omits them. The DNS label of a cell starts
    with the environment's name.
    """
    if not isinstance(name, str):
        return
    compact = name.lower().replace("-", "")
    for word in _NOWHERE:
        if word in compact:
            yield Problem(
                "ReservedName",
                f"Azure reserves '{word}' in names of resources, with hyphens in it, too. "
                "Use a name without it.",
                "name",
            )
            return
    if name.startswith(_NOT_AT_THE_START):
        yield Problem(
            "ReservedName",
            f"Azure reserves '{_NOT_AT_THE_START}' at the start of names. Use another start.",
            "name",
        )
