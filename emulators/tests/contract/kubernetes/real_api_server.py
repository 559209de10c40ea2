"""A real kube-apiserver with its etcd, from the folder that KUBEBUILDER_ASSETS names."""

import contextlib
import os
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from emulators.tests.contract.kubernetes.clients import TOKEN, Api
from emulators.tests.contract.kubernetes.workloads import NAMESPACE

ASSETS_VARIABLE = "KUBEBUILDER_ASSETS"
_COLLECTIONS = (
    "/apis/apps/v1/namespaces/{}/deployments",
    "/apis/apps/v1/namespaces/{}/daemonsets",
    "/api/v1/namespaces/{}/configmaps",
    "/api/v1/namespaces/{}/secrets",
    "/api/v1/namespaces/{}/services",
    "/api/v1/namespaces/{}/pods",
)


def assets() -> Path | None:
    """The folder with `kube-apiserver` and `etcd`, or None when there is none."""
    folder = os.environ.get(ASSETS_VARIABLE)
    return Path(folder) if folder else None


@contextlib.contextmanager
def real_api_server(folder: Path, work_dir: Path) -> Iterator[str]:
    """Run both for a while; gives the API server's address."""
    etcd_url = f"http://127.0.0.1:{_free_port()}"
    port = _free_port()
    url = f"https://127.0.0.1:{port}"
    with _process(_etcd(folder, work_dir, etcd_url), work_dir / "etcd.log"):
        _wait_for(f"{etcd_url}/health", seconds=20)
        command = _api_server(folder, work_dir, etcd_url, port)
        with _process(command, work_dir / "api.log"):
            _wait_for(f"{url}/readyz", seconds=60, ca=work_dir / "apiserver.crt")
            yield url


def _etcd(folder: Path, work_dir: Path, url: str) -> list[str]:
    options = {
        "data-dir": work_dir / "etcd",
        "listen-client-urls": url,
        "advertise-client-urls": url,
        "listen-peer-urls": f"http://127.0.0.1:{_free_port()}",
        "log-level": "error",
    }
    return [str(folder / "etcd"), *(f"--{name}={value}" for name, value in options.items())]


def _api_server(folder: Path, work_dir: Path, etcd_url: str, port: int) -> list[str]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    key_file = work_dir / "service-accounts.key"
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    tokens = work_dir / "tokens.csv"
    tokens.write_text(f"{TOKEN},admin,admin,system:masters\n")
    options = {
        "etcd-servers": etcd_url,
        "secure-port": port,
        "bind-address": "127.0.0.1",
        "cert-dir": work_dir,
        "token-auth-file": tokens,
        "anonymous-auth": "false",
        "authorization-mode": "RBAC",
        "service-cluster-ip-range": "10.0.0.0/16",
        "service-account-issuer": "https://tests",
        "service-account-key-file": key_file,
        "service-account-signing-key-file": key_file,
        "disable-admission-plugins": "ServiceAccount",
    }
    binary = str(folder / "kube-apiserver")
    return [binary, *(f"--{name}={value}" for name, value in options.items())]


@contextlib.contextmanager
def _process(command: list[str], log: Path) -> Iterator[None]:
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output)
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=20)


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return listening.getsockname()[1]


def _wait_for(url: str, seconds: float, ca: Path | None = None) -> None:
    end = time.monotonic() + seconds
    while not _answers(url, ca):
        if time.monotonic() > end:
            raise RuntimeError(f"{url} did not answer within {seconds} s.")
        time.sleep(0.05)


def _answers(url: str, ca: Path | None) -> bool:
    if ca is not None and not ca.exists():
        return False
    context = ssl.create_default_context(cafile=ca) if ca is not None else None
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {TOKEN}"})
    try:
        with urllib.request.urlopen(request, timeout=2, context=context) as response:
            return response.status == 200
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


async def clean_up(api: Api) -> None:
    """Remove the tests' namespaces, which no controller does for a lonely API server."""
    for collection in _COLLECTIONS:
        path = collection.format(NAMESPACE)
        for each in (await api.get(path))["items"]:
            patch = {"metadata": {"finalizers": None}}
            merge = "application/merge-patch+json"
            await api.call("PATCH", f"{path}/{each['metadata']['name']}", patch, merge)
            await api.call(
                "DELETE", f"{path}/{each['metadata']['name']}", {"gracePeriodSeconds": 0}
            )
    for name in (NAMESPACE, "other"):
        path = f"/api/v1/namespaces/{name}"
        await api.call("DELETE", path)
        answer = await api.call("GET", path)
        if answer.status == 200:
            ended = {**answer.body, "spec": {"finalizers": []}}
            await api.call("PUT", f"{path}/finalize", ended)
