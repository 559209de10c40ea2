"""Message sessions of a queue: who has which, who waits for one, and their state."""

import asyncio
from collections.abc import Callable
from typing import Protocol

from emulators.azure.service_bus.errors import AmqpError, Condition
from emulators.azure.service_bus.lanes import Lane, LaneConsumer, LaneOwner
from emulators.azure.service_bus.settings import QueueSettings
from emulators.azure.service_bus.times import Alarms, Times


class SessionHolder(LaneConsumer, Protocol):
    """The receiver that has the session."""

    def lose_session(self, error: AmqpError) -> None: ...


class SessionOwner(LaneOwner, Protocol):
    """The queue that the sessions belong to."""

    settings: QueueSettings

    def put_back(self, lane: Lane, has_failed: bool) -> None: ...


class MessageSession(Lane):
    """The messages with one session id, for one receiver at a time."""

    def __init__(self, owner: LaneOwner, session_id: str) -> None:
        super().__init__(owner)
        self.id = session_id
        self.state: bytes | None = None
        self.updated_at = 0.0
        self.holder: SessionHolder | None = None
        self.locked_until = 0.0


class Waiter:
    """A receiver that waits until some session is free. `grant` is called at most once."""

    def __init__(
        self,
        grant: Callable[[MessageSession], None],
        give_up: Callable[[], None],
        seconds: float,
    ) -> None:
        self.grant = grant
        self._timer = asyncio.get_running_loop().call_later(seconds, give_up)

    def cancel(self) -> None:
        self._timer.cancel()


class MessageSessions:
    """Gives sessions to receivers. `_free` has those with messages and without a holder."""

    def __init__(self, owner: SessionOwner, times: Times, alarms: Alarms) -> None:
        self._owner = owner
        self._times = times
        self._alarms = alarms
        self._sessions: dict[str, MessageSession] = {}
        self._free: dict[str, MessageSession] = {}
        self._waiting: dict[Waiter, None] = {}

    def all(self) -> list[MessageSession]:
        return list(self._sessions.values())

    def get(self, session_id: str) -> MessageSession:
        session = self._sessions.get(session_id)
        if session is None:
            session = MessageSession(self._owner, session_id)
            self._sessions[session_id] = session
        return session

    def next_free(self) -> MessageSession | None:
        """The session that has been free with messages for longest."""
        while self._free:
            session_id = next(iter(self._free))
            session = self._free.pop(session_id)
            if session.has_messages():
                return session
            self._drop_if_idle(session)
        return None

    def wait(self, waiter: Waiter) -> None:
        self._waiting[waiter] = None

    def stop_waiting(self, waiter: Waiter) -> None:
        waiter.cancel()
        self._waiting.pop(waiter, None)

    def lock(self, session: MessageSession, holder: SessionHolder) -> None:
        if session.holder is not None:
            raise AmqpError(
                Condition.SESSION_CANNOT_BE_LOCKED,
                f"The requested session '{session.id}' cannot be accepted. "
                "It may be locked by another receiver.",
            )
        self._free.pop(session.id, None)
        session.holder = holder
        session.add(holder)
        self.renew(session)
        self._watch(session, holder)

    def renew(self, session: MessageSession) -> float:
        session.locked_until = self._times.lock_end(self._owner.settings.lock_seconds)
        return session.locked_until

    def release(self, session: MessageSession, holder: SessionHolder) -> None:
        """The receiver leaves. What it had not settled is back, and no failed delivery."""
        if session.holder is holder:
            self._free_session(session, holder, has_failed=False)

    def wake(self, session: MessageSession) -> None:
        """There is a message in the session: for its holder, or for somebody who waits."""
        if session.holder is not None:
            session.dispatch()
        elif not session.has_messages():
            self._free.pop(session.id, None)
            self._drop_if_idle(session)
        elif self._waiting:
            waiter = next(iter(self._waiting))
            self.stop_waiting(waiter)
            waiter.grant(session)
        else:
            self._free[session.id] = session

    def set_state(self, session: MessageSession, state: bytes | None) -> None:
        session.state = state
        session.updated_at = self._times.now()

    def _watch(self, session: MessageSession, holder: SessionHolder) -> None:
        self._alarms.at(session.locked_until, lambda: self._on_alarm(session, holder))

    def _on_alarm(self, session: MessageSession, holder: SessionHolder) -> None:
        if session.holder is not holder:
            return
        if session.locked_until > self._times.now():
            self._watch(session, holder)
            return
        self._free_session(session, holder, has_failed=True)
        text = "The session lock has expired on the MessageSession. Accept a new MessageSession."
        holder.lose_session(AmqpError(Condition.SESSION_LOCK_LOST, text))

    def _free_session(
        self, session: MessageSession, holder: SessionHolder, has_failed: bool
    ) -> None:
        session.remove(holder)
        self._owner.put_back(session, has_failed)
        session.holder = None
        self.wake(session)

    def _drop_if_idle(self, session: MessageSession) -> None:
        if session.holder is None and session.state is None:
            self._sessions.pop(session.id, None)
