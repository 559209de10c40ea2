"""The rules for instance ids and entity ids."""

from emulators.functions_host.task_hub.refusals import InvalidRequest

_LONGEST_ID = 256
_FORBIDDEN = frozenset("/\\#?")


def check_instance_id(instance_id: str) -> None:
    """Refuse what the Durable extension refuses: such an id could not be part of a URL or key."""
    if instance_id.startswith("@"):
        raise InvalidRequest("Orchestration instance IDs must not start with the '@' character.")
    if len(instance_id) > _LONGEST_ID:
        raise InvalidRequest(f"Instance ID lengths must not exceed {_LONGEST_ID} characters.")
    if any(character in _FORBIDDEN or not _is_printable(character) for character in instance_id):
        raise InvalidRequest("Instance IDs must not contain /, \\, #, ?, or control characters.")


def entity_id(raw: str) -> str:
    """Bring `@Name@key` into its one form: entity names are compared in lower case."""
    start, _, rest = raw.partition("@")
    name, separator, key = rest.partition("@")
    if start or not name or not separator:
        raise InvalidRequest(f"'{raw}' is not an entity ID like '@name@key'.")
    return f"@{name.lower()}@{key}"


def entity_name(entity_id: str) -> str:
    return entity_id.split("@", 2)[1]


def _is_printable(character: str) -> bool:
    """Control characters are those below space and from 0x7f to 0x9f."""
    code = ord(character)
    return code > 0x1F and not 0x7F <= code <= 0x9F
