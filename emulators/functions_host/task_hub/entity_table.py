"""Rows of entities: state and lock."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entity:
    entity_id: str
    state: str | None = None
    modified_at: int = 0
    lock_id: str | None = None
    lock_owner: str | None = None


_COLUMNS = ", ".join(Entity.__dataclass_fields__)


class Entities:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._execute = connection.execute

    def get(self, entity_id: str) -> Entity | None:
        row = self._execute(
            f"SELECT {_COLUMNS} FROM entities WHERE entity_id = ?", (entity_id,)
        ).fetchone()
        return None if row is None else Entity(*row)

    def save(self, entity: Entity) -> None:
        self._execute(
            f"INSERT OR REPLACE INTO entities ({_COLUMNS}) VALUES (?, ?, ?, ?, ?)",
            (
                entity.entity_id,
                entity.state,
                entity.modified_at,
                entity.lock_id,
                entity.lock_owner,
            ),
        )

    def delete(self, entity_id: str) -> None:
        self._execute("DELETE FROM entities WHERE entity_id = ?", (entity_id,))

    def locked_by(self, owner: str) -> list[Entity]:
        return self.select("lock_owner = ?", (owner,), -1)

    def select(self, condition: str, values: Sequence[object], limit: int) -> list[Entity]:
        """Run a query of this package's own making; `values` carries all that callers sent."""
        rows = self._execute(
            f"SELECT {_COLUMNS} FROM entities WHERE {condition} ORDER BY entity_id LIMIT ?",
            (*values, limit),
        )
        return [Entity(*row) for row in rows]

    def delete_empty(self) -> int:
        """Rows of entities that have no state, no lock and nobody who waits for them."""
        deleted = self._execute(
            "DELETE FROM entities WHERE state IS NULL AND lock_id IS NULL"
            " AND NOT EXISTS (SELECT 1 FROM inbox WHERE target = entity_id)"
        )
        return deleted.rowcount
