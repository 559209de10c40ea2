"""One line per event on stderr, for the host's own records and the app's."""

import logging
import sys
from datetime import UTC, datetime

_SHOWN_FIELDS = ("environment", "operation", "resource_id", "duration_ms")
_NOISE = (
    *("aiohttp", "grpc", "asyncio", "azure", "durabletask", "uamqp"),
    *("urllib3", "httpx", "httpx2", "httpcore", "httpcore2"),
)


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


def start_logging(*, verbose: bool) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(LineFormatter())
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    logging.getLogger("emulators.functions_host").setLevel(
        logging.DEBUG if verbose else logging.INFO
    )
    for name in _NOISE:
        logging.getLogger(name).setLevel(logging.INFO if verbose else logging.WARNING)
