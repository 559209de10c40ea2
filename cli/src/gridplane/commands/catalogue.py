"""Names of which the API has a list. Without an API that answers they are taken as they are."""

from collections.abc import Callable, Sequence
from difflib import get_close_matches

from gridplane.answers import Answer
from gridplane.errors import CliError, ExitCode, invalid
from gridplane.session import Session

UNASKED = frozenset({ExitCode.UNREACHABLE, ExitCode.UNAUTHORISED})
SUGGESTIONS = 3
LIKENESS = 0.5
LONGEST_LIST = 20


def find_preset(session: Session, name: str) -> str:
    known = _ask(session, name, lambda: session.api.get("/presets"), "name")
    return _find(name, known, f"There is no preset '{name}'.", "gridplane presets")


def find_size(session: Session, name: str, region: str) -> str:
    known = _ask(session, name, lambda: session.api.get("/offers", region=region), "vmSize")
    missing = f"{region} has no GPU size '{name}'."
    return _find(name, known, missing, f"gridplane offers -r {region}")


def find_region(session: Session, name: str) -> None:
    """The API names those that are allowed."""
    _ask(session, name, lambda: session.api.get("/offers", region=name), "vmSize")


def _ask(session: Session, name: str, get: Callable[[], Answer], key: str) -> Sequence[str] | None:
    """None if the list cannot be had."""
    try:
        return [each[key] for each in get().body["value"]]
    except CliError as error:
        if error.code not in UNASKED:
            raise
        session.output.say(f"{name} is not checked: {error.title}")
        return None


def _find(name: str, known: Sequence[str] | None, missing: str, listing: str) -> str:
    """As the list has it. Raises CliError with the nearest ones, or with all."""
    if known is None:
        return name
    by_lower = {each.lower(): each for each in known}
    if found := by_lower.get(name.lower()):
        return found
    near = get_close_matches(name.lower(), by_lower, SUGGESTIONS, LIKENESS)
    names = ", ".join(by_lower[each] for each in near)
    listed = f"Known: {', '.join(known)}. " if len(known) <= LONGEST_LIST else ""
    advice = f"Nearest: {names}. " if near else listed
    raise invalid(missing, f"{advice}`{listing}` shows all.")
