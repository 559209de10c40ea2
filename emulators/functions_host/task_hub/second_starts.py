"""What a task hub does when a client starts an instance whose id still runs."""

from enum import StrEnum


class SecondStart(StrEnum):
    """Ids of finished instances are free in any case.

    REFUSE is what the Durable extension does by default, once the first start is in its tables.
    DISCARD is what Azure Storage does with a start that it has not seen coming: between the look
    for a running instance and the write of the new one a second start gets the same answer, and
    its message is dropped later (DurableTask.AzureStorage since 2021). RESTART is what the
    extension's setting `overridableExistingInstanceStates: AnyState` does: the running instance
    is terminated and its id runs anew.

    The last two happen here at every such start, not only within a moment.
    """

    REFUSE = "refuse"
    DISCARD = "discard"
    RESTART = "restart"
