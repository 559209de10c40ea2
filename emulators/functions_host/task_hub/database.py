"""The task hub's SQLite file: its tables, its settings and its transactions."""

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

_SCHEMA = """
CREATE TABLE IF NOT EXISTS settings (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS instances (
    instance_id TEXT PRIMARY KEY,
    execution_id TEXT NOT NULL,
    status INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    completed_at INTEGER,
    turns INTEGER NOT NULL DEFAULT 0,
    output TEXT,
    custom_status TEXT,
    failure BLOB,
    trace BLOB,
    parent_id TEXT,
    due_at INTEGER,
    started BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS instances_by_parent ON instances (parent_id);
CREATE INDEX IF NOT EXISTS instances_by_completion ON instances (completed_at, instance_id);
CREATE TABLE IF NOT EXISTS history (
    instance_id TEXT NOT NULL,
    turn INTEGER NOT NULL,
    chunk BLOB NOT NULL,
    PRIMARY KEY (instance_id, turn)
);
CREATE TABLE IF NOT EXISTS inbox (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    target TEXT NOT NULL,
    execution_id TEXT,
    event BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS inbox_by_target ON inbox (target, position);
CREATE TABLE IF NOT EXISTS schedule (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    due_at INTEGER NOT NULL,
    target TEXT NOT NULL,
    execution_id TEXT,
    event BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS schedule_by_due ON schedule (due_at, position);
CREATE INDEX IF NOT EXISTS schedule_by_target ON schedule (target);
CREATE TABLE IF NOT EXISTS activities (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    instance_id TEXT NOT NULL,
    execution_id TEXT NOT NULL,
    task_id INTEGER NOT NULL,
    request BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS activities_by_instance ON activities (instance_id);
CREATE TABLE IF NOT EXISTS entities (
    entity_id TEXT PRIMARY KEY,
    state TEXT,
    modified_at INTEGER NOT NULL,
    lock_id TEXT,
    lock_owner TEXT
);
CREATE INDEX IF NOT EXISTS entities_by_lock_owner ON entities (lock_owner);
"""
# How long a process that was asked to end may still hold the file.
_PREDECESSOR_SECONDS = 2.0
_DATA_TABLES = ("instances", "history", "inbox", "schedule", "activities", "entities")


class Database:
    """One connection, used by the event loop's thread only: one writer, short transactions."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.connection = sqlite3.connect(
            path, timeout=_PREDECESSOR_SECONDS, isolation_level=None, cached_statements=256
        )
        # Two hubs on one file would both hand out the same work.
        self.connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        # A killed process loses nothing that was committed; only a power cut could.
        self.connection.execute("PRAGMA journal_mode = WAL")
        self.connection.execute("PRAGMA synchronous = NORMAL")
        self.connection.executescript(_SCHEMA)
        self.hub_id = self._setting("hubId", secrets.token_hex(4))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    def time_line(self, scale: float, origin: datetime) -> tuple[float, datetime]:
        """Keep the first time line: stored due times mean nothing on another one."""
        stored_scale = float(self._setting("timeScale", repr(scale)))
        stored_origin = datetime.fromisoformat(self._setting("clockOrigin", origin.isoformat()))
        return stored_scale, stored_origin

    def move_time_line(self, scale: float, origin: datetime) -> None:
        """Time stood still for everybody: stored due times mean the same on the new one."""
        for name, value in (("timeScale", repr(scale)), ("clockOrigin", origin.isoformat())):
            self.connection.execute("REPLACE INTO settings VALUES (?, ?)", (name, value))

    def clear(self) -> None:
        for table in _DATA_TABLES:
            self.connection.execute(f"DELETE FROM {table}")

    def close(self) -> None:
        self.connection.close()

    def _setting(self, name: str, default: str) -> str:
        self.connection.execute("INSERT OR IGNORE INTO settings VALUES (?, ?)", (name, default))
        row = self.connection.execute("SELECT value FROM settings WHERE name = ?", (name,))
        return row.fetchone()[0]
