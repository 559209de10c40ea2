"""Where weights are: a folder of blobs, in the account that the role is for."""

from typing import Any

import pytest

from domain.durable.inputs import CellDemand
from domain.kubernetes.manifests import build_workload
from domain.problem import Problem
from domain.spec.model import EnvironmentSpec
from domain.spec.role_access import RoleAccess
from domain.spec.validation import parse_spec
from domain.spec.weights import STORAGE_ACCOUNT_ID, BlobFolder, WeightsImage
from domain.spec.workload import default_startup_minutes
from tests.support.specs import a_policy, spec_body

NAMED = {"name": "fraud-llm", "version": "7"}
SOURCE = "az://acmemodels/weights/fraud-llm/7"
DIGEST = f"sha256:{'0123456789abcdef' * 4}"
IMAGE = f"acmeml.azurecr.io/weights/fraud-llm@{DIGEST}"


def parse(**model: Any) -> EnvironmentSpec | list[Problem]:
    body = spec_body()
    body["workload"] = {**body["workload"], "model": {**NAMED, **model}}
    return parse_spec(body, a_policy())


def test_without_a_source_nothing_is_mounted_and_no_identity_needed() -> None:
    spec = parse()
    assert isinstance(spec, EnvironmentSpec)
    assert spec.workload.weights_access is None
    assert not spec.workload.needs_identity


@pytest.mark.parametrize(
    ("more", "access"),
    [({}, RoleAccess.EXPECTED), ({"storageAccountId": STORAGE_ACCOUNT_ID}, RoleAccess.GRANTED)],
)
def test_the_accounts_resource_id_lets_its_role_be_granted(
    more: dict[str, Any], access: RoleAccess
) -> None:
    spec = parse(source=SOURCE, **more)
    assert isinstance(spec, EnvironmentSpec)
    assert spec.workload.weights_access is access
    assert spec.workload.needs_identity
    assert spec.workload.to_wire()["model"] == {**NAMED, "source": SOURCE, **more}


@pytest.mark.parametrize(
    ("source", "folder"),
    [
        (SOURCE, BlobFolder("acmemodels", "weights", "fraud-llm/7")),
        ("az://abc/a-b-c/Qwen3.6_27B+fp8/", BlobFolder("abc", "a-b-c", "Qwen3.6_27B+fp8")),
        ("az://abc/a-b-c/modelX", BlobFolder("abc", "a-b-c", "modelX")),
    ],
)
def test_a_source_names_account_container_and_prefix(source: str, folder: BlobFolder) -> None:
    spec = parse(source=source)
    assert isinstance(spec, EnvironmentSpec)
    assert spec.workload.model
    assert spec.workload.model.weights == folder


@pytest.mark.parametrize(
    ("reference", "host"),
    [
        (IMAGE, "acmeml.azurecr.io"),
        (f"registry.example.com:5000/a/b_c@{DIGEST}", "registry.example.com:5000"),
        (f"localhost/a@{DIGEST}", "localhost"),
        (f"AcmeML.azurecr.io/a@{DIGEST}", "acmeml.azurecr.io"),
    ],
)
def test_a_source_names_an_image_by_its_digest(reference: str, host: str) -> None:
    spec = parse(source=f"oci://{reference}")
    assert isinstance(spec, EnvironmentSpec)
    assert spec.workload.model
    weights = spec.workload.model.weights
    assert weights == WeightsImage(reference)
    assert isinstance(weights, WeightsImage)
    assert weights.host == host
    assert not spec.workload.needs_identity, "nodes pull it"


@pytest.mark.parametrize(
    "source",
    [
        "oci://acmeml.azurecr.io/fraud-llm:7",
        f"oci://acmeml.azurecr.io/fraud-llm:7@{DIGEST}",
        "oci://acmeml.azurecr.io/fraud-llm@sha256:0",
        f"oci://fraud-llm@{DIGEST}",
        f"oci://weights/fraud-llm@{DIGEST}",
        f"oci://acmeml.azurecr.io/Fraud@{DIGEST}",
        f"oci://acmeml.azurecr.io@{DIGEST}",
        f"OCI://{IMAGE}",
        IMAGE,
        "hf://meta-llama/Llama-3.1-8B",
        "https://acmemodels.blob.core.windows.net/weights/fraud-llm/7",
        "az://acmemodels/weights",
        "az://acmemodels/weights/",
        "az://Acme/weights/a",
        "az://acmemodels/a--b/a",
        "az://acmemodels/-ab/a",
        "az://acmemodels/weights/../other",
        "az://acmemodels/weights/a/./b",
        "az://acmemodels/weights/a//b",
        "az://acmemodels/weights/a b",
        "az://acmemodels/weights/$(HOSTNAME)",
        "az://acmemodels/weights/a?sv=2024&sig=abc",
    ],
)
def test_what_is_neither_blobs_nor_an_image_is_refused_with_what_is(source: str) -> None:
    problems = parse(source=source)
    assert isinstance(problems, list)
    (problem,) = problems
    assert (problem.code, problem.target) == ("InvalidValue", "workload.model.source")
    assert "az://<account>/<container>/<prefix>" in problem.message
    assert "oci://<registry>/<repository>@sha256:<64 digits>" in problem.message


@pytest.mark.parametrize(
    ("model", "code"),
    [
        ({"source": "az://otheracct/weights/a"}, "OtherStorageAccount"),
        ({}, "OtherStorageAccount"),
        ({"source": f"oci://{IMAGE}"}, "OtherStorageAccount"),
        ({"source": SOURCE, "storageAccountId": "acmemodels"}, "InvalidValue"),
    ],
)
def test_the_account_has_to_be_that_of_the_source(model: dict[str, Any], code: str) -> None:
    problems = parse(**{"storageAccountId": STORAGE_ACCOUNT_ID, **model})
    assert isinstance(problems, list)
    target = "workload.model.storageAccountId"
    assert [(each.code, each.target) for each in problems] == [(code, target)]


def test_operations_wait_twice_as_long_where_weights_are_read_twice() -> None:
    image = f"oci://{IMAGE}"
    for model, minutes in (
        ({"source": SOURCE}, 20),
        ({"source": SOURCE, "digest": DIGEST}, 40),
        ({"source": image}, 40),
    ):
        spec = parse(**model)
        assert isinstance(spec, EnvironmentSpec)
        assert spec.workload.start_minutes == minutes


@pytest.mark.parametrize(
    ("model", "code", "fix"),
    [
        ({"digest": DIGEST}, "DigestWithoutSource", "add source"),
        ({"source": f"oci://{IMAGE}", "digest": DIGEST}, "DigestOfImage", "leave digest out"),
        ({"source": SOURCE, "digest": DIGEST.upper()}, "InvalidValue", "sha256sum SHA256SUMS"),
        ({"source": SOURCE, "digest": DIGEST[7:]}, "InvalidValue", "sha256sum SHA256SUMS"),
    ],
)
def test_a_digest_is_that_of_a_manifest_in_the_folder(
    model: dict[str, Any], code: str, fix: str
) -> None:
    problems = parse(**model)
    assert isinstance(problems, list)
    (problem,) = problems
    assert (problem.code, problem.target) == (code, "workload.model.digest")
    assert fix in problem.message


@pytest.mark.parametrize(
    ("size_gib", "minutes"),
    [
        (1, 16),
        (15, 20),
        (16, 20),
        (17, 21),
        (61, 34),
        (132, 55),
        (550, 180),
        (551, 180),
        (4096, 180),
    ],
)
def test_the_time_to_start_follows_the_size_of_the_weights(size_gib: int, minutes: int) -> None:
    assert default_startup_minutes(size_gib) == minutes


@pytest.mark.parametrize(
    ("size", "startup", "minutes"),
    [
        ({}, {}, 20),
        ({"sizeGiB": 132}, {}, 55),
        ({"sizeGiB": 132}, {"startup": {}}, 55),
        ({"sizeGiB": 132}, {"startup": {"timeoutMinutes": 20}}, 20),
        ({"sizeGiB": 1}, {}, 16),
    ],
)
def test_readiness_and_operations_wait_for_it(
    size: dict[str, Any], startup: dict[str, Any], minutes: int
) -> None:
    workload = {"image": "llm:1", "model": {**NAMED, **size}, **startup}
    spec = parse_spec(spec_body(workload=workload), a_policy())
    assert isinstance(spec, EnvironmentSpec)
    assert spec.to_wire()["workload"]["startup"]["timeoutMinutes"] == minutes
    again = EnvironmentSpec.from_wire(spec.to_wire())
    assert CellDemand.of(again).startup_minutes == minutes
    deployment = {each["kind"]: each for each in build_workload(again, 1)}["Deployment"]["spec"]
    (container,) = deployment["template"]["spec"]["containers"]
    probe = container["startupProbe"]
    assert probe["failureThreshold"] * probe["periodSeconds"] == minutes * 60
    assert deployment["progressDeadlineSeconds"] == 2400 + minutes * 60


@pytest.mark.parametrize("size", [0, 4097, 1.5, "132"])
def test_a_size_is_a_number_of_gib(size: object) -> None:
    problems = parse(sizeGiB=size)
    assert isinstance(problems, list)
    assert [(each.code, each.target) for each in problems] == [
        ("InvalidValue", "workload.model.sizeGiB")
    ]
