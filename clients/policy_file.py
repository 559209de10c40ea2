"""The policy file, at a path or in a blob: read again once it is old, by one reader at a time."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
from azure.core.credentials_async import AsyncTokenCredential

from clients.answering import raising_no_answer
from clients.answers import NoAnswer
from clients.yaml_lines import load_with_lines
from domain.guard.policy.in_force import (
    PolicyInForce,
    PolicyState,
    PolicyStatus,
    find_ineffective,
)
from domain.guard.policy.model import Policy
from domain.guard.policy.parse import PolicyProblem, digest_of, parse_policy
from domain.spec.policy import SpecPolicy

logger = logging.getLogger("gridplane.policy")

POLICY_LIFETIME_SECONDS = 30.0
MAX_POLICY_BYTES = 256 * 1024
BLOB_TIMEOUT_SECONDS = 10.0
STORAGE_SCOPE = "https://storage.azure.com/.default"
STORAGE_VERSION = "2021-12-02"
"""Of the Blob service's REST API; tokens of Entra ID need 2017-11-09 or later."""


@dataclass(frozen=True, slots=True)
class FileVersion:
    """The content of the file, and a tag that changes with it."""

    tag: str
    content: bytes


type FileReader = Callable[[str | None], Awaitable[FileVersion | None]]
"""Reads the file; None if it still has the tag. Raises NoAnswer, with the reason."""


def reader_of_path(path: str) -> FileReader:
    async def read(known: str | None) -> FileVersion | None:
        try:
            content = await asyncio.to_thread(_read_start, path)
        except OSError as error:
            raise NoAnswer(f"{type(error).__name__}: {error.strerror}") from error
        tag = digest_of(content)
        return None if tag == known else FileVersion(tag, content)

    return read


def _read_start(path: str) -> bytes:
    with Path(path).open("rb") as file:
        return file.read(MAX_POLICY_BYTES + 1)


def reader_of_blob(
    url: str, session: aiohttp.ClientSession, credential: AsyncTokenCredential
) -> FileReader:
    """Reads with the app's identity, which needs Storage Blob Data Reader there."""

    async def read(known: str | None) -> FileVersion | None:
        with raising_no_answer():
            token = await credential.get_token(STORAGE_SCOPE)
        headers = {"Authorization": f"Bearer {token.token}", "x-ms-version": STORAGE_VERSION}
        if known:
            headers["If-None-Match"] = known
        timeout = aiohttp.ClientTimeout(total=BLOB_TIMEOUT_SECONDS)
        try:
            async with session.get(
                url, headers=headers, timeout=timeout, allow_redirects=False
            ) as response:
                if response.status == 304:
                    return None
                if response.status != 200:
                    code = response.headers.get("x-ms-error-code", "")
                    raise NoAnswer(f"HTTP {response.status} {code}".strip())
                content = await response.content.read(MAX_POLICY_BYTES + 1)
                return FileVersion(response.headers.get("ETag", digest_of(content)), content)
        except (TimeoutError, aiohttp.ClientError) as error:
            raise NoAnswer(f"{type(error).__name__} for the blob") from error

    return read


class PolicyFile:
    """Requests wait for a look that is due; a failed one leaves the last good version."""

    def __init__(
        self,
        read: FileReader,
        lifetime: float = POLICY_LIFETIME_SECONDS,
        *,
        settings: SpecPolicy,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`settings`: what they allow, which the file only narrows."""
        self._read = read
        self._settings = settings
        self._lifetime = lifetime
        self._clock = clock
        self._looked_at: float | None = None
        self._tag: str | None = None
        self._in_force = PolicyInForce(policy=None, status=PolicyStatus(state=PolicyState.MISSING))
        self._one_reader = asyncio.Lock()

    async def read(self) -> PolicyInForce:
        async with self._one_reader:
            if self._looked_at is None or self._clock() - self._looked_at >= self._lifetime:
                await self._look()
                self._looked_at = self._clock()
        return self._in_force

    async def _look(self) -> None:
        try:
            version = await self._read(self._tag)
        except NoAnswer as error:
            self._tag = None
            self._refuse([f"The file cannot be read: {error}"])
            return
        if version is None:
            return
        self._tag = version.tag
        found = _parse(version.content, self._settings)
        if isinstance(found, Policy):
            self._accept(found, digest_of(version.content))
        else:
            self._refuse([problem.describe() for problem in found])

    def _accept(self, policy: Policy, digest: str) -> None:
        before = self._in_force.status
        since = before.since if before.digest == digest else datetime.now(UTC)
        warnings = tuple(find_ineffective(self._settings, policy))
        status = PolicyStatus(
            state=PolicyState.CURRENT, digest=digest, since=since, warnings=warnings or None
        )
        self._in_force = PolicyInForce(policy=policy, status=status)
        if before.digest != digest:
            logger.info("policy file in force: digest=%s", digest)
            for warning in warnings:
                logger.warning("policy file: %s", warning)

    def _refuse(self, problems: list[str]) -> None:
        """Logged once for each other set of problems."""
        before = self._in_force
        state = PolicyState.STALE if before.policy else PolicyState.MISSING
        if before.status.problems != tuple(problems):
            text = "; ".join(problems)
            logger.error(
                "policy file refused: in_force=%s problems=%s", before.status.digest, text
            )
        status = before.status.model_copy(update={"state": state, "problems": tuple(problems)})
        self._in_force = before.model_copy(update={"status": status})


def _parse(content: bytes, settings: SpecPolicy) -> Policy | list[PolicyProblem]:
    if len(content) > MAX_POLICY_BYTES:
        return [PolicyProblem(1, "", f"Use at most {MAX_POLICY_BYTES} bytes.")]
    document = load_with_lines(content)
    if isinstance(document, PolicyProblem):
        return [document]
    return parse_policy(document, settings.allowed_regions)
