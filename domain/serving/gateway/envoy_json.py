"""Parts of Envoy's configuration that several modules build, as JSON objects."""

from typing import Any

type EnvoyJson = dict[str, Any]

_TYPES = "type.googleapis.com/envoy."


def typed(name: str, /, **fields: Any) -> EnvoyJson:
    """A message of the named type, without the common prefix."""
    return {"@type": f"{_TYPES}{name}", **fields}


def extension(name: str, type_name: str, /, **fields: Any) -> EnvoyJson:
    """A named extension and its configuration."""
    return {"name": name, "typed_config": typed(type_name, **fields)}


def literal(text: str) -> str:
    """For where Envoy would read `%...%` as the name of a value."""
    return text.replace("%", "%%")


def seconds(duration: float) -> str:
    return f"{duration:g}s"


def socket_address(host: str, port: int) -> EnvoyJson:
    return {"socket_address": {"address": host, "port_value": port}}
