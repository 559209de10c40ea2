"""Builds a page of invocations from the rows of Log Analytics."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import urlencode

from domain.serving.invocations.log_answer import Row
from domain.serving.invocations.model import Invocation, InvocationPage
from domain.serving.invocations.query import InvocationQuery, find_position
from domain.wire import format_time

INGESTION = timedelta(minutes=10)
"""After which a line is normally there: the agent, the pipeline and the index take some minutes.
Azure promises no time."""


def build_page(query: InvocationQuery, rows: Sequence[Row], now: datetime) -> InvocationPage:
    """From the rows of `render_call(query)`."""
    found = tuple(Invocation.from_row(row) for row in rows)
    value = found[: query.page_size]
    lacks_since = now - INGESTION
    return InvocationPage(
        value=value,
        may_lack_since=lacks_since if lacks_since < query.window.end else None,
        next_link=_next_link(query, value) if len(found) > len(value) else None,
    )


def _next_link(query: InvocationQuery, value: Sequence[Invocation]) -> str:
    """With the times of the window, which otherwise moves on with the clock."""
    parameters = {
        "from": format_time(query.window.start),
        "to": format_time(query.window.end),
        **({"caller": query.caller} if query.caller else {}),
        "maxpagesize": query.page_size,
        "skiptoken": find_position(query, [each.time for each in value]),
    }
    return f"/environments/{query.environment}/invocations?{urlencode(parameters)}"
