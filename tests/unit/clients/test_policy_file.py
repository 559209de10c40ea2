"""The policy file: read again once it is old, and the last good version stays in force."""

import logging
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from azure.core.credentials import AccessToken

from clients.answers import NoAnswer
from clients.policy_file import (
    MAX_POLICY_BYTES,
    STORAGE_SCOPE,
    FileVersion,
    PolicyFile,
    reader_of_blob,
    reader_of_path,
)
from clients.yaml_lines import MAX_VALUES
from domain.guard.policy.in_force import PolicyState
from domain.guard.policy.parse import digest_of
from tests.support.specs import a_policy

GOOD = b"version: 1\nrequiredTags: [team]\n"
BETTER = b"version: 1\nrequiredTags: [team, project]\n"
BAD = b"version: 1\nallow:\n  region: [westeurope]\n"


a_policy_file = partial(PolicyFile, settings=a_policy())


class FakeCredential:
    def __init__(self) -> None:
        self.scopes: list[str] = []

    async def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        self.scopes += scopes
        return AccessToken("a-token", 2**31)

    async def close(self) -> None: ...

    async def __aenter__(self) -> "FakeCredential":
        return self

    async def __aexit__(self, *_: Any, **__: Any) -> None: ...


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    written = tmp_path / "policy.yaml"
    written.write_bytes(GOOD)
    return written


async def test_a_file_is_read_once_and_again_when_it_is_old(path: Path, clock: Clock):
    file = a_policy_file(reader_of_path(str(path)), 30, clock=clock)
    first = await file.read()
    assert first.policy
    assert first.policy.required_tags == ("team",)
    assert (first.status.state, first.status.digest) == (PolicyState.CURRENT, digest_of(GOOD))
    path.write_bytes(BETTER)
    assert await file.read() == first
    clock.now = 30
    later = await file.read()
    assert later.policy
    assert later.policy.required_tags == ("team", "project")
    clock.now = 60
    assert await file.read() == later, "unchanged"


async def test_a_bad_version_is_refused_with_line_and_field_and_logged_once(
    path: Path, clock: Clock, caplog: pytest.LogCaptureFixture
):
    file = a_policy_file(reader_of_path(str(path)), 30, clock=clock)
    good = await file.read()
    path.write_bytes(BAD)
    with caplog.at_level(logging.ERROR, "gridplane.policy"):
        for clock.now in (30, 60, 90):
            stale = await file.read()
    assert stale.policy == good.policy
    assert (stale.status.state, stale.status.digest) == (PolicyState.STALE, digest_of(GOOD))
    assert "line 3, allow.region: Remove 'region'. Known fields: regions" in str(stale.status)
    assert len(caplog.records) == 1
    path.write_bytes(BETTER)
    clock.now = 120
    assert (await file.read()).status.state is PolicyState.CURRENT


async def test_a_good_version_that_comes_back_is_in_force_again(path: Path, clock: Clock):
    file = a_policy_file(reader_of_path(str(path)), 30, clock=clock)
    good = await file.read()
    path.write_bytes(BAD)
    clock.now = 30
    await file.read()
    path.write_bytes(GOOD)
    clock.now = 60
    assert await file.read() == good


@pytest.mark.parametrize("content", [BAD, b"a: [", b"", b"x" * (MAX_POLICY_BYTES + 1), None])
async def test_a_version_that_was_never_good_leaves_nothing_in_force(
    tmp_path: Path, content: bytes | None
):
    written = tmp_path / "policy.yaml"
    if content is not None:
        written.write_bytes(content)
    found = await a_policy_file(reader_of_path(str(written))).read()
    assert found.policy is None
    assert found.status.state is PolicyState.MISSING
    assert found.status.problems


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"version: 2", "line 1, version: Input should be 1."),
        (b"- 1", "line 1, version: Write a mapping that begins with 'version: 1'."),
        (b"version: 1\nversion: 1", "line 2, version: The key is written twice."),
        (b"version: 1\nlimits:\n  maxLifetimeDays: x", "line 3, limits.maxLifetimeDays: Use an"),
        (
            b"version: 1\nallow:\n  vmSizes:\n    - Standard_NC24ads_A100_v5",
            "line 4, allow.vmSizes[0]: Standard_NC24ads_A100_v5 is not a supported GPU VM size. "
            "Closest: Standard_NC24ads_A100_v4",
        ),
        (
            b"version: 1\nallow:\n  regions:\n    - westeurope\n    - West Europ",
            "line 5, allow.regions[1]: 'westeurop' is not a known Azure region. Did you mean "
            "'westeurope'? One that is newer than this version of the app has to be in the "
            "setting ALLOWED_REGIONS as well.",
        ),
        (
            b"version: 1\nallow: {regions: [mars]}",
            "line 2, allow.regions[0]: 'mars' is not a known Azure region. One that is newer",
        ),
        (
            b"version: 1\ncostCenters:\n  ML-1:\n    senders:\n      - https://*.example.com/ci\n",
            "line 5, costCenters.ML-1.senders[0]: Use '*' at the end only, where it stands for "
            "any ending.",
        ),
        (
            b"version: 1\ncostCenters: {ML-1: {senders: [' https://ci.example.com']}}\n",
            "line 2, costCenters.ML-1.senders[0]: Remove the blanks around the sender.",
        ),
        (
            b"version: 1\ncostCenters:\n  ML-1:\n    budget: {perMonth: 1, warnAt: 99,\n"
            b"      refuseAt: 90}",
            "line 4, costCenters.ML-1.budget: Use warnAt <= approvalAt <= refuseAt.",
        ),
        (
            b"version: 1\ncostCenters:\n  ML-1:\n    groups:\n      - not-an-id\n",
            "line 5, costCenters.ML-1.groups[0]: ",
        ),
        (
            b"version: 1\ncostCenters:\n  ML-1: {}\n  ml-1: {}",
            "line 4, costCenters.ml-1: The cost center is written as 'ML-1' already: case makes "
            "no difference.",
        ),
        (b"version: 1\n\tallow: {}", "line 2: Not valid YAML"),
    ],
)
async def test_each_problem_has_its_line_and_field(tmp_path: Path, content: bytes, problem: str):
    (tmp_path / "policy.yaml").write_bytes(content)
    found = await a_policy_file(reader_of_path(str(tmp_path / "policy.yaml"))).read()
    (said,) = found.status.problems
    assert said.startswith(problem)


async def test_a_region_of_the_settings_is_known(tmp_path: Path):
    (tmp_path / "policy.yaml").write_bytes(b"version: 1\nallow: {regions: [Mars North]}")
    read = reader_of_path(str(tmp_path / "policy.yaml"))
    found = await a_policy_file(read, settings=a_policy(["mars north"])).read()
    assert found.policy
    assert found.policy.allow.regions == ("marsnorth",)
    assert found.status.warnings is None


async def test_what_the_settings_forbid_all_the_same_is_a_warning(
    path: Path, clock: Clock, caplog: pytest.LogCaptureFixture
):
    """Of the version in force, also while a later one is refused."""
    path.write_bytes(
        b"version: 1\nallow:\n  accessModeNone: true\n  regions: [westeurope, norwayeast]\n"
    )
    settings = a_policy(["westeurope"], allows_http_origins=False)
    file = a_policy_file(reader_of_path(str(path)), 30, settings=settings, clock=clock)
    with caplog.at_level(logging.WARNING, "gridplane.policy"):
        found = await file.read()
    assert found.status.state is PolicyState.CURRENT
    assert found.status.warnings == (
        "allow.regions: norwayeast has no effect, as the setting ALLOWED_REGIONS lacks it.",
        "allow.accessModeNone: true has no effect, as the setting ALLOW_ANONYMOUS_ACCESS is "
        "false.",
    )
    assert "norwayeast has no effect" in caplog.text
    path.write_bytes(BAD)
    clock.now = 30
    assert (await file.read()).status.warnings == found.status.warnings
    path.write_bytes(GOOD)
    clock.now = 60
    assert (await file.read()).status.warnings is None


async def test_no_more_of_a_huge_file_is_read_than_tells_that_it_is_huge(tmp_path: Path):
    (tmp_path / "policy.yaml").write_bytes(b" " * (3 * MAX_POLICY_BYTES))
    version = await reader_of_path(str(tmp_path / "policy.yaml"))(None)
    assert version
    assert len(version.content) == MAX_POLICY_BYTES + 1


async def test_aliases_do_not_grow_a_file_beyond_measure(tmp_path: Path):
    """Each line repeats the one before nine times."""
    lines = ["version: 1", "a0: &a0 [1]"]
    lines += [f"a{n}: &a{n} [{', '.join(9 * [f'*a{n - 1}'])}]" for n in range(1, 30)]
    (tmp_path / "policy.yaml").write_text("\n".join(lines))
    found = await a_policy_file(reader_of_path(str(tmp_path / "policy.yaml"))).read()
    assert found.status.problems == (f"line 1: Use at most {MAX_VALUES} values.",)


async def test_a_file_that_is_gone_leaves_the_last_good_version(clock: Clock):
    answers: list[FileVersion | None] = [FileVersion("a", GOOD), None]

    async def read(known: str | None) -> FileVersion | None:
        if not answers:
            raise NoAnswer("HTTP 404 BlobNotFound")
        return answers.pop(0)

    file = a_policy_file(read, 30, clock=clock)
    good = await file.read()
    clock.now = 30
    assert await file.read() == good
    clock.now = 60
    gone = await file.read()
    assert (gone.policy, gone.status.state) == (good.policy, PolicyState.STALE)
    assert gone.status.problems == ("The file cannot be read: HTTP 404 BlobNotFound",)


@pytest.fixture
async def blobs() -> AsyncIterator[tuple[dict[str, Any], str]]:
    """A storage account as far as the file needs it, and the URL of its blob."""
    state: dict[str, Any] = {"content": GOOD, "seen": []}

    async def get(request: web.Request) -> web.Response:
        state["seen"].append(dict(request.headers))
        if state["content"] is None:
            return web.Response(status=404, headers={"x-ms-error-code": "BlobNotFound"})
        tag = f'"{digest_of(state["content"])}"'
        if request.headers.get("If-None-Match") == tag:
            return web.Response(status=304)
        return web.Response(body=state["content"], headers={"ETag": tag})

    app = web.Application()
    app.router.add_get("/policies/policy.yaml", get)
    async with TestServer(app) as server:
        yield state, str(server.make_url("/policies/policy.yaml"))


async def test_a_blob_is_read_with_the_identity_and_only_when_it_has_changed(
    blobs: tuple[dict[str, Any], str], clock: Clock
):
    state, url = blobs
    credential = FakeCredential()
    async with aiohttp.ClientSession() as session:
        file = a_policy_file(reader_of_blob(url, session, credential), 30, clock=clock)
        first = await file.read()
        assert first.policy
        assert first.policy.required_tags == ("team",)
        clock.now = 30
        assert await file.read() == first
        assert "If-None-Match" in state["seen"][1]
        assert state["seen"][0]["Authorization"].startswith("Bearer ")
        assert state["seen"][0]["x-ms-version"]
        assert STORAGE_SCOPE in credential.scopes
        state["content"] = None
        clock.now = 60
        gone = await file.read()
    assert gone.status.problems == ("The file cannot be read: HTTP 404 BlobNotFound",)
    assert gone.policy == first.policy
