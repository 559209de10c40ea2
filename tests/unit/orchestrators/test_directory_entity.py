"""The entity of a shard: news reach its state."""

from typing import Any

import pytest
from azure.durable_functions.testing import execute_entity

from domain.directory.row import DirectoryRow
from domain.directory.shard import Shard, ShardRows
from domain.environment.phases import Phase
from orchestrators.directory_entity import directory
from tests.support.specs import NOON

OLD = DirectoryRow("fraud-llm", 3, Phase.READY, "Healthy", "ML-1234")
NEW = DirectoryRow("fraud-llm", 4, Phase.DELETED, "Healthy", "ML-1234")


def told(*news: tuple[str, Any]) -> Shard:
    state: Any = None
    for operation, value in news:
        state = execute_entity(directory, operation, value, state, entity_key="b-000").get_state()
    return Shard.from_wire(state)


def put(row: DirectoryRow) -> tuple[str, Any]:
    return ("put", ShardRows.of(row).to_wire())


def test_puts_in_any_order_leave_the_newest_row():
    assert told(put(OLD), put(NEW)) == told(put(NEW), put(OLD), put(NEW)) == told(put(NEW))


def test_a_filling_marks_the_shard_and_replaces_nothing_newer():
    filling = {"rows": {"fraud-llm": OLD.text, "other": OLD.text}, "at": NOON.isoformat()}
    shard = told(put(NEW), ("put_many", filling))
    assert shard == Shard(rows={"fraud-llm": NEW.text, "other": OLD.text}, filled_at=NOON)


def test_what_is_buried_is_forgotten():
    assert told(put(NEW), ("forget", ShardRows.of(NEW).to_wire())) == Shard()


def test_an_unknown_operation_is_a_bug_and_says_so():
    with pytest.raises(ValueError, match="has no operation 'burn'"):
        told(("burn", {}))
