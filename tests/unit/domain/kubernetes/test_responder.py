"""The responder is valid, cheap, runs without a GPU and answers in words a caller can act on."""

import json
from itertools import batched
from typing import Any

import pytest
from lightkube.models import apps_v1

from domain.arm import naming
from domain.kubernetes.responder import build_responder, responder_name

LONGEST_NAME = "a" * 24


@pytest.fixture
def responder(make_spec) -> dict[str, Any]:
    return build_responder(make_spec())


@pytest.fixture
def pod(responder) -> dict[str, Any]:
    return responder["spec"]["template"]["spec"]


@pytest.fixture
def container(pod) -> dict[str, Any]:
    (container,) = pod["containers"]
    return container


def options_of(container: dict[str, Any], name: str) -> list[str]:
    pairs = batched(container["args"], 2, strict=True)
    return [value for option, value in pairs if option == name]


def test_kubernetes_knows_every_field(responder) -> None:
    assert apps_v1.Deployment.from_dict(responder).to_dict() == responder


def test_its_selector_matches_its_own_pods_and_not_the_models(responder) -> None:
    labels = responder["spec"]["template"]["metadata"]["labels"]
    selector = responder["spec"]["selector"]["matchLabels"]
    assert selector.items() <= labels.items()
    assert selector == {"app.kubernetes.io/name": "fraud-llm-responder"}


def test_its_name_fits_into_a_label_however_long_the_environments(make_spec) -> None:
    name = responder_name(make_spec({"name": LONGEST_NAME}).name)
    assert len(name) <= 63


def test_it_stands_beside_the_model_and_is_always_on(responder) -> None:
    assert responder["metadata"]["namespace"] == naming.INFERENCE_NAMESPACE
    assert responder["spec"]["replicas"] == 1


def test_it_runs_in_the_system_pool_and_asks_for_no_gpu(pod, container) -> None:
    assert pod["nodeSelector"] == {"kubernetes.azure.com/mode": "system"}
    assert pod["tolerations"] == [{"key": "CriticalAddonsOnly", "operator": "Exists"}]
    assert naming.GPU_NODE_LABEL not in pod["nodeSelector"]
    assert container["resources"] == {
        "requests": {"cpu": "10m", "memory": "16Mi"},
        "limits": {"memory": "64Mi"},
    }


def test_it_is_not_root_and_gains_nothing(pod, container) -> None:
    """`baseline`, which its namespace enforces, allows no other capability than this one."""
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["runAsUser"] > 0
    assert pod["automountServiceAccountToken"] is False
    assert pod["enableServiceLinks"] is False
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]},
    }


def test_its_image_is_pinned(container) -> None:
    _, _, tag = container["image"].rpartition(":")
    assert tag[0].isdigit()


def test_it_listens_where_its_port_and_its_probe_say(container) -> None:
    (port,) = container["ports"]
    assert port["containerPort"] > 1024, "a lower one needs root"
    assert options_of(container, "--listen") == [f":{port['containerPort']}"]
    assert container["readinessProbe"]["tcpSocket"]["port"] == port["name"] == "http"


def test_its_arguments_are_pairs_of_options_and_values(container) -> None:
    assert container["command"] == ["caddy", "respond"]
    names = container["args"][::2]
    assert names == ["--listen", "--status", "--header", "--header", "--body"]
    assert len(container["args"]) == 2 * len(names)


def test_it_answers_503_and_when_to_ask_again(container) -> None:
    assert options_of(container, "--status") == ["503"]
    headers = dict(value.split(": ") for value in options_of(container, "--header"))
    assert headers == {"Retry-After": "30", "Content-Type": "application/json"}


def test_its_body_is_json_that_says_how_to_wake_the_environment(container) -> None:
    (body,) = options_of(container, "--body")
    error = json.loads(body)["error"]
    assert error["code"] == "EnvironmentAsleep"
    assert "'fraud-llm'" in error["message"]
    assert "POST /environments/fraud-llm/wake" in error["message"]


def test_its_body_is_no_template(container) -> None:
    """Caddy fills in whatever follows two opening braces."""
    (body,) = options_of(container, "--body")
    assert "{{" not in body
