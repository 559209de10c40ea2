"""Envoy answers with the certificate of its folder, and with the next one without a restart."""

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import trustme
from cryptography.x509 import load_der_x509_certificate, load_pem_x509_certificate

from domain.arm.naming import CERTIFICATE_FILE
from domain.environment.gateway_certificates import GatewayCertificate
from domain.serving.gateway_certificates import PATH, read_certificate
from tests.support.certificates import HOST
from tests.support.gateway.environment import make_settings
from tests.support.gateway.envoy import SECONDS, Gateway, running_gateway, write_files
from tests.support.gateway.model_server import ModelServer

pytestmark = pytest.mark.xdist_group("gateway: certificate")


class Vault:
    """What the Secrets Store CSI driver writes into the folder of the mount."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.authority = trustme.CA()

    def write(self, *names: str, with_key: bool = True) -> int:
        """The serial number."""
        issued = self.authority.issue_cert(*names)
        chain = b"".join(each.bytes() for each in issued.cert_chain_pems)
        key = issued.private_key_pem.bytes() if with_key else b""
        write_files(self.folder, {CERTIFICATE_FILE: (key + chain).decode()})
        return load_pem_x509_certificate(chain).serial_number


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "certificate")


@pytest.fixture
def start(vault: Vault, model: ModelServer, tmp_path: Path) -> Iterator[Callable[[], Gateway]]:
    settings = make_settings(tmp_path / "config", model.port)
    settings = replace(settings, certificate_folder=str(vault.folder))
    running = running_gateway(settings)
    yield running.__enter__
    running.__exit__(None, None, None)


def served(gateway: Gateway, authority: trustme.CA) -> int | None:
    """The serial number of the certificate, verified as Front Door does; None without one."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    authority.configure_trust(context)
    address = ("127.0.0.1", gateway.settings.ports.public)
    try:
        with (
            socket.create_connection(address, timeout=SECONDS) as connection,
            context.wrap_socket(connection, server_hostname=HOST) as encrypted,
        ):
            shown = encrypted.getpeercert(binary_form=True)
    except OSError:
        return None
    assert shown
    return load_der_x509_certificate(shown).serial_number


def told(gateway: Gateway) -> GatewayCertificate | None:
    return read_certificate(gateway.look(gateway.settings.ports.stats, f"/{PATH}").text)


def await_served(gateway: Gateway, authority: trustme.CA, serial: int) -> None:
    give_up_at = time.monotonic() + SECONDS
    while served(gateway, authority) != serial:
        assert time.monotonic() < give_up_at
        time.sleep(0.05)


def test_a_rotation_reaches_callers_without_a_restart(
    vault: Vault, start: Callable[[], Gateway]
) -> None:
    first = vault.write("*.llm.example.com")
    gateway = start()
    await_served(gateway, vault.authority, first)
    second = vault.write(HOST, "other.example.com")
    await_served(gateway, vault.authority, second)
    certificate = told(gateway)
    assert certificate
    assert set(certificate.names) == {HOST, "other.example.com"}


def test_one_without_its_key_is_not_served_and_the_next_one_is(
    vault: Vault, start: Callable[[], Gateway]
) -> None:
    vault.write(HOST, with_key=False)
    gateway = start()
    assert told(gateway) is None
    assert served(gateway, vault.authority) is None
    whole = vault.write(HOST)
    await_served(gateway, vault.authority, whole)
    assert told(gateway) is not None


def test_a_rotation_to_one_without_its_key_leaves_the_present_one(
    vault: Vault, start: Callable[[], Gateway]
) -> None:
    first = vault.write(HOST)
    gateway = start()
    await_served(gateway, vault.authority, first)
    vault.write(HOST, with_key=False)
    second = vault.write(HOST)
    await_served(gateway, vault.authority, second)
