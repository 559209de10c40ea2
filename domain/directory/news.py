"""What the directory has to be told of a record's change."""

from dataclasses import dataclass

from domain.directory.row import DirectoryRow
from domain.environment.record import EnvironmentRecord
from domain.environment.tombstones import is_buried


@dataclass(frozen=True, slots=True)
class DirectoryNews:
    row: DirectoryRow
    is_to_be_forgotten: bool = False


def find_directory_news(
    before: EnvironmentRecord | None, after: EnvironmentRecord
) -> DirectoryNews | None:
    """None if its row says the same, which is so for most changes."""
    row = DirectoryRow.of(after)
    if before and is_buried(after):
        return None if is_buried(before) else DirectoryNews(row, is_to_be_forgotten=True)
    is_old = before and row.says_the_same_as(DirectoryRow.of(before))
    return None if is_old else DirectoryNews(row)
