"""The SDK's codec as the app uses it."""

import pytest


@pytest.fixture(autouse=True)
def strict_typing(monkeypatch: pytest.MonkeyPatch) -> None:
    """As function_app sets it."""
    monkeypatch.setenv("AZURE_FUNCTIONS_DURABLE_STRICT_TYPING", "1")
