"""What the simulator says of itself, against what a real API server says."""

import json
from pathlib import Path

import pytest

from emulators.azure.kubernetes import schema
from emulators.tests.contract.kubernetes.clients import Api
from emulators.tests.contract.kubernetes.openapi_types import DOCUMENTS, read_types
from emulators.tests.contract.kubernetes.real_api_server import ASSETS_VARIABLE, assets

pytestmark = pytest.mark.skipif(
    assets() is None, reason=f"{ASSETS_VARIABLE} names no folder with kube-apiserver and etcd"
)


async def test_the_real_server_is_of_the_version_that_is_simulated(api: Api, real_api: Api):
    """Tests that ask both compare messages, whose wording changes between minor versions."""
    theirs, ours = [await each.get("/version") for each in (real_api, api)]

    assert (theirs["major"], theirs["minor"]) == (ours["major"], ours["minor"])


async def test_the_types_are_those_of_the_real_server(real_api: Api):
    theirs = read_types([await real_api.get(f"/openapi/v3/{each}") for each in DOCUMENTS])
    ours = json.loads(Path(schema.__file__).with_name("schema.json").read_text())

    for name, fields in ours.items():
        assert fields.items() <= theirs[name].items()
