"""Protobuf messages, written here field by field, read as the JSON that they stand for."""

import pytest

from emulators.azure.kubernetes import protobuf
from emulators.azure.kubernetes.schema import Shape


def _varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    written = bytearray()
    while value > 0x7F:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*written, value])


def _field(number: int, value: int | str | bytes) -> bytes:
    """A number as a varint, anything else with its length."""
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    data = value.encode() if isinstance(value, str) else value
    return _varint(number << 3 | 2) + _varint(len(data)) + data


_HTTP_GET = _field(1, "/health") + _field(2, _field(1, 1) + _field(3, "http"))


@pytest.mark.parametrize(
    ("type_name", "message", "expected"),
    [
        pytest.param("DeploymentSpec", _field(1, 0), {"replicas": 0}, id="a zero that counts"),
        pytest.param("DeploymentSpec", _field(5, 0), {}, id="a zero that stands for nothing"),
        pytest.param("ObjectMeta", _field(3, ""), {}, id="text that stands for nothing"),
        pytest.param("Toleration", _field(5, -1), {"tolerationSeconds": -1}, id="below zero"),
        pytest.param(
            "Probe",
            _field(1, _field(2, _HTTP_GET)) + _field(4, 5),
            {"httpGet": {"path": "/health", "port": "http"}, "periodSeconds": 5},
            id="an embedded type",
        ),
        pytest.param(
            "ServicePort",
            _field(3, 80) + _field(4, _field(1, 0) + _field(2, 8080)),
            {"port": 80, "targetPort": 8080},
            id="a port as a number",
        ),
        pytest.param(
            "ObjectMeta",
            _field(8, _field(1, 1_700_000_000)) + _field(9, b""),
            {"creationTimestamp": "2023-11-14T22:13:20Z"},
            id="moments, one of them not set",
        ),
        pytest.param(
            "Secret",
            _field(2, _field(1, "a") + _field(2, b"\x00\xff")) + _field(2, _field(1, "b")),
            {"data": {"a": "AP8=", "b": ""}},
            id="a map of bytes",
        ),
        pytest.param(
            "ResourceRequirements",
            _field(1, _field(1, "cpu") + _field(2, _field(1, "500m"))),
            {"limits": {"cpu": "500m"}},
            id="a map of quantities",
        ),
        pytest.param(
            "ObjectMeta",
            _field(14, "a") + _field(14, "b") + _field(200, "unknown"),
            {"finalizers": ["a", "b"]},
            id="a list, and a field that nobody knows",
        ),
    ],
)
def test_a_message_is_the_json_that_it_stands_for(
    type_name: str, message: bytes, expected: dict[str, object]
):
    assert protobuf.decode(message, Shape(f"@{type_name}")) == expected


def test_the_envelope_names_the_type():
    names = _field(1, "v1") + _field(2, "Namespace")
    envelope = protobuf.open_envelope(b"k8s\0" + _field(1, names) + _field(2, b"message"))

    assert envelope == protobuf.Envelope("v1", "Namespace", b"message")


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"{}", id="JSON"),
        pytest.param(b"k8s\0\x0a\x05a", id="a field that ends too early"),
        pytest.param(b"k8s\0\x0a\xff", id="a length that ends too early"),
        pytest.param(b"k8s\0\x0b", id="a group"),
        pytest.param(b"k8s\0\x10\x01", id="a number for a message"),
    ],
)
def test_what_is_no_message_is_malformed(data: bytes):
    with pytest.raises(protobuf.Malformed):
        protobuf.open_envelope(data)
