"""User-assigned identities, their federated credentials, and the exchange of a token for them."""

from collections.abc import Mapping
from typing import Any

from emulators.azure.arm.errors import location_required, wrong_type
from emulators.azure.arm.platform import Platform
from emulators.azure.arm.requests import ArmRequest
from emulators.azure.arm.resources import Resource
from emulators.azure.arm.shapes import TAGS, Each, Shape, mismatch
from emulators.azure.identities import errors
from emulators.azure.resource_groups.models import ResourceGroups

IDENTITY_TYPE = "Microsoft.ManagedIdentity/userAssignedIdentities"
CREDENTIAL_TYPE = f"{IDENTITY_TYPE}/federatedIdentityCredentials"
MAX_CREDENTIALS = 20

_IDENTITY: Shape = {"location": str, "tags": TAGS}
_CREDENTIAL: Shape = {"properties": {"issuer": str, "subject": str, "audiences": Each(str)}}


class NotExchanged(Exception):
    """Entra's description of why a token of a service account stands for no identity."""


class Identities:
    """All user-assigned identities of the subscription."""

    def __init__(self, platform: Platform, groups: ResourceGroups) -> None:
        self._platform = platform
        self._groups = groups
        self._writing: set[str] = set()

    def find(self, request: ArmRequest) -> Resource | None:
        return self._platform.resources.get(self._id(request))

    def of_group(self, group: str) -> list[Resource]:
        found = self._platform.resources.of_type(IDENTITY_TYPE)
        return [each for each in found if each.group == group.lower()]

    def put(self, request: ArmRequest) -> tuple[Resource, bool]:
        """True if it is new."""
        _check(request.body, _IDENTITY)
        present = self.find(request)
        tags = request.body.get("tags") or {}
        if present is not None:
            present.body["tags"] = tags
            return present, False
        location = request.body.get("location")
        if not location:
            raise location_required()
        return self._add(request, {"location": location, "tags": tags}), True

    def remove(self, resource: Resource) -> None:
        self._platform.resources.remove(resource)

    def credentials(self, identity: Resource) -> list[Resource]:
        return self._platform.resources.children(identity.id, CREDENTIAL_TYPE)

    def find_credential(self, request: ArmRequest) -> Resource | None:
        return self._platform.resources.get(self._credential_id(request))

    def begin_write(self, request: ArmRequest) -> str:
        """Refuses a second write to the credentials of an identity while one is under way."""
        identity_id = self._id(request)
        if identity_id.lower() in self._writing:
            raise errors.concurrent_writes(shown_id(identity_id))
        self._writing.add(identity_id.lower())
        return identity_id

    def end_write(self, identity_id: str) -> None:
        self._writing.discard(identity_id.lower())

    def put_credential(self, request: ArmRequest) -> tuple[Resource, bool]:
        """True if it is new."""
        properties = _checked_credential(request.body)
        present = self.find_credential(request)
        if present is not None:
            present.body["properties"] = properties
            return present, False
        identity = self.find(request)
        if identity and len(self.credentials(identity)) >= MAX_CREDENTIALS:
            raise errors.too_many_credentials(MAX_CREDENTIALS)
        credential = Resource(
            id=self._credential_id(request),
            type=CREDENTIAL_TYPE,
            name=request.params["credential"],
            created_at=self._platform.clock.now(),
            state="Succeeded",
            body={"properties": properties},
        )
        self._platform.resources.add(credential)
        return credential, True

    def exchange(self, client_id: str, token: Mapping[str, str]) -> str:
        """The object id of the identity that a token of `issuer`, `subject` and `audience` stands
        for. Raises NotExchanged."""
        found = self._platform.resources.of_type(IDENTITY_TYPE)
        identity = next((e for e in found if e.properties["clientId"] == client_id), None)
        if identity is None:
            raise NotExchanged(
                f"AADSTS700016: Application with identifier '{client_id}' was not found in the "
                f"directory '{self._platform.tenant_id}'."
            )
        credentials = self.credentials(identity)
        if not credentials:
            raise NotExchanged(
                f"AADSTS70025: The client '{client_id}'({identity.name}) has no configured "
                "federated identity credentials."
            )
        if not any(_matches(each.properties, token) for each in credentials):
            raise NotExchanged(
                "AADSTS700213: No matching federated identity record found for presented "
                f"assertion subject '{token['subject']}'. Check your federated identity "
                "credential Subject, Audience and Issuer against the presented assertion."
            )
        return identity.properties["principalId"]

    def _add(self, request: ArmRequest, body: dict[str, Any]) -> Resource:
        platform = self._platform
        properties = {
            "tenantId": platform.tenant_id,
            "principalId": platform.identifiers.guid(),
            "clientId": platform.identifiers.guid(),
        }
        identity = Resource(
            id=self._id(request),
            type=IDENTITY_TYPE,
            name=request.params["identity"],
            created_at=platform.clock.now(),
            state="Succeeded",
            body={**body, "properties": properties},
        )
        platform.resources.add(identity)
        platform.principals.add(properties["principalId"], platform.clock.now())
        return identity

    def _id(self, request: ArmRequest) -> str:
        group = self._groups.id_of(request.group)
        return f"{group}/providers/{IDENTITY_TYPE}/{request.params['identity']}"

    def _credential_id(self, request: ArmRequest) -> str:
        credential = request.params["credential"]
        return f"{self._id(request)}/federatedIdentityCredentials/{credential}"


def shown_id(resource_id: str) -> str:
    return resource_id.replace("/resourceGroups/", "/resourcegroups/")


def _checked_credential(body: dict[str, Any]) -> dict[str, Any]:
    _check(body, _CREDENTIAL)
    given = body.get("properties") or {}
    for name in ("issuer", "subject", "audiences"):
        if not given.get(name):
            raise errors.missing_property(name)
    return {name: given[name] for name in ("issuer", "subject", "audiences")}


def _check(body: dict[str, Any], shape: Shape) -> None:
    found = mismatch(body, shape)
    if found is not None:
        raise wrong_type(found)


def _matches(credential: Mapping[str, Any], token: Mapping[str, str]) -> bool:
    """Entra compares the three as they are written."""
    said = (credential["issuer"], credential["subject"])
    return said == (token["issuer"], token["subject"]) and (
        token["audience"] in credential["audiences"]
    )
