"""Decides whether an expiry warning is due, each once, or the environment has expired."""

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
"""Nearest first: after the last-hour warning the last-day warning is moot."""


def expiry_warning_key(action: ExpiryAction, expires_at: datetime) -> str:
    """Identifies a sent warning; a changed `expires_at` makes it a new one."""
    return f"{action}@{format_time(expires_at)}"


def decide_expiry(
    expires_at: datetime | None, expiry_warnings_sent: Collection[str], now: datetime
) -> ExpiryAction:
    """`expiry_warnings_sent`: the keys of the warnings sent so far."""
    if expires_at is None:
        return ExpiryAction.NONE
    if now >= expires_at:
        return ExpiryAction.DELETE
    for before, action in WARNINGS:
        if now >= expires_at - before:
            return (
                ExpiryAction.NONE
                if expiry_warning_key(action, expires_at) in expiry_warnings_sent
                else action
            )
    return ExpiryAction.NONE
