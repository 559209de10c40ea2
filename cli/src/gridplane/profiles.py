"""Where the API is and how to sign in: options, variables, and profiles of earlier logins."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import platformdirs
import yaml

from gridplane.errors import CliError, ExitCode, invalid

DEFAULT_PROFILE = "default"
THIS_MACHINE = frozenset({"127.0.0.1", "localhost", "::1"})
DEFAULT_URL = "http://127.0.0.1:7071"
"""Of a function app on this machine."""


@dataclass(frozen=True)
class Profile:
    """How to reach one deployment. Tokens are never part of it."""

    url: str = ""
    scope: str = ""
    """Of tokens for the API, such as api://<client id>/.default; none: no token is sent."""
    model_scope: str = ""
    """Of tokens for models; that of the API if empty."""
    tenant: str = ""
    sign_in: str = ""
    """`device-code`, or empty for the Azure CLI."""
    ca_bundle: str = ""
    """Certificate authorities besides the usual ones."""
    edge_address: str = ""
    """`host:port` that requests to models go to, whatever their host; for a local stack."""
    token_command: str = ""
    model_token_command: str = ""
    kube_credential_command: str = ""
    """What kubeconfigs run instead of kubelogin."""


@dataclass(frozen=True)
class Config:
    """The file of profiles."""

    current: str = DEFAULT_PROFILE
    profiles: Mapping[str, Profile] = field(default_factory=dict)


def config_file(environ: Mapping[str, str]) -> Path:
    folder = environ.get("GRIDPLANE_CONFIG_DIR") or platformdirs.user_config_dir("gridplane")
    return Path(folder) / "config.yaml"


def read_config(environ: Mapping[str, str]) -> Config:
    path = config_file(environ)
    try:
        found: Any = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        profiles = {name: _profile(each) for name, each in (found.get("profiles") or {}).items()}
    except FileNotFoundError:
        return Config()
    except (OSError, yaml.YAMLError, AttributeError, TypeError) as error:
        raise invalid(f"{path} cannot be read: {error}", "Correct it, or delete it.") from error
    return Config(found.get("current") or DEFAULT_PROFILE, profiles)


def save_profile(name: str, profile: Profile, environ: Mapping[str, str]) -> Path:
    """It becomes the current one."""
    path = config_file(environ)
    profiles = {**read_config(environ).profiles, name: profile}
    written = {
        "current": name,
        "profiles": {each: _non_empty(asdict(found)) for each, found in profiles.items()},
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(written, sort_keys=False), encoding="utf-8")
    return path


def choose_profile(name: str | None, url: str | None, environ: Mapping[str, str]) -> Profile:
    """Options come before variables (`GRIDPLANE_URL`, ...), and these before the profile."""
    config = read_config(environ)
    wanted = name or environ.get("GRIDPLANE_PROFILE")
    if wanted and wanted not in config.profiles:
        known = ", ".join(sorted(config.profiles)) or "none"
        raise invalid(
            f"There is no profile {wanted}. Profiles: {known}.",
            f"gridplane login --profile {wanted} --url https://...",
        )
    profile = config.profiles.get(wanted or config.current, Profile())
    given = url or environ.get("GRIDPLANE_URL", "")
    if given and given.rstrip("/") != profile.url:
        # What belongs to another deployment must not reach this one.
        profile = Profile(url=given.rstrip("/"))
    return replace(profile, url=profile.url or DEFAULT_URL, **_of_variables(environ))


def require_tls(profile: Profile) -> None:
    """A token must not travel in the clear. Raises CliError."""
    url = urlsplit(profile.url)
    if url.scheme != "https" and url.hostname not in THIS_MACHINE:
        raise CliError(
            f"{profile.url} is not https, and a token would travel unencrypted.",
            code=ExitCode.INVALID,
            fix="Use the https:// URL of the app.",
        )


def _of_variables(environ: Mapping[str, str]) -> dict[str, str]:
    names = [each.name for each in fields(Profile) if each.name not in ("url", "sign_in")]
    found = {name: environ.get(f"GRIDPLANE_{name.upper()}", "") for name in names}
    return _non_empty(found)


def _profile(found: Mapping[str, str]) -> Profile:
    known = {each.name for each in fields(Profile)}
    return Profile(**{name: str(text) for name, text in found.items() if name in known})


def _non_empty(found: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in found.items() if text}
