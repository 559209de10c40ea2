"""Kubeconfigs for the clusters of an environment. None has a credential: a program gets one."""

import os
import shlex
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from gridplane.api_types import ClusterAccess, KubernetesAccess
from gridplane.errors import CliError, ExitCode, invalid

LOGINS = ("azurecli", "devicecode", "interactive", "workloadidentity", "msi")
"""Methods of kubelogin that need no secret."""
OF_PEOPLE = frozenset({"devicecode", "interactive"})
"""Methods for which kubelogin has to be told the application and the tenant."""

AKS_CLIENT_APPLICATION = "80faf920-1908-4b52-b5ef-a8e7bedfc67a"
"""As which people sign in to AKS, the same in every tenant."""

EXEC_VERSION = "client.authentication.k8s.io/v1beta1"
"""That kubelogin and every kubectl in use understand."""
INSTALL_HINT = "kubelogin gets tokens for AKS: `az aks install-cli` installs it."

LISTS = ("clusters", "users", "contexts")


@dataclass(frozen=True)
class Login:
    """How tokens are got: a method of kubelogin, or a command that prints an ExecCredential."""

    method: str = LOGINS[0]
    command: str = ""

    def __post_init__(self) -> None:
        if self.method not in LOGINS:
            raise invalid(f"--login {self.method} is none of {', '.join(LOGINS)}.")


def build_kubeconfig(access: KubernetesAccess, login: Login) -> dict[str, Any]:
    """The first cluster is the current one, in the namespace of the model."""
    clusters = access["value"]
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [_named(each, "cluster", _cluster(each)) for each in clusters],
        "users": [_named(each, "user", {"exec": _exec(each, login)}) for each in clusters],
        "contexts": [
            _named(each, "context", _context(each, access["namespace"])) for each in clusters
        ],
        "current-context": clusters[0]["clusterName"],
    }


def _named(cluster: ClusterAccess, kind: str, value: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": cluster["clusterName"], kind: dict(value)}


def _cluster(cluster: ClusterAccess) -> dict[str, str]:
    authority = cluster.get("certificateAuthorityData")
    found = {"certificate-authority-data": authority} if authority else {}
    return {**found, "server": cluster["serverUrl"]}


def _context(cluster: ClusterAccess, namespace: str) -> dict[str, str]:
    name = cluster["clusterName"]
    return {"cluster": name, "user": name, "namespace": namespace}


def _exec(cluster: ClusterAccess, login: Login) -> dict[str, Any]:
    command, *arguments = shlex.split(login.command) or _kubelogin(cluster, login.method)
    found = {"apiVersion": EXEC_VERSION, "command": command, "args": arguments}
    hint = {} if login.command else {"installHint": INSTALL_HINT}
    return {**found, **hint, "interactiveMode": "IfAvailable", "provideClusterInfo": False}


def _kubelogin(cluster: ClusterAccess, method: str) -> list[str]:
    tenant = cluster.get("tenantId", "")
    words = ["kubelogin", "get-token", "--login", method]
    words += ["--server-id", cluster["serverApplicationId"]]
    if method in OF_PEOPLE:
        words += ["--client-id", AKS_CLIENT_APPLICATION]
    return [*words, "--tenant-id", tenant] if tenant and method in OF_PEOPLE else words


def find_file(environ: Mapping[str, str]) -> Path:
    """That which kubectl changes: the first of KUBECONFIG, or the one in the home folder."""
    named = [each for each in environ.get("KUBECONFIG", "").split(os.pathsep) if each]
    return Path(named[0]) if named else Path.home() / ".kube" / "config"


def merge_into(path: Path, added: Mapping[str, Any]) -> None:
    """What the file has besides stays; entries of the same names are replaced."""
    before = _read(path)
    merged = {**added, **before, "current-context": added["current-context"]}
    for kind in LISTS:
        merged[kind] = _merge(before.get(kind) or [], added[kind])
    _write(path.resolve(), yaml.safe_dump(merged, sort_keys=False, allow_unicode=True))


def _merge(before: Sequence[Any], added: Sequence[Mapping[str, Any]]) -> list[Any]:
    names = {each["name"] for each in added}
    return [*(each for each in before if each.get("name") not in names), *added]


def _read(path: Path) -> dict[str, Any]:
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise invalid(f"{path} cannot be read: {error}") from error
    if found is None:
        return {}
    lists = [found.get(each) or [] for each in LISTS] if isinstance(found, dict) else [None]
    if not all(isinstance(each, list) for each in lists):
        raise invalid(f"{path} is no kubeconfig.", "Name another one with --file.")
    return found


def _write(path: Path, text: str) -> None:
    """Whole or not at all, and for its owner alone: other entries may have secrets."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, written = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        Path(written).replace(path)
    except OSError as error:
        raise CliError(f"{path} cannot be written: {error}", code=ExitCode.INVALID) from error
