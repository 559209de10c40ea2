"""What the worker does with SDK types and the settlement client of the binding extensions.

The extensions are the app's own dependency: as in the worker, they count only when the app has
imported them.
"""

import sys
from collections.abc import Mapping
from typing import Any

from azure.functions.meta import Datum

_BASE = "azurefunctions.extensions.base"
_SETTLEMENT_CLIENT = "serviceBusClient"


def _registry() -> Any:
    base = sys.modules.get(_BASE)
    return None if base is None else base.get_binding_registry()


def is_sdk_type(annotation: Any) -> bool:
    registry = _registry()
    return registry is not None and bool(registry.check_supported_type(annotation))


def is_settlement_client(annotation: Any) -> bool:
    registry = _registry()
    return registry is not None and bool(registry.check_supported_grpc_client_type(annotation))


def converter(kind: str) -> Any:
    registry = _registry()
    return None if registry is None else registry.get(kind)


def decode(kind: str, datum: Datum, metadata: Mapping[str, Datum], annotation: Any) -> Any:
    return converter(kind).decode(datum, trigger_metadata=metadata, pytype=annotation)


def settlement_client() -> Any:
    """One for the process; it reads the host's address from the command line when first made."""
    return converter(_SETTLEMENT_CLIENT).get_client()
