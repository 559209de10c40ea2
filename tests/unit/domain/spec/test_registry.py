"""`workload.registry` names the registry that `workload.image` is in."""

import pytest

from domain.environment.pinned_image import find_image_warnings
from domain.problem import Problem
from domain.spec.model import EnvironmentSpec
from domain.spec.validation import parse_spec
from tests.support.payloads import REGISTRY
from tests.support.specs import a_policy, a_spec, spec_body

IMAGE = "acmeml.azurecr.io/llm:1.4.2"
DIGEST = f"sha256:{'0123456789abcdef' * 4}"


def parse(image: str, registry: object) -> EnvironmentSpec | list[Problem]:
    workload = {**spec_body()["workload"], "image": image, "registry": registry}
    return parse_spec(spec_body(workload=workload), a_policy())


def refuse(image: str, registry: object) -> Problem:
    problems = parse(image, registry)
    assert isinstance(problems, list)
    assert len(problems) == 1
    return problems[0]


@pytest.mark.parametrize(
    ("image", "registry"),
    [
        (IMAGE, REGISTRY),
        ("AcmeML.azurecr.io/team/llm", REGISTRY),
        (f"acmeml.azurecr.io/llm@{DIGEST}", REGISTRY),
        (IMAGE, REGISTRY.replace("acmeml", "AcmeML")),
    ],
)
def test_an_image_of_the_registry_is_accepted(image: str, registry: str):
    spec = parse(image, registry)
    assert isinstance(spec, EnvironmentSpec)
    assert spec.workload.registry == registry


@pytest.mark.parametrize(
    "image",
    [
        "registry.example.com/llm:1",
        "acmeml2.azurecr.io/llm:1",
        "acmeml.azurecr.io.example.com/llm:1",
        "acmeml.azurecr.io:5000/llm:1",
        "llm:1",
    ],
)
def test_a_registry_that_has_neither_is_refused_with_the_field(image: str):
    problem = refuse(image, REGISTRY)
    assert (problem.code, problem.target) == ("RegistryWithoutImage", "workload.registry")
    assert "begins with acmeml.azurecr.io/" in problem.message


@pytest.mark.parametrize(
    "registry",
    [
        "acmeml",
        "acmeml.azurecr.io",
        REGISTRY.replace("registries", "registry"),
        REGISTRY.replace("acmeml", "acme"),
        REGISTRY.replace("acmeml", "acme-ml"),
        f"{REGISTRY}/replications/eu",
        REGISTRY.replace("/subscriptions/", "/"),
        f"{REGISTRY}\n",
        "",
    ],
)
def test_what_is_no_id_of_a_registry_is_refused_with_the_form(registry: str):
    problem = refuse(IMAGE, registry)
    assert problem.target == "workload.registry"
    assert "ARM id of an Azure Container Registry" in problem.message


WEIGHTS = f"acmeml.azurecr.io/weights@{DIGEST}"
GIVE = "Give the image by its digest."
ELSEWHERE = f"registry.example.com/weights@{DIGEST}"


@pytest.mark.parametrize(
    ("image", "weights", "has_image", "of_weights"),
    [
        (IMAGE, WEIGHTS, True, WEIGHTS),
        (IMAGE, ELSEWHERE, True, None),
        ("vllm/vllm-openai:1", WEIGHTS, False, WEIGHTS),
    ],
    ids=["both", "the image alone", "the weights alone"],
)
def test_a_registry_may_have_the_weights(
    image: str, weights: str, has_image: bool, of_weights: str | None
):
    model = {"name": "m", "version": "1", "source": f"oci://{weights}"}
    workload = {"image": image, "registry": REGISTRY, "model": model}
    spec = parse_spec(spec_body(workload=workload), a_policy())
    assert isinstance(spec, EnvironmentSpec)
    assert spec.workload.has_image_in_registry is has_image
    assert spec.workload.weights_in_registry == of_weights
    warnings = [each.message for each in find_image_warnings(spec)]
    assert [each[-len(GIVE) :] for each in warnings] == ([] if has_image else [GIVE])


def test_a_specification_is_pinned_to_a_digest_in_place_of_its_tag():
    spec = a_spec()
    assert spec.pinned_to(None) == spec
    pinned = spec.pinned_to(DIGEST)
    assert pinned.workload.image == f"registry.example.com/llm@{DIGEST}"
    assert pinned.pinned_to(DIGEST) == pinned
    assert pinned.model_copy(update={"workload": spec.workload}) == spec, "nothing else changes"
