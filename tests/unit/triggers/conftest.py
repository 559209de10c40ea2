"""The API in front of a task hub in memory."""

import pytest

from tests.support.fake_hub import FakeHub
from tests.support.http_api import Api


@pytest.fixture
def hub() -> FakeHub:
    return FakeHub()


@pytest.fixture
def api(hub: FakeHub) -> Api:
    return Api(hub)


@pytest.fixture(autouse=True)
def strict_typing(monkeypatch: pytest.MonkeyPatch) -> None:
    """As function_app sets it."""
    monkeypatch.setenv("AZURE_FUNCTIONS_DURABLE_STRICT_TYPING", "1")
