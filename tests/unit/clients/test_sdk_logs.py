"""What SDKs log of their requests is not the app's log."""

import logging
from collections.abc import Iterator

import pytest

from clients.sdk_logs import CHATTY, limit_sdk_logs

LOGGERS = (
    "azure.core.pipeline.policies.http_logging_policy",
    "azure.identity.aio._internal.get_token_mixin",
    "azure.servicebus._pyamqp.aio._connection_async",
    "azure.durable_functions.worker",
    "httpx2",
    "uamqp.c_uamqp",
)
"""All that wrote a line in a run of the local stack at the level Information."""


@pytest.fixture(autouse=True)
def levels() -> Iterator[None]:
    before = {name: logging.getLogger(name).level for name in CHATTY}
    yield
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


@pytest.mark.parametrize("name", LOGGERS)
def test_requests_are_not_logged_and_warnings_are(name: str):
    logging.getLogger(name.partition(".")[0]).setLevel(logging.INFO)
    limit_sdk_logs()
    assert not logging.getLogger(name).isEnabledFor(logging.INFO)
    assert logging.getLogger(name).isEnabledFor(logging.WARNING)
