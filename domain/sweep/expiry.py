"""Decides whether an environment's end is near, to be told once, or has come."""

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum

from domain.wire import format_time


class ExpiryAction(StrEnum):
    NONE = "none"
    WARN_24H = "warn24h"
    WARN_1H = "warn1h"
    DELETE = "delete"


WARNINGS = (
    (timedelta(hours=1), ExpiryAction.WARN_1H),
    (timedelta(hours=24), ExpiryAction.WARN_24H),
)
"""The nearest first: who is told of the last hour need not hear of the last day."""


def expiry_mark(action: ExpiryAction, expires_at: datetime) -> str:
    """What to remember once a warning is told; another `expires_at` makes it another warning."""
    return f"{action}@{format_time(expires_at)}"


def decide_expiry(
    expires_at: datetime | None, told: Collection[str], now: datetime
) -> ExpiryAction:
    """`told` holds the marks of the warnings given so far."""
    if expires_at is None:
        return ExpiryAction.NONE
    if now >= expires_at:
        return ExpiryAction.DELETE
    for before, action in WARNINGS:
        if now >= expires_at - before:
            return ExpiryAction.NONE if expiry_mark(action, expires_at) in told else action
    return ExpiryAction.NONE
