"""What ends a command without success, and the exit code that tells it apart."""

from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import Any


class ExitCode(IntEnum):
    """Stable: scripts rely on them."""

    OK = 0
    FAILED = 1
    INVALID = 2
    NOT_FOUND = 3
    CONFLICT = 4
    UNAUTHORISED = 5
    UNREACHABLE = 6
    INTERRUPTED = 130


MEANINGS: Mapping[ExitCode, str] = {
    ExitCode.OK: "It was done.",
    ExitCode.FAILED: "The operation failed or was canceled, a plan would be refused, or the "
    "answer was no.",
    ExitCode.INVALID: "The command line, the file or the request is invalid.",
    ExitCode.NOT_FOUND: "The environment, operation, plan, pod or sweep does not exist.",
    ExitCode.CONFLICT: "The state does not allow it, or has changed meanwhile.",
    ExitCode.UNAUTHORISED: "No valid token, or an app role is missing.",
    ExitCode.UNREACHABLE: "The API or the endpoint does not answer, refuses for the moment, or is "
    "not Gridplane's.",
    ExitCode.INTERRUPTED: "Ctrl-C. An operation that was followed goes on.",
}

BY_STATUS: Mapping[int, ExitCode] = {
    400: ExitCode.INVALID,
    401: ExitCode.UNAUTHORISED,
    403: ExitCode.UNAUTHORISED,
    404: ExitCode.NOT_FOUND,
    409: ExitCode.CONFLICT,
    412: ExitCode.CONFLICT,
    413: ExitCode.INVALID,
    415: ExitCode.INVALID,
    429: ExitCode.UNREACHABLE,
    502: ExitCode.UNREACHABLE,
    503: ExitCode.UNREACHABLE,
    504: ExitCode.UNREACHABLE,
}


class CliError(Exception):
    """Ends the command: `title`, one line for each of `lines`, and what to do as `fix`."""

    def __init__(
        self,
        title: str,
        *,
        code: ExitCode = ExitCode.FAILED,
        lines: Sequence[tuple[str, str]] = (),
        fix: str = "",
    ) -> None:
        super().__init__(title)
        self.title = title
        self.code = code
        self.lines = lines
        self.fix = fix


class Interrupted(CliError):
    """Ctrl-C."""

    def __init__(self, title: str = "Interrupted.", fix: str = "") -> None:
        super().__init__(title, code=ExitCode.INTERRUPTED, fix=fix)


class EnoughRead(Exception):
    """The reader of standard output has enough, such as `head`."""


class Refusal(CliError):
    """A response with a status of 400 or above, in the words of the API."""

    def __init__(
        self,
        status: int,
        error: Mapping[str, Any],
        fix: str = "",
        retry_after: float | None = None,
    ) -> None:
        code = str(error.get("code") or f"HTTP{status}")
        target = f" ({error['target']})" if error.get("target") else ""
        details: Sequence[Mapping[str, Any]] = error.get("details") or ()
        super().__init__(
            f"{code}{target}: {error.get('message') or 'no message'}",
            code=BY_STATUS.get(status, ExitCode.FAILED),
            lines=[
                (each.get("target") or each.get("code", ""), each.get("message", ""))
                for each in details
            ],
            fix=fix,
        )
        self.status = status
        self.retry_after = retry_after
        self.error_code = code


def invalid(title: str, fix: str = "") -> CliError:
    """The command line or a file is wrong."""
    return CliError(title, code=ExitCode.INVALID, fix=fix)
