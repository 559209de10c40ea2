"""Which handler answers a method and a path; literal parts of a path ignore case."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass

from emulators.azure.arm import errors
from emulators.azure.arm.answers import Answer
from emulators.azure.arm.requests import ArmRequest

SUBSCRIPTION = "/subscriptions/{subscription}"
GROUP = f"{SUBSCRIPTION}/resourceGroups/{{group}}"

Handler = Callable[[ArmRequest], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class ApiVersions:
    """The api-versions of a resource type: every date in the range, previews included."""

    oldest: str
    newest: str
    named: tuple[str, ...]

    def supports(self, api_version: str) -> bool:
        return self.oldest <= api_version[:10] <= self.newest


@dataclass(frozen=True, slots=True)
class Route:
    """One row of a service's interface.

    `resource_type` is set where the path names a resource or a collection of that type, so that
    the gateway can look for the parent; `needs_group` is False for the group's own routes.
    `is_registered` is False for types that ARM itself does not know: where their parent is
    missing it says what it says of any missing resource.
    """

    method: str
    pattern: str
    handler: Handler
    versions: ApiVersions
    resource_type: str | None = None
    needs_group: bool = True
    is_registered: bool = True


@dataclass(frozen=True, slots=True)
class Match:
    """A route and the names that the path gives to its placeholders."""

    route: Route
    params: Mapping[str, str]


class Routes:
    """All routes of all services."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._routes = [(route, _split(route.pattern)) for route in routes]

    def find(self, method: str, path: str, api_version: str) -> Match:
        """The route for a request; raises what ARM says when there is none."""
        segments = _split(path)
        other_method = False
        for route, pattern in self._routes:
            params = _match(pattern, segments)
            if params is None:
                continue
            if route.method == method:
                return Match(route, params)
            other_method = True
        if other_method:
            raise errors.method_not_allowed(method)
        raise self._nothing_there(segments, api_version)

    def _nothing_there(self, segments: list[str], api_version: str) -> Exception:
        lower = [segment.lower() for segment in segments]
        position = lower.index("providers") + 1 if "providers" in lower else len(lower)
        if position >= len(lower):
            return errors.unknown_type("Microsoft.Resources", api_version)
        namespace = segments[position]
        if any(
            f"/providers/{lower[position]}/" in route.pattern.lower() for route, _ in self._routes
        ):
            return errors.unknown_type(namespace, api_version)
        return errors.unknown_namespace(namespace)


def _split(path: str) -> list[str]:
    return [segment for segment in path.split("/") if segment]


def _match(pattern: list[str], segments: list[str]) -> dict[str, str] | None:
    if len(pattern) != len(segments):
        return None
    params: dict[str, str] = {}
    for wanted, given in zip(pattern, segments, strict=True):
        if wanted.startswith("{"):
            params[wanted[1:-1]] = given
        elif wanted.lower() != given.lower():
            return None
    return params
