"""The versions of a model, which never change."""

from datetime import datetime
from typing import Any

import pytest

from domain.spec.model_holds import HOLD_LIFETIME, Forgetting, ModelHold
from domain.spec.model_versions import (
    MAX_VERSIONS,
    ModelContent,
    RegisteredModel,
    Registration,
    is_model_name,
)
from domain.spec.validation import find_field_problems
from tests.support.specs import NOON

DIGEST = f"sha256:{'0123456789abcdef' * 4}"
IMAGE = f"acmeml.azurecr.io/vllm@{DIGEST}"


def content(**changes: Any) -> dict[str, Any]:
    return {"name": "fraud-llm", "image": IMAGE, **changes}


def register(model: RegisteredModel, **changes: Any) -> RegisteredModel:
    wanted = Registration(content=ModelContent.from_wire(content(**changes)), at=NOON)
    return model.register(wanted)


def test_versions_are_numbered_and_the_same_content_is_the_same_version():
    model = register(register(RegisteredModel()), licence="mit")
    assert [each.version for each in model.versions] == [1, 2]
    assert register(model, licence="mit") == model


def test_a_number_is_not_used_again():
    model = register(register(RegisteredModel()), licence="mit").forget(
        Forgetting(version=2, at=NOON)
    )
    assert [each.version for each in register(model, licence="mit").versions] == [1, 3]
    assert register(model.forget(Forgetting(at=NOON))).versions[0].version == 3


def a_hold(operation_id: str = "fraud-llm.1", version: int = 1, at: datetime = NOON) -> ModelHold:
    return ModelHold(operation_id=operation_id, version=version, expires_at=at + HOLD_LIFETIME)


@pytest.mark.parametrize(
    ("forgetting", "is_deleted"),
    [
        ({"version": 1}, False),
        ({}, False),
        ({"version": 2}, True),
        ({"version": 1, "counted": ["fraud-llm.1"]}, True),
        ({"counted": ["fraud-llm.2"]}, False),
        ({"version": 1, "at": NOON + HOLD_LIFETIME}, True),
    ],
)
def test_a_hold_keeps_its_version(forgetting: dict[str, Any], is_deleted: bool):
    held = register(register(RegisteredModel()), licence="mit").hold(a_hold())
    wanted = Forgetting.model_validate({"at": NOON, **forgetting})
    after = held.forget(wanted)
    assert (after != held) is is_deleted
    assert bool(held.find_obstacles(wanted)) is not is_deleted


def test_a_version_that_was_deleted_is_not_held():
    model = register(RegisteredModel()).forget(Forgetting(version=1, at=NOON))
    assert model.hold(a_hold()) == model


def test_holds_are_kept_once_each_and_while_they_last():
    model = register(register(RegisteredModel()), licence="mit").hold(a_hold()).hold(a_hold())
    other = a_hold(version=2)
    assert model.hold(other).holds == (a_hold(), other), "one of two requests at once"
    later = a_hold("other-llm.1", at=NOON + HOLD_LIFETIME)
    assert model.hold(later).holds == (later,)


@pytest.mark.parametrize(
    ("version", "has_deleted"),
    [
        ("1", True),
        ("2", False),
        ("3", False),
        ("0", False),
        ("01", False),
        ("x", False),
        ("¹", False),
        ("", False),
        ("9" * 5000, False),
    ],
)
def test_a_number_that_was_given_and_is_gone_was_deleted(version: str, has_deleted: bool):
    model = register(register(RegisteredModel()), licence="mit")
    assert model.forget(Forgetting(version=1, at=NOON)).has_deleted(version) is has_deleted


def test_a_model_has_room_for_so_many_versions():
    model = RegisteredModel()
    for number in range(MAX_VERSIONS + 1):
        model = register(model, licence=f"licence {number}")
    assert (len(model.versions), model.latest) == (MAX_VERSIONS, MAX_VERSIONS)


@pytest.mark.parametrize(
    ("changes", "target", "code"),
    [
        ({"image": "acmeml.azurecr.io/vllm:1"}, "image", "ImageWithoutDigest"),
        ({"name": "Fraud"}, "name", "InvalidName"),
        ({"args": ["x" * 4097]}, "args", "InvalidValue"),
        ({"command": ["x" * 4000], "args": ["x" * 97]}, "args", "InvalidValue"),
        ({"digest": DIGEST}, "digest", "InvalidValue"),
        ({"source": f"oci://{IMAGE}", "digest": DIGEST}, "digest", "InvalidValue"),
        ({"source": "https://example.com/weights"}, "source", "InvalidValue"),
        ({"gpusPerReplica": 0}, "gpusPerReplica", "InvalidValue"),
        ({"version": 7}, "version", "UnknownField"),
    ],
)
def test_what_is_no_version_is_refused(changes: dict[str, Any], target: str, code: str):
    (problem,) = find_field_problems(ModelContent, content(**changes))
    assert (problem.target, problem.code) == (target, code)


@pytest.mark.parametrize(
    ("changes", "lacks"),
    [
        ({}, False),
        ({"source": f"oci://{IMAGE}"}, False),
        ({"source": "az://acmemodels/weights/7"}, True),
        ({"source": "az://acmemodels/weights/7", "digest": DIGEST}, False),
    ],
)
def test_blobs_are_weights_only_with_their_digest(changes: dict[str, Any], lacks: bool):
    assert ModelContent.from_wire(content(**changes)).lacks_digest is lacks


@pytest.mark.parametrize(
    ("name", "is_name"),
    [
        ("fraud-llm", True),
        ("qwen3.5_4b", True),
        ("a", True),
        ("-a", False),
        ("A", False),
        (7, False),
    ],
)
def test_names_are_those_that_the_registry_can_have(name: object, is_name: bool):
    assert is_model_name(name) is is_name


def test_a_version_is_found_by_the_request_that_registered_it():
    wanted = Registration(content=ModelContent.from_wire(content()), request_id="a", at=NOON)
    model = RegisteredModel().register(wanted)
    found = model.find_request("a")
    assert found
    assert found.version == 1
    assert (model.find_request("b"), model.find_request(None)) == (None, None)
    assert register(RegisteredModel()).find_request(None) is None
