"""A gateway with a certificate: how it reads it, serves with it, and tells of it."""

import json
from typing import Any

import pytest
from lightkube.models import apps_v1, core_v1

from domain.arm import naming
from domain.kubernetes.certificate_manifests import build_certificate_objects, certificate_volume
from domain.kubernetes.identity_manifests import CellIdentity
from domain.serving.gateway.settings import GatewayState
from domain.serving.gateway_certificates import build_certificate_look, read_certificate
from domain.serving.manifests import build_gateway
from domain.spec.model import EnvironmentSpec
from tests.support.certificates import HOST, https_edge
from tests.support.specs import a_spec
from tests.unit.domain.serving.test_manifests import (
    FRONT_DOOR_ID,
    INSTALLATION,
    SUBSCRIPTION,
    container_of,
    pod_of,
)

READER = CellIdentity("client-id", "tenant-id")


def build(spec: EnvironmentSpec) -> dict[str, dict[str, Any]]:
    manifests = build_gateway(
        spec,
        "westeurope",
        SUBSCRIPTION,
        INSTALLATION,
        FRONT_DOOR_ID,
        GatewayState.SERVING,
        certificate_volume(spec),
    )
    return {manifest["kind"]: manifest for manifest in manifests}


def test_the_service_has_port_443_and_no_other():
    built = build(a_spec(**https_edge()))
    ports = built["Service"]["spec"]["ports"]
    assert ports == [{"name": "https", "protocol": "TCP", "port": 443, "targetPort": "https"}]
    names = {each["name"] for each in container_of(built["Deployment"])["ports"]}
    assert names == {"https", "probe", "stats"}
    assert core_v1.Service.from_dict(built["Service"])


def test_the_pods_mount_the_certificate_as_the_account_that_may_read_it():
    spec = a_spec(**https_edge())
    deployment = build(spec)["Deployment"]
    account, provider = build_certificate_objects(spec, READER)
    pod = pod_of(deployment)
    assert pod["serviceAccountName"] == account["metadata"]["name"] == "fraud-llm"
    assert pod["automountServiceAccountToken"] is False
    (volume,) = (each for each in pod["volumes"] if "csi" in each)
    attributes = volume["csi"]["volumeAttributes"]
    assert attributes == {"secretProviderClass": provider["metadata"]["name"]}
    (mount,) = (e for e in container_of(deployment)["volumeMounts"] if e["name"] == volume["name"])
    assert mount == {"name": "certificate", "mountPath": "/mnt/certificate", "readOnly": True}
    assert apps_v1.Deployment.from_dict(deployment)


def test_the_vault_is_asked_for_key_and_chain_of_the_latest_version_and_no_secret_is_made():
    _, provider = build_certificate_objects(a_spec(**https_edge()), READER)
    parameters = provider["spec"]["parameters"]
    assert parameters["keyvaultName"] == "fraud-team"
    assert parameters["clientID"] == "client-id"
    objects = parameters["objects"]
    assert 'objectName: "llm"' in objects
    assert "objectType: secret" in objects
    assert 'objectVersion: ""' in objects
    assert f'objectAlias: "{naming.CERTIFICATE_FILE}"' in objects
    assert "secretObjects" not in provider["spec"]


def test_another_certificate_is_another_class_and_rolls_the_pods():
    other = "https://fraud-team.vault.azure.net/certificates/other"
    specs = [a_spec(**https_edge()), a_spec(**https_edge(keyVaultCertificateId=other))]
    assert len({build_certificate_objects(s, READER)[1]["metadata"]["name"] for s in specs}) == 2
    pods = [pod_of(build(spec)["Deployment"]) for spec in specs]
    assert pods[0] != pods[1]


def test_envoy_reads_it_by_discovery_and_watches_the_folder_that_the_driver_renames_in():
    files = build(a_spec(**https_edge()))["ConfigMap"]["data"]
    public, _, stats = json.loads(files["envoy.json"])["static_resources"]["listeners"]
    context = public["filter_chains"][0]["transport_socket"]["typed_config"]["common_tls_context"]
    (config,) = context["tls_certificate_sds_secret_configs"]
    assert public["filter_chains"][0]["transport_socket"]["name"] == "envoy.transport_sockets.tls"
    assert context["alpn_protocols"] == ["http/1.1"]
    assert context["tls_params"] == {"tls_minimum_protocol_version": "TLSv1_2"}
    assert config["sds_config"]["resource_api_version"] == "V3"
    assert config["sds_config"]["path_config_source"] == {"path": "/etc/envoy/certificates.json"}
    (secret,) = json.loads(files["certificates.json"])["resources"]
    assert secret["name"] == config["name"]
    assert secret["tls_certificate"] == {
        "certificate_chain": {"filename": "/mnt/certificate/origin.pem"},
        "private_key": {"filename": "/mnt/certificate/origin.pem"},
        "watched_directory": {"path": "/mnt/certificate"},
    }
    assert '"/certs"' in json.dumps(stats)


def test_without_a_certificate_nothing_of_it_is_there():
    spec = a_spec()
    built = build(spec)
    assert set(built["ConfigMap"]["data"]) == {"envoy.json", "routes.json"}
    assert "serviceAccountName" not in pod_of(built["Deployment"])
    assert '"/certs"' not in built["ConfigMap"]["data"]["envoy.json"]
    assert build_certificate_objects(spec, READER) == []


TOLD = {
    "certificates": [
        {"ca_cert": [{"path": "/etc/ssl/certs/ca-certificates.crt"}], "cert_chain": []},
        {
            "ca_cert": [],
            "cert_chain": [
                {
                    "path": "<inline>",
                    "serial_number": "1a",
                    "subject_alt_names": [{"dns": "*.llm.example.com"}, {"uri": "spiffe://x"}],
                    "expiration_time": "2027-11-22T12:00:00Z",
                }
            ],
        },
    ]
}


def test_what_envoy_tells_of_it_is_read():
    found = read_certificate(json.dumps(TOLD))
    assert found
    assert found.names == ("*.llm.example.com",)
    assert found.expires_at.isoformat() == "2027-11-22T12:00:00+00:00"


@pytest.mark.parametrize(
    "told", [{"certificates": []}, {}, {"certificates": TOLD["certificates"][:1]}]
)
def test_an_envoy_that_has_none_says_so(told: dict[str, Any]):
    assert read_certificate(json.dumps(told)) is None


def test_a_gateway_that_does_not_answer_says_nothing():
    look = build_certificate_look(HOST, [("a", None), ("b", "{}")])
    assert look.gateways == {"b": None}
