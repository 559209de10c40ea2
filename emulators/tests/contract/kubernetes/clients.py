"""Clients of the Kubernetes API: plain HTTP and the real kubectl."""

import asyncio
import contextlib
import json
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

TOKEN = "token-for-aks"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the API server said."""

    status: int
    body: Any
    warnings: list[str]

    @property
    def message(self) -> str:
        return self.body["message"]


class Api:
    """The API without a client library, for what a library hides."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self._url = url

    async def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        content_type: str = "application/json",
        token: str = TOKEN,
        accept: str = "application/json",
    ) -> Answer:
        headers = {"Authorization": f"Bearer {token}", "Accept": accept}
        data = body if body is None or isinstance(body, str) else json.dumps(body)
        if data is not None:
            headers["Content-Type"] = content_type
        async with self._session.request(
            method, f"{self._url}{path}", data=data, headers=headers
        ) as response:
            text = await response.text()
            is_json = response.content_type == "application/json"
            warnings = response.headers.getall("Warning", [])
            return Answer(response.status, json.loads(text) if is_json else text, warnings)

    async def get(self, path: str) -> Any:
        return (await self.call("GET", path)).body

    async def apply(
        self, path: str, body: Any, manager: str = "tests", force: bool = False
    ) -> Answer:
        query = f"?fieldManager={manager}" + ("&force=true" if force else "")
        return await self.call(
            "PATCH", f"{path}{query}", body, content_type="application/apply-patch+yaml"
        )

    def watch(self, path: str) -> Any:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        return self._session.get(f"{self._url}{path}", headers=headers)


class Kubectl:
    """The real kubectl."""

    def __init__(self, binary: str, kubeconfig: Path, home: Path) -> None:
        self._binary = binary
        path = os.environ.get("PATH", "")
        self._environment = {"KUBECONFIG": str(kubeconfig), "HOME": str(home), "PATH": path}

    async def run(self, *arguments: str, stdin: str = "", expected: int = 0) -> str:
        """Standard output and error together; fails on another exit code than expected."""
        process = await self._start(*arguments)
        output, _ = await process.communicate(stdin.encode())
        assert process.returncode == expected, output.decode()
        return output.decode()

    async def read(self, *arguments: str) -> Any:
        """The JSON that `-o json` prints."""
        return json.loads(await self.run(*arguments, "-o", "json"))

    @contextlib.asynccontextmanager
    async def follow(self, *arguments: str) -> AsyncIterator[asyncio.StreamReader]:
        """What a command prints that goes on, such as a watch; it is ended on the way out."""
        process = await self._start(*arguments)
        assert process.stdout is not None
        try:
            yield process.stdout
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            await process.communicate()

    def use_editor(self, command: str) -> None:
        """What `kubectl edit` starts: a command that gets the file's name appended."""
        self._environment["KUBE_EDITOR"] = command

    async def _start(self, *arguments: str) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            self._binary,
            *arguments,
            env=self._environment,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
