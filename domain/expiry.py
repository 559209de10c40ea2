"""Decides whether an environment's end is near, to be told once, or has come."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum


class ExpiryAction(StrEnum):
    NONE = "none"
    WARN_24H = "warn24h"
    WARN_1H = "warn1h"
    DELETE = "delete"


def expiry_mark(action: ExpiryAction, expires_at: datetime) -> str:
    """What to remember once a warning is told; another `expires_at` makes it another warning."""
    raise NotImplementedError


def decide_expiry(
    expires_at: datetime | None, told: Collection[str], now: datetime
) -> ExpiryAction:
    """`told` holds the marks of the warnings given so far."""
    raise NotImplementedError
