"""Rows of messages: those that wait to be read, those that are due later, and activities."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from durabletask.internal import orchestrator_service_pb2 as pb


@dataclass(frozen=True, slots=True)
class Message:
    """An event for an orchestration or entity; `execution_id` says for (or from) which run."""

    position: int
    target: str
    execution_id: str | None
    event: pb.HistoryEvent


@dataclass(frozen=True, slots=True)
class Activity:
    position: int
    instance_id: str
    execution_id: str
    task_id: int
    request: pb.ActivityRequest


def _message(row: tuple[int, str, str | None, bytes]) -> Message:
    position, target, execution_id, event = row
    return Message(position, target, execution_id, pb.HistoryEvent.FromString(event))


class Inbox:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._execute = connection.execute
        self._execute_many = connection.executemany

    def add(self, target: str, event: pb.HistoryEvent, execution_id: str | None) -> None:
        self._execute(
            "INSERT INTO inbox (target, execution_id, event) VALUES (?, ?, ?)",
            (target, execution_id, event.SerializeToString()),
        )

    def read(self, target: str, limit: int = -1) -> list[Message]:
        rows = self._execute(
            "SELECT position, target, execution_id, event FROM inbox"
            " WHERE target = ? ORDER BY position LIMIT ?",
            (target, limit),
        )
        return [_message(row) for row in rows]

    def count(self, target: str) -> int:
        rows = self._execute("SELECT COUNT(*) FROM inbox WHERE target = ?", (target,))
        return rows.fetchone()[0]

    def targets(self) -> list[str]:
        return [
            row[0]
            for row in self._execute(
                "SELECT target FROM inbox GROUP BY target ORDER BY MIN(position)"
            )
        ]

    def remove(self, positions: Iterable[int]) -> None:
        self._execute_many(
            "DELETE FROM inbox WHERE position = ?", [(position,) for position in positions]
        )

    def clear(self, target: str) -> None:
        self._execute("DELETE FROM inbox WHERE target = ?", (target,))


class Schedule:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._execute = connection.execute

    def add(
        self, due_at: int, target: str, event: pb.HistoryEvent, execution_id: str | None
    ) -> None:
        self._execute(
            "INSERT INTO schedule (due_at, target, execution_id, event) VALUES (?, ?, ?, ?)",
            (due_at, target, execution_id, event.SerializeToString()),
        )

    def earliest(self) -> int | None:
        return self._execute("SELECT MIN(due_at) FROM schedule").fetchone()[0]

    def take_due(self, now: int, limit: int) -> list[Message]:
        rows = self._execute(
            "SELECT position, target, execution_id, event FROM schedule"
            " WHERE due_at <= ? ORDER BY due_at, position LIMIT ?",
            (now, limit),
        ).fetchall()
        for row in rows:
            self._execute("DELETE FROM schedule WHERE position = ?", (row[0],))
        return [_message(row) for row in rows]

    def clear(self, target: str) -> None:
        self._execute("DELETE FROM schedule WHERE target = ?", (target,))


class Activities:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._execute = connection.execute

    def add(self, execution_id: str, request: pb.ActivityRequest) -> int:
        row = self._execute(
            "INSERT INTO activities (instance_id, execution_id, task_id, request)"
            " VALUES (?, ?, ?, ?) RETURNING position",
            (
                request.orchestrationInstance.instanceId,
                execution_id,
                request.taskId,
                request.SerializeToString(),
            ),
        )
        return row.fetchone()[0]

    def get(self, position: int) -> Activity | None:
        row = self._execute(
            "SELECT position, instance_id, execution_id, task_id, request FROM activities"
            " WHERE position = ?",
            (position,),
        ).fetchone()
        if row is None:
            return None
        position, instance_id, execution_id, task_id, request = row
        return Activity(
            position, instance_id, execution_id, task_id, pb.ActivityRequest.FromString(request)
        )

    def positions(self) -> list[int]:
        return [row[0] for row in self._execute("SELECT position FROM activities ORDER BY 1")]

    def remove(self, position: int) -> None:
        self._execute("DELETE FROM activities WHERE position = ?", (position,))

    def task_ids(self, instance_id: str, execution_id: str) -> set[int]:
        rows = self._execute(
            "SELECT task_id FROM activities WHERE instance_id = ? AND execution_id = ?",
            (instance_id, execution_id),
        )
        return {row[0] for row in rows}

    def move(self, instance_id: str, execution_id: str, new_execution_id: str) -> None:
        """Let the results of one run count for the run that goes on in its place."""
        self._execute(
            "UPDATE activities SET execution_id = ? WHERE instance_id = ? AND execution_id = ?",
            (new_execution_id, instance_id, execution_id),
        )
