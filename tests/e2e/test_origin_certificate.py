"""Gateways that serve HTTPS with a certificate from a vault, which Front Door verifies."""

import socket
import ssl
import threading
import time
from typing import Any

import pytest
from cryptography.x509 import load_der_x509_certificate

from emulators.stack.api import Api, SimulatedAzure
from emulators.stack.stack import Stack
from tests.e2e.looks import Look
from tests.e2e.stories import delete, finish, provision, wait_until
from tests.e2e.vaults import Vault
from tests.support.specs import spec_body

DOMAIN = "llm.example.com"
HOST = f"westeurope.{DOMAIN}"
DNS = "2018-05-01"
PORT = 8080


@pytest.fixture
def vault(azure: SimulatedAzure, stack: Stack) -> Vault:
    return Vault(azure, stack, "tls-team").create()


@pytest.fixture
def zone(azure: SimulatedAzure, stack: Stack, vault: Vault) -> str:
    """The team's; beside its vault."""
    group = vault.id.partition("/providers/")[0]
    zone = f"{group}/providers/Microsoft.Network/dnsZones/example.com"
    Look(azure, stack).send_to_arm("PUT", zone, DNS, {"location": "global"})
    return zone


def edge_with(vault: Vault, zone: str, certificate: str, domain: str = DOMAIN) -> dict[str, Any]:
    named = {
        "keyVaultCertificateId": vault.certificate_id(certificate),
        "domainName": domain,
        "keyVaultId": vault.id,
        "dnsZoneId": zone,
    }
    return {"originCertificate": named}


def gateways(azure: SimulatedAzure, name: str) -> dict[str, str]:
    """Addresses of the gateways' processes by their pods."""
    clusters = [c for c in azure.get_state()["clusters"] if f"gp-{name}-" in c["id"]]
    pods = [pod for cluster in clusters for pod in cluster["pods"] if pod["processAddress"]]
    return {pod["name"]: pod["processAddress"] for pod in pods}


def served(address: str) -> int:
    """The serial number of the certificate that a handshake shows."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection((address, PORT), timeout=5) as connection,
        context.wrap_socket(connection, server_hostname=HOST) as encrypted,
    ):
        shown = encrypted.getpeercert(binary_form=True)
    assert shown
    return load_der_x509_certificate(shown).serial_number


class Calls:
    """Invocations one after the other, until they are stopped."""

    def __init__(self, azure: SimulatedAzure, environment: dict[str, Any]) -> None:
        self.answers: list[int] = []
        self._azure, self._environment = azure, environment
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> "Calls":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ended.is_set():
            self.answers.append(ask(self._azure, self._environment))
            time.sleep(0.05)


def ask(azure: SimulatedAzure, environment: dict[str, Any]) -> int:
    body = {"model": "fraud-llm", "messages": [{"role": "user", "content": "Who pays?"}]}
    sent = azure.send_through_edge(environment, "POST", "/v1/chat/completions", json=body)
    return sent.status_code


def restarts(azure: SimulatedAzure, stack: Stack, environment: dict[str, Any]) -> int:
    name = f"{environment['name']}-gateway"
    pods = Look(azure, stack).into_cluster(
        environment["cells"][0]["clusterId"], "/api/v1/namespaces/inference/pods"
    )["items"]
    ours = [p for p in pods if p["metadata"]["labels"].get("app.kubernetes.io/name") == name]
    return sum(status["restartCount"] for p in ours for status in p["status"]["containerStatuses"])


def test_requests_reach_the_model_over_https_and_a_rotation_interrupts_none(
    api: Api, azure: SimulatedAzure, stack: Stack, vault: Vault, zone: str
):
    """The steps build on each other, so they are one story."""
    look = Look(azure, stack)
    first = vault.issue("llm", f"*.{DOMAIN}")
    environment = provision(api, "sealed", edge=edge_with(vault, zone, "llm"))
    assert environment["originTransport"] == "https"
    assert ask(azure, environment) == 200
    before = gateways(azure, "sealed")
    assert {served(address) for address in before.values()} == {first}

    with Calls(azure, environment) as calls:
        second = vault.issue("llm", f"*.{DOMAIN}")
        wait_until(lambda: {served(each) for each in before.values()} == {second})
        seen = len(calls.answers)
        wait_until(lambda: len(calls.answers) > seen + 5)
    assert set(calls.answers) == {200}
    assert gateways(azure, "sealed") == before
    assert restarts(azure, stack, environment) == 0

    # Front Door looks at the name: what is served is verified by it, not by the gateway.
    third = vault.issue("llm", "westeurope.other.example.com")
    wait_until(lambda: {served(each) for each in before.values()} == {third})
    assert ask(azure, environment) == 503

    record = f"{zone}/CNAME/westeurope.llm"
    assert look.exists(record, DNS)
    assert delete(api, "sealed")["status"] == "Succeeded"
    assert not look.exists(record, DNS)
    assert vault.readers("sealed") == []


def test_what_is_wrong_with_a_certificate_is_told_with_the_fix_and_can_be_put_right(
    api: Api, vault: Vault, zone: str
):
    """Each retry meets what was issued last: its error takes the place of the one before."""

    def refused(operation_id: str, code: str, told: str) -> None:
        operation = finish(api, operation_id)
        assert operation["status"] == "Failed", operation
        error = operation["error"]
        assert (error["code"], told in error["message"]) == (code, True), error

    def retry_with(*hosts: str, exportable: bool = True) -> str:
        vault.issue("absent", *hosts, exportable=exportable)
        return api.act("mistaken", "retry")

    domain = {"edge": edge_with(vault, zone, "absent")}
    begun = api.create_environment(spec_body(name="mistaken", **domain))
    refused(begun, "CertificateNotFound", "'absent' is not in")
    refused(retry_with(HOST, exportable=False), "CertificateUnusable", "without its key")
    refused(retry_with("llm.example.com"), "CertificateForOtherName", f"not for {HOST}")

    retried = finish(api, retry_with(HOST))
    assert retried["status"] == "Succeeded", retried
    assert delete(api, "mistaken")["status"] == "Succeeded"


def test_a_record_of_others_is_left_alone(
    api: Api, azure: SimulatedAzure, stack: Stack, vault: Vault, zone: str
):
    look = Look(azure, stack)
    record = f"{zone}/CNAME/westeurope.theirs"
    theirs = {"properties": {"TTL": 60, "CNAMERecord": {"cname": "elsewhere.example.org"}}}
    look.send_to_arm("PUT", record, DNS, theirs)
    vault.issue("theirs", "*.theirs.example.com")
    edge = edge_with(vault, zone, "theirs", "theirs.example.com")
    operation = finish(api, api.create_environment(spec_body(name="polite", edge=edge)))
    assert (operation["status"], operation["error"]["code"]) == ("Failed", "ResourceNotOwned")
    assert delete(api, "polite")["status"] == "Succeeded"
    assert look.at_arm(record, DNS)["properties"]["CNAMERecord"] == {
        "cname": "elsewhere.example.org"
    }
