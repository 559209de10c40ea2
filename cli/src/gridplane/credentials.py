"""Access tokens: of a variable, a command, the Azure CLI, or a sign-in by device code."""

import logging
import shlex
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from gridplane.errors import CliError, ExitCode
from gridplane.profiles import Profile, config_file

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential
    from azure.identity import AuthenticationRecord, DeviceCodeCredential

DEVICE_CODE = "device-code"
COMMAND_SECONDS = 60
CACHE_NAME = "gridplane"


@dataclass(frozen=True)
class TokenSource:
    """Where the token for one audience comes from."""

    variable: str
    command: str
    scope: str


def for_api(profile: Profile) -> TokenSource:
    return TokenSource("GRIDPLANE_TOKEN", profile.token_command, profile.scope)


def for_models(profile: Profile) -> TokenSource:
    scope = profile.model_scope or profile.scope
    return TokenSource("GRIDPLANE_MODEL_TOKEN", profile.model_token_command, scope)


def find_token(source: TokenSource, profile: Profile, environ: Mapping[str, str]) -> str | None:
    """None where no token is needed. Raises CliError if one is and cannot be had."""
    if token := environ.get(source.variable):
        return token
    if source.command:
        return _run(source.command)
    if source.scope:
        return request_token(profile, source.scope, environ)
    return None


def request_token(profile: Profile, scope: str, environ: Mapping[str, str]) -> str:
    from azure.core.exceptions import ClientAuthenticationError

    # It logs what it raises, too.
    logging.getLogger("azure.identity").addHandler(logging.NullHandler())
    try:
        return _credential(profile, environ).get_token(scope).token
    except ClientAuthenticationError as error:  # CredentialUnavailableError, too
        raise CliError(
            f"No token for {scope}: {str(error).splitlines()[0]}",
            code=ExitCode.UNAUTHORISED,
            fix="Run `az login`, or `gridplane login --device-code`.",
        ) from error


def sign_in_by_device_code(profile: Profile, environ: Mapping[str, str]) -> None:
    """Prints a code to enter at a URL, and remembers the account; tokens stay in MSAL's cache."""
    from azure.core.exceptions import ClientAuthenticationError

    try:
        record = _device_code(profile, None).authenticate(scopes=[profile.scope])
    except ClientAuthenticationError as error:
        raise CliError(
            f"The sign-in failed: {str(error).splitlines()[0]}", code=ExitCode.UNAUTHORISED
        ) from error
    path = _record_file(environ)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(record.serialize(), encoding="utf-8")


def _credential(profile: Profile, environ: Mapping[str, str]) -> "TokenCredential":
    from azure.identity import AuthenticationRecord, AzureCliCredential

    path = _record_file(environ)
    if profile.sign_in == DEVICE_CODE and path.exists():
        record = AuthenticationRecord.deserialize(path.read_text(encoding="utf-8"))
        return _device_code(profile, record)
    return AzureCliCredential(tenant_id=profile.tenant)


def _device_code(
    profile: Profile, record: "AuthenticationRecord | None"
) -> "DeviceCodeCredential":
    from azure.identity import DeviceCodeCredential, TokenCachePersistenceOptions

    # Without a keyring the cache is a file that only its owner reads, as that of `az` is.
    cache = TokenCachePersistenceOptions(name=CACHE_NAME, allow_unencrypted_storage=True)
    return DeviceCodeCredential(
        tenant_id=profile.tenant or None,
        cache_persistence_options=cache,
        authentication_record=record,
        disable_automatic_authentication=record is not None,
        prompt_callback=_show_code,
    )


def _show_code(url: str, code: str, expires_at: datetime) -> None:
    print(f"Open {url} and enter the code {code}.", file=sys.stderr, flush=True)


def _record_file(environ: Mapping[str, str]) -> Path:
    return config_file(environ).with_name("account.json")


def _run(command: str) -> str:
    try:
        done = subprocess.run(
            shlex.split(command), capture_output=True, text=True, timeout=COMMAND_SECONDS
        )
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        raise _no_token(command, str(error)) from error
    if done.returncode or not done.stdout.strip():
        raise _no_token(command, done.stderr.strip() or f"exit code {done.returncode}")
    return done.stdout.strip()


def _no_token(command: str, reason: str) -> CliError:
    return CliError(
        f"The command for a token failed: {command}: {reason}", code=ExitCode.UNAUTHORISED
    )
