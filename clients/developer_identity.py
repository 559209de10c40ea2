"""Reads the setting of who all requests come from, where no authentication protects the app."""

from pydantic import ValidationError

from domain.requests.app_roles import AppRole
from domain.requests.principal import Principal
from domain.wire import WireModel

NAME = "DEVELOPER_IDENTITY"


class DeveloperIdentity(WireModel):
    object_id: str
    name: str | None = None
    roles: frozenset[AppRole] = frozenset(AppRole)
    groups: frozenset[str] = frozenset()


def parse_developer(text: str | None, *, requires_app_roles: bool) -> Principal | None:
    """None if it is not set. Raises ValueError with the setting's name."""
    if not text:
        return None
    if requires_app_roles:
        raise ValueError(
            f"Setting {NAME} must not be set where REQUIRE_APP_ROLES is true: callers "
            "are then who their tokens say."
        )
    try:
        identity = DeveloperIdentity.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "the text"
        raise ValueError(
            f"Setting {NAME}: {where}: {first['msg']}. Set it to JSON such as "
            '{"objectId": "...", "roles": ["Environments.Write"], "groups": ["..."]}.'
        ) from None
    return Principal(
        object_id=identity.object_id,
        name=identity.name,
        roles=frozenset(map(str, identity.roles)),
        groups=frozenset(map(str.lower, identity.groups)),
        is_person=True,
    )
