"""Preview and opt-in features of providers: their registration, and what needs it.

At the start all are registered. What the list of features holds beside those here, and how long
registering takes, is assumed.
"""

from typing import Any

from emulators.azure.arm.answers import Answer
from emulators.azure.arm.errors import gateway_error
from emulators.azure.arm.operations import Operations
from emulators.azure.arm.platform import Platform
from emulators.azure.arm.requests import ArmRequest
from emulators.azure.arm.routing import SUBSCRIPTION, ApiVersions, Route
from emulators.azure.latency import Duration, Latencies
from emulators.azure.providers.registrations import (
    CHANGE,
    REGISTERED,
    REGISTERING,
    UNREGISTERED,
    UNREGISTERING,
)

HOST_ENCRYPTION = "Microsoft.Compute/EncryptionAtHost"
FEATURES = (HOST_ENCRYPTION,)

VERSIONS = ApiVersions("2015-12-01", "2021-07-01", ("2021-07-01",))
FEATURE = (
    f"{SUBSCRIPTION}/providers/Microsoft.Features/providers/{{namespace}}/features/{{feature}}"
)
READ_LATENCY = Duration(0.1, 0.2, 0.4)


class Features:
    """The registration state of each feature."""

    def __init__(self, operations: Operations, latencies: Latencies) -> None:
        self._operations = operations
        self._latencies = latencies
        self._states: dict[str, str] = dict.fromkeys(FEATURES, REGISTERED)

    def find(self, name: str) -> str | None:
        """In its own spelling; None if there is no such feature."""
        return next((each for each in FEATURES if each.lower() == name.lower()), None)

    def state(self, name: str) -> str:
        return self._states[name]

    def is_registered(self, name: str) -> bool:
        return self._states[name] == REGISTERED

    def change(self, name: str, *, register: bool) -> None:
        until, then = (REGISTERING, REGISTERED) if register else (UNREGISTERING, UNREGISTERED)
        if self._states[name] in (until, then):
            return
        self._states[name] = until

        def arrive() -> None:
            if self._states[name] == until:
                self._states[name] = then

        work = f"ARM {until} {name}"
        self._operations.later(work, self._latencies.sample(CHANGE), arrive)


class FeatureRoutes:
    def __init__(self, platform: Platform, features: Features) -> None:
        self._platform = platform
        self._features = features

    def routes(self) -> list[Route]:
        return [
            Route("GET", FEATURE, self.get, VERSIONS),
            Route("POST", f"{FEATURE}/register", self.register, VERSIONS),
            Route("POST", f"{FEATURE}/unregister", self.unregister, VERSIONS),
        ]

    async def get(self, request: ArmRequest) -> Answer:
        await self._platform.latencies.pause(READ_LATENCY)
        return self._answer(self._named(request))

    async def register(self, request: ArmRequest) -> Answer:
        return await self._change(request, register=True)

    async def unregister(self, request: ArmRequest) -> Answer:
        return await self._change(request, register=False)

    async def _change(self, request: ArmRequest, *, register: bool) -> Answer:
        name = self._named(request)
        await self._platform.latencies.pause(READ_LATENCY)
        self._features.change(name, register=register)
        return self._answer(name)

    def _named(self, request: ArmRequest) -> str:
        wanted = f"{request.params['namespace']}/{request.params['feature']}"
        name = self._features.find(wanted)
        if name is None:
            feature = request.params["feature"]
            raise gateway_error(
                404, "FeatureNotFound", f"The feature '{feature}' could not be found."
            )
        return name

    def _answer(self, name: str) -> Answer:
        namespace, _, feature = name.partition("/")
        subscription = f"/subscriptions/{self._platform.subscription_id}"
        body: dict[str, Any] = {
            "properties": {"state": self._features.state(name)},
            "id": f"{subscription}/providers/Microsoft.Features/providers/{namespace}"
            f"/features/{feature}",
            "type": "Microsoft.Features/providers/features",
            "name": name,
        }
        return Answer(200, body)
