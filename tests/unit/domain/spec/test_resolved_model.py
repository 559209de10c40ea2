"""A specification that names a version in the registry runs what the version has."""

from typing import Any

import pytest

from domain.problem import Problem
from domain.spec.model import EnvironmentSpec
from domain.spec.model_versions import ModelContent, RegisteredModel, Registration
from domain.spec.resolved_model import find_reference, parse_resolved
from tests.support.specs import NOON, a_policy, spec_body

DIGEST = f"sha256:{'0123456789abcdef' * 4}"
IMAGE = f"acmeml.azurecr.io/vllm@{DIGEST}"
SOURCE = "az://acmemodels/weights/fraud-llm/1"


@pytest.fixture
def model() -> RegisteredModel:
    content = {
        "name": "fraud-llm",
        "image": IMAGE,
        "args": ["/mnt/weights"],
        "gpusPerReplica": 1,
        "source": SOURCE,
        "digest": DIGEST,
        "sizeGiB": 60,
    }
    wanted = Registration(content=ModelContent.from_wire(content), at=NOON)
    return RegisteredModel().register(wanted)


def body(
    version: str = "1", model: dict[str, Any] | None = None, **workload: Any
) -> dict[str, Any]:
    named = {"name": "fraud-llm", "version": version, **(model or {})}
    return spec_body(workload={"model": named, **workload})


def accept(sent: dict[str, Any], model: RegisteredModel | None) -> EnvironmentSpec:
    spec = parse_resolved(sent, model, a_policy())
    assert isinstance(spec, EnvironmentSpec), spec
    return spec


def refuse(sent: dict[str, Any], model: RegisteredModel | None) -> list[Problem]:
    problems = parse_resolved(sent, model, a_policy())
    assert isinstance(problems, list)
    return problems


def test_name_and_version_are_enough(model: RegisteredModel):
    spec = accept(body(), model)
    served = spec.workload.model
    assert (spec.workload.image, spec.workload.args) == (IMAGE, ("/mnt/weights",))
    assert served
    assert (served.source, served.digest, served.size_gib) == (SOURCE, DIGEST, 60)
    assert spec.workload.startup.timeout_minutes == 33


def test_what_was_completed_may_be_sent_again(model: RegisteredModel):
    spec = accept(body(), model)
    assert accept(spec.to_wire(), model) == spec
    assert accept(spec.to_wire(), None) == spec, "the version is deleted, the environment is not"


def test_how_it_runs_is_the_environments_own(model: RegisteredModel):
    spec = accept(body(replicas=2, env={"A": "1"}), model)
    assert (spec.workload.replicas, spec.workload.env) == (2, {"A": "1"})


@pytest.mark.parametrize(
    ("sent", "target"),
    [
        (body(image="acmeml.azurecr.io/vllm:1"), "workload.image"),
        (body(args=["--quantization=awq"]), "workload.args"),
        (body(command=["sh"]), "workload.command"),
        (body(gpusPerReplica=2, replicas=0), "workload.gpusPerReplica"),
        (body(model={"source": f"{SOURCE}0"}), "workload.model.source"),
        (body(model={"digest": DIGEST.replace("0", "1")}), "workload.model.digest"),
        (body(model={"sizeGiB": 61}), "workload.model.sizeGiB"),
    ],
)
def test_a_version_is_what_it_is(model: RegisteredModel, sent: dict[str, Any], target: str):
    problems = refuse(sent, model)
    assert ("ModelVersionDiffers", target) in {(each.code, each.target) for each in problems}


@pytest.mark.parametrize(
    ("sent", "says"),
    [(body("2"), "has these versions of 'fraud-llm': 1."), (body("one"), "these versions")],
)
def test_a_version_that_is_not_there_is_refused(
    model: RegisteredModel, sent: dict[str, Any], says: str
):
    (problem,) = refuse(sent, model)
    assert (problem.code, problem.target) == ("ModelVersionNotFound", "workload.model.version")
    assert says in problem.message


@pytest.mark.parametrize("model", [None, RegisteredModel()])
def test_a_model_that_is_not_there_is_refused(model: RegisteredModel | None):
    (problem,) = refuse(body(), model)
    assert (problem.code, problem.target) == ("ModelVersionNotFound", "workload.model.version")
    assert "has no model 'fraud-llm'" in problem.message


def test_other_problems_are_told_as_well(model: RegisteredModel):
    codes = {each.code for each in refuse({**body("2"), "owner": "nobody"}, model)}
    assert codes == {"ModelVersionNotFound", "InvalidValue"}


def test_with_an_image_the_model_is_any_text(model: RegisteredModel):
    assert (
        accept(spec_body(), model).to_wire()["workload"]["model"]
        == spec_body()["workload"]["model"]
    )
    assert accept(spec_body(), None)


@pytest.mark.parametrize(
    "sent",
    [
        None,
        {},
        {"workload": 5},
        {"workload": {"model": "fraud-llm"}},
        {"workload": {"model": {"name": "A", "version": "1"}}},
        {"workload": {"model": {"name": "fraud-llm", "version": 1}}},
        {"workload": {"preset": "phi-4", "model": {"name": "fraud-llm", "version": "1"}}},
    ],
)
def test_what_names_no_version_needs_no_look_at_the_registry(sent: object):
    assert find_reference(sent) is None


def test_without_a_model_the_policy_applies_as_well():
    sent = spec_body(workload={"image": IMAGE})
    assert find_reference(sent) is None
    problems = parse_resolved(sent, None, a_policy(("northeurope",)))
    assert isinstance(problems, list)
    assert [each.target for each in problems] == ["regions[0]"]
