"""One line per event on stderr, for the host's own records and the app's."""

import logging
import sys
from datetime import UTC, datetime

from emulators.functions_host.log_levels import LevelFilter, LogLevels

_SHOWN_FIELDS = ("environment", "operation", "resource_id", "duration_ms")


class LineFormatter(logging.Formatter):
    """`time level logger: message` and the fields worth finding, tracebacks below."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]
        line = f"{at}Z {record.levelname.lower()} {record.name}: {record.getMessage()}"
        for name in _SHOWN_FIELDS:
            value = getattr(record, name, None)
            if value is not None:
                line += f" {name}={value}"
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return line


def start_logging(*, verbose: bool) -> LevelFilter:
    """Until levels are applied to what it gives, they are the real host's own."""
    shown = LevelFilter(verbose)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(LineFormatter())
    handler.addFilter(shown)
    logging.getLogger().addHandler(handler)
    shown.apply(LogLevels(), {})
    return shown
