"""Holds: requests that are about to serve a version of a model, until they are on record.

Without them a version could be deleted between the moment in which a request has read it and the
one in which its environment is listed as one that uses it. The entity takes holds and deletions in
turn: whichever comes second is refused.
"""

from collections.abc import Iterable
from datetime import timedelta

from pydantic import AwareDatetime

from domain.wire import WireModel

HOLD_LIFETIME = timedelta(minutes=10)
"""Of a request that died: its operation is on record, and in the directory, within seconds."""


class ModelHold(WireModel):
    """A version that an operation is about to bring."""

    operation_id: str
    version: int
    expires_at: AwareDatetime


class Forgetting(WireModel):
    """A deletion."""

    version: int | None = None
    """None: all of them."""
    at: AwareDatetime
    counted: tuple[str, ...] = ()
    """Operations whose records were read, so that their holds say nothing more."""


def with_hold(holds: Iterable[ModelHold], added: ModelHold) -> tuple[ModelHold, ...]:
    """Without those that have expired by the time at which it was added."""
    now = added.expires_at - HOLD_LIFETIME
    kept = (each for each in holds if each.expires_at > now and not _is_same(each, added))
    return (*kept, added)


def keeps_from_deletion(hold: ModelHold, wanted: Forgetting) -> bool:
    """Whether its version is about to be served."""
    is_live = hold.expires_at > wanted.at and hold.operation_id not in wanted.counted
    return is_live and wanted.version in (None, hold.version)


def _is_same(left: ModelHold, right: ModelHold) -> bool:
    return (left.operation_id, left.version) == (right.operation_id, right.version)
