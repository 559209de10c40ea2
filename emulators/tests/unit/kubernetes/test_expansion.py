"""References in environment variables and arguments resolve as the kubelet resolves them."""

import pytest

from emulators.azure.edge.inference_server import model_name
from emulators.azure.kubernetes.expansion import build_command_line, build_environment, expand


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("$(A)", "1"),
        ("x$(A)y$(B)z", "x1y2z"),
        ("$(MISSING)", "$(MISSING)"),
        ("$$(A)", "$(A)"),
        ("$$$(A)", "$1"),
        ("$$$$(A)", "$$(A)"),
        ("$A", "$A"),
        ("$(A", "$(A"),
        ("$", "$"),
        ("$$", "$"),
        ("$()", "$()"),
    ],
)
def test_a_text(text: str, expanded: str):
    assert expand(text, {"A": "1", "B": "2"}) == expanded


def test_a_variable_refers_to_those_before_it_only():
    env = [
        {"name": "EARLY", "value": "$(LATE)"},
        {"name": "LATE", "value": "x"},
        {"name": "LAST", "value": "$(LATE)y"},
        {"name": "NODE", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}},
    ]
    assert build_environment({"env": env}) == {"EARLY": "$(LATE)", "LATE": "x", "LAST": "xy"}


def test_arguments_refer_to_all_variables():
    container = {
        "image": "vllm",
        "env": [{"name": "MODEL", "value": "llama"}],
        "command": ["serve"],
        "args": ["--model", "$(MODEL)", "$$5"],
    }
    assert build_command_line(container) == ["serve", "--model", "llama", "$5"]
    assert model_name(container) == "llama"
