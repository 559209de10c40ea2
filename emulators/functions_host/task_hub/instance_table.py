"""Rows of orchestration instances and their histories."""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from durabletask.internal import orchestrator_service_pb2 as pb

FINISHED = frozenset(
    {
        pb.ORCHESTRATION_STATUS_COMPLETED,
        pb.ORCHESTRATION_STATUS_FAILED,
        pb.ORCHESTRATION_STATUS_CANCELED,
        pb.ORCHESTRATION_STATUS_TERMINATED,
    }
)


@dataclass(frozen=True, slots=True)
class Instance:
    """All of an instance but its start event, whose input may be large and is read on demand."""

    instance_id: str
    execution_id: str
    status: int
    created_at: int
    updated_at: int
    completed_at: int | None = None
    turns: int = 0
    output: str | None = None
    custom_status: str | None = None
    failure: bytes | None = None
    trace: bytes | None = None
    parent_id: str | None = None
    due_at: int | None = None

    @property
    def is_finished(self) -> bool:
        return self.status in FINISHED

    @property
    def is_suspended(self) -> bool:
        return self.status == pb.ORCHESTRATION_STATUS_SUSPENDED


_COLUMNS = ", ".join(Instance.__dataclass_fields__)
_PLACES = ", ".join("?" * (len(Instance.__dataclass_fields__) + 1))
_INSERT = f"INSERT OR REPLACE INTO instances ({_COLUMNS}, started) VALUES ({_PLACES})"
_UPDATE = """UPDATE instances SET execution_id = ?, status = ?, updated_at = ?, completed_at = ?,
turns = ?, output = ?, custom_status = ?, failure = ?, trace = ? WHERE instance_id = ?"""


class Instances:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._execute = connection.execute

    def get(self, instance_id: str) -> Instance | None:
        row = self._execute(
            f"SELECT {_COLUMNS} FROM instances WHERE instance_id = ?", (instance_id,)
        ).fetchone()
        return None if row is None else Instance(*row)

    def started(self, instance_id: str) -> pb.ExecutionStartedEvent:
        row = self._execute(
            "SELECT started FROM instances WHERE instance_id = ?", (instance_id,)
        ).fetchone()
        return pb.ExecutionStartedEvent.FromString(row[0])

    def is_live(self, instance_id: str, execution_id: str | None) -> bool:
        """Whether a message for that execution (None: for any) still has somebody to read it."""
        row = self._execute(
            "SELECT execution_id, status FROM instances WHERE instance_id = ?", (instance_id,)
        ).fetchone()
        if row is None or row[1] in FINISHED:
            return False
        return execution_id is None or execution_id == row[0]

    def insert(self, instance: Instance, started: pb.ExecutionStartedEvent) -> None:
        values = [getattr(instance, name) for name in Instance.__dataclass_fields__]
        self._execute(_INSERT, (*values, started.SerializeToString()))

    def update(self, instance: Instance) -> None:
        self._execute(
            _UPDATE,
            (
                instance.execution_id,
                instance.status,
                instance.updated_at,
                instance.completed_at,
                instance.turns,
                instance.output,
                instance.custom_status,
                instance.failure,
                instance.trace,
                instance.instance_id,
            ),
        )

    def replace_started(self, instance_id: str, started: pb.ExecutionStartedEvent) -> None:
        self._execute(
            "UPDATE instances SET started = ? WHERE instance_id = ?",
            (started.SerializeToString(), instance_id),
        )

    def delete(self, instance_id: str) -> None:
        for table in ("instances", "history"):
            self._execute(f"DELETE FROM {table} WHERE instance_id = ?", (instance_id,))

    def children(self, instance_id: str) -> list[Instance]:
        rows = self._execute(
            f"SELECT {_COLUMNS} FROM instances WHERE parent_id = ? ORDER BY instance_id",
            (instance_id,),
        )
        return [Instance(*row) for row in rows]

    def select(self, condition: str, values: Sequence[object], limit: int) -> list[Instance]:
        """Run a query of this package's own making; `values` carries all that callers sent."""
        rows = self._execute(
            f"SELECT {_COLUMNS} FROM instances WHERE {condition} LIMIT ?", (*values, limit)
        )
        return [Instance(*row) for row in rows]

    def append_history(
        self, instance_id: str, turn: int, events: Sequence[pb.HistoryEvent]
    ) -> None:
        """One row per turn: a turn is written once and read as a whole."""
        self._execute(
            "INSERT INTO history VALUES (?, ?, ?)",
            (instance_id, turn, pb.HistoryChunk(events=events).SerializeToString()),
        )

    def delete_history(self, instance_id: str) -> None:
        self._execute("DELETE FROM history WHERE instance_id = ?", (instance_id,))

    def history_chunks(self, instance_id: str) -> Iterator[bytes]:
        rows = self._execute(
            "SELECT chunk FROM history WHERE instance_id = ? ORDER BY turn", (instance_id,)
        )
        return (row[0] for row in rows)

    def history(self, instance_id: str) -> pb.HistoryChunk:
        whole = pb.HistoryChunk()
        for chunk in self.history_chunks(instance_id):
            whole.MergeFromString(chunk)
        return whole
