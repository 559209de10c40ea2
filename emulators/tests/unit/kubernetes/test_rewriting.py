"""What a process is told otherwise than its container."""

import json
from pathlib import Path
from typing import Any

import pytest

from emulators.azure.kubernetes.processes.programs import Program, command_of, program_of
from emulators.azure.kubernetes.processes.rewriting import Rewriting, own_ports

HERE = "127.70.0.1"
REWRITING = Rewriting(
    HERE, {"/etc/envoy": Path("/tmp/a/0")}, lambda namespace, name: f"<{namespace}/{name}>"
)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param("--address=0.0.0.0:80", f"--address={HERE}:80", id="listen address"),
        pytest.param("10.0.0.0/8 10.0.0.0.1", "10.0.0.0/8 10.0.0.0.1", id="another network"),
        pytest.param("0.0.0.0/0", "0.0.0.0/0", id="network of everybody"),
        pytest.param("model.inference.svc", "<inference/model>", id="short name"),
        pytest.param("http://m-1.a-b.svc.cluster.local:80/x", "http://<a-b/m-1>:80/x", id="URL"),
        pytest.param("model.inference.svcs", "model.inference.svcs", id="no service"),
        pytest.param("/etc/envoy/a.json", "/tmp/a/0/a.json", id="file of a mount"),
        pytest.param("/etc/envoy", "/tmp/a/0", id="mount"),
        pytest.param("/etc/envoys/a /x/etc/envoy", "/etc/envoys/a /x/etc/envoy", id="elsewhere"),
        pytest.param("127.0.0.1:9901", f"{HERE}:9901", id="own port of loopback"),
        pytest.param("/dev/tcp/127.0.0.1/9901", f"/dev/tcp/{HERE}/9901", id="own port in bash"),
        pytest.param("127.0.0.1:99011", "127.0.0.1:99011", id="port of another"),
    ],
)
def test_text_names_what_is_there(given: str, expected: str):
    assert REWRITING.text(given, frozenset({9901})) == expected


def test_a_mount_is_replaced_once_and_the_longest_one_counts():
    folders = {"/etc": Path("/tmp/0"), "/tmp": Path("/tmp/1"), "/etc/envoy": Path("/tmp/2")}
    rewriting = Rewriting(HERE, folders, lambda namespace, name: "")

    given = "/etc/envoy/a /etc/passwd /tmp/x"
    assert rewriting.text(given) == "/tmp/2/a /tmp/0/passwd /tmp/1/x"
    assert Rewriting(HERE, {}, lambda namespace, name: "").text(given) == given


def address(host: str, port: int) -> dict[str, Any]:
    return {"socket_address": {"address": host, "port_value": port}}


CONFIG = {
    "admin": {"address": address("127.0.0.1", 9901)},
    "static_resources": {
        "listeners": [
            {"address": address("0.0.0.0", 8080)},
            {"address": address("127.0.0.1", 8082)},
        ],
        "clusters": [
            {"endpoint": address("model.inference.svc.cluster.local", 8000)},
            {"endpoint": address("127.0.0.1", 9901)},
            {"endpoint": address("127.0.0.1", 4443), "sni": "127.0.0.1"},
            {"endpoint": address("login.example.com", 443), "host": "model.inference.svc"},
        ],
    },
    "path": "/etc/envoy/routes.json",
}


def test_in_json_only_addresses_count_and_of_loopback_only_ports_of_its_own():
    content = json.dumps(CONFIG).encode()

    assert own_ports([content, b"no json", b"[]"]) == {9901, 8082}
    rewritten = json.loads(REWRITING.file(content))
    assert rewritten == {
        "admin": {"address": address(HERE, 9901)},
        "static_resources": {
            "listeners": [{"address": address(HERE, 8080)}, {"address": address(HERE, 8082)}],
            "clusters": [
                {"endpoint": address("<inference/model>", 8000)},
                {"endpoint": address(HERE, 9901)},
                {"endpoint": address("127.0.0.1", 4443), "sni": "127.0.0.1"},
                {"endpoint": address("login.example.com", 443), "host": "model.inference.svc"},
            ],
        },
        "path": "/tmp/a/0/routes.json",
    }


def test_other_files_are_text_or_stay_as_they_are():
    assert REWRITING.file(b"listen: 0.0.0.0") == f"listen: {HERE}".encode()
    assert REWRITING.file(b"\xff\x00") == b"\xff\x00"


@pytest.mark.parametrize(
    ("image", "found"),
    [
        ("envoyproxy/envoy:v1.39.3", True),
        ("docker.io/envoyproxy/envoy@sha256:12", True),
        ("mirror.example.com/envoyproxy/envoy", True),
        ("envoyproxy/envoy-build:1", False),
        ("other-envoyproxy/envoy:1", False),
        ("nginx:1.29", False),
    ],
)
def test_images_are_known_by_their_name(image: str, found: bool):
    assert (program_of(image) is not None) is found


@pytest.mark.parametrize(
    ("words", "command"),
    [
        ([], ["/bin/envoy"]),
        (["--version"], ["/bin/envoy", "--version"]),
        (["envoy", "-c", "x"], ["/bin/envoy", "-c", "x"]),
        (["/usr/local/bin/envoy", "-c", "x"], ["/bin/envoy", "-c", "x"]),
        (["sh", "-c", "x"], ["sh", "-c", "x"]),
    ],
)
def test_a_command_is_that_of_the_entrypoint(words: list[str], command: list[str]):
    assert command_of(Program("envoy", "/bin/envoy", ""), words) == command
