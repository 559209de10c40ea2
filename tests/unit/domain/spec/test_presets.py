"""A preset completes a specification; what is written takes precedence."""

from typing import Any

import pytest

from domain.catalog.presets import engine_image, presets
from domain.problem import Problem
from domain.spec.model import EnvironmentSpec
from domain.spec.validation import parse_spec
from tests.support.specs import a_policy

TOKEN = {"HF_TOKEN": {"keyVaultSecretId": "https://fraud.vault.azure.net/secrets/hf-token"}}


def body(gpu: dict[str, Any] | None = None, **workload: Any) -> dict[str, Any]:
    least = {
        "name": "fraud-llm",
        "costCenter": "ML-1234",
        "owner": "fraud-team@example.com",
        "regions": ["westeurope"],
        "workload": {"preset": "phi-4", **workload},
    }
    return least if gpu is None else {**least, "gpu": gpu}


def accept(sent: dict[str, Any]) -> EnvironmentSpec:
    spec = parse_spec(sent, a_policy())
    assert isinstance(spec, EnvironmentSpec), spec
    return spec


def refuse(sent: dict[str, Any]) -> Problem:
    problems = parse_spec(sent, a_policy())
    assert isinstance(problems, list)
    (problem,) = problems
    return problem


def test_a_preset_is_enough():
    spec = accept(body())
    workload, model = spec.workload, spec.workload.model
    assert (spec.gpu.vm_size, spec.gpu.max_nodes) == ("Standard_NC24ads_A100_v4", 1)
    assert (workload.preset, workload.image) == ("phi-4", engine_image())
    assert workload.command == ("vllm", "serve")
    assert workload.args == (
        "microsoft/phi-4",
        "--served-model-name=phi-4",
        "--tensor-parallel-size=1",
        "--max-model-len=16384",
    )
    assert model
    assert (model.name, model.version, model.size_gib) == ("phi-4", "1", 28)
    assert workload.startup.timeout_minutes == 24


@pytest.mark.parametrize("name", list(presets()))
def test_every_preset_is_accepted_and_stays_what_it_is(name: str):
    spec = accept(body(preset=name, secrets=TOKEN))
    assert accept(spec.to_wire()) == spec


def test_what_does_not_fit_at_its_full_length_is_served_shorter():
    spec = accept(body(preset="llama-3.1-8b-instruct", secrets=TOKEN))
    assert spec.workload.args[-1] == "--max-model-len=15055"


def test_a_replica_gets_as_few_gpus_of_a_size_as_it_needs():
    spec = accept(body({"vmSize": "Standard_ND96isr_H100_v5"}, replicas=8))
    assert spec.workload.gpus_per_replica == 1
    large = accept(body(preset="llama-3.3-70b-instruct", secrets=TOKEN))
    assert "--tensor-parallel-size=2" in large.workload.args


def test_there_are_nodes_for_all_replicas():
    assert accept(body(replicas=3)).gpu.max_nodes == 3
    assert accept(body({"maxNodes": 7, "spot": True}, replicas=3)).gpu.max_nodes == 7


def test_there_are_nodes_for_two_versions_side_by_side():
    sent = {**body(replicas=2), "update": {"strategy": "blueGreen"}}
    assert accept(sent).gpu.max_nodes == 4
    assert accept({**sent, "update": {"strategy": "replace"}}).gpu.max_nodes == 2


def test_there_are_at_least_the_nodes_that_always_run():
    gpu = accept(body({"minNodes": 2})).gpu
    assert (gpu.min_nodes, gpu.max_nodes) == (2, 2)


def test_what_is_written_takes_precedence():
    spec = accept(
        body(
            {"vmSize": "Standard_NC40ads_H100_v5"},
            image="acmeml.azurecr.io/vllm:1",
            port=9000,
            model={"name": "our-phi", "version": "7"},
            startup={"timeoutMinutes": 30},
        )
    )
    workload, model = spec.workload, spec.workload.model
    assert workload.image == "acmeml.azurecr.io/vllm:1"
    assert "--port=9000" in workload.args
    assert "--served-model-name=our-phi" in workload.args
    assert model
    assert (model.name, model.version, model.size_gib) == ("our-phi", "7", 28)
    assert workload.startup.timeout_minutes == 30


def test_the_engine_reads_weights_of_ones_own_where_they_are_mounted():
    model = {"source": "az://acmemodels/weights/phi/4"}
    assert accept(body(model=model)).workload.args[0] == "/mnt/weights"


def test_with_arguments_of_ones_own_anything_may_fit():
    spec = accept(body({"vmSize": "Standard_NC4as_T4_v3"}, args=["--quantization=awq"]))
    assert spec.workload.args == ("--quantization=awq",)


@pytest.mark.parametrize("name", ["phi-5", "Phi-4", ""])
def test_a_preset_that_does_not_exist_is_the_only_problem(name: str):
    problem = refuse(body(preset=name))
    assert (problem.code, problem.target) == ("UnknownPreset", "workload.preset")
    assert "phi-4-mini-instruct" in problem.message


def test_a_gated_model_needs_a_token_or_weights():
    gated = "llama-3.1-8b-instruct"
    problem = refuse(body(preset=gated))
    assert (problem.code, problem.target) == (
        "HuggingFaceTokenRequired",
        "workload.secrets.HF_TOKEN",
    )
    accept(body(preset=gated, secrets=TOKEN))
    accept(body(preset=gated, env={"HF_TOKEN": "a-token"}))
    accept(body(preset=gated, model={"source": "az://acmemodels/weights/llama"}))


@pytest.mark.parametrize(
    ("gpu", "workload", "target", "says"),
    [
        ({"vmSize": "Standard_NC4as_T4_v3"}, {}, "gpu.vmSize", "bfloat16"),
        ({"vmSize": "standard_nv36ads_a10_v5"}, {}, "gpu.vmSize", "needs 2"),
        (
            {"vmSize": "Standard_NC80adis_H100_v5"},
            {"preset": "llama-3.3-70b-instruct", "gpusPerReplica": 1, "secrets": TOKEN},
            "workload.gpusPerReplica",
            "needs 2",
        ),
        (None, {"gpusPerReplica": 3}, "workload.gpusPerReplica", "cannot be split among 3 GPUs"),
        (
            None,
            {"preset": "deepseek-v3.2", "gpusPerReplica": 4},
            "workload.gpusPerReplica",
            "on 4 GPUs",
        ),
    ],
)
def test_what_does_not_fit_is_refused_with_what_does(
    gpu: dict[str, Any] | None, workload: dict[str, Any], target: str, says: str
):
    problem = refuse(body(gpu, **workload))
    assert (problem.code, problem.target) == ("ModelDoesNotFit", target)
    assert says in problem.message
    assert "smallest sizes that fit: Standard_N" in problem.message


@pytest.mark.parametrize(
    ("sent", "target"),
    [
        (body({"vmSize": "Standard_D4s_v5"}), "gpu.vmSize"),
        (
            body({"vmSize": "Standard_NC24ads_A100_v4"}, gpusPerReplica=2),
            "workload.gpusPerReplica",
        ),
        (body(model="phi"), "workload.model"),
        (body(replicas=-1), "workload.replicas"),
        (body(gpusPerReplica="two"), "workload.gpusPerReplica"),
    ],
)
def test_other_problems_are_told_as_without_a_preset(sent: dict[str, Any], target: str):
    assert refuse(sent).target == target


def test_a_preset_has_to_be_a_text():
    problems = parse_spec(body(preset=5), a_policy())
    assert isinstance(problems, list)
    assert "workload.preset" in {problem.target for problem in problems}


PHI, A100, A10 = "microsoft/phi-4", "Standard_NC24ads_A100_v4", "Standard_NV36ads_A10_v5"


@pytest.mark.parametrize(
    ("size", "args", "says"),
    [
        (A100, ["--max-model-len=1M"], "Requests of 1,048,576 tokens on 1 x A100 80 GB: beside"),
        (A100, ["--max-model-len", "1000k"], "write at most --max-model-len=16384, or leave args"),
        (A10, [], "on 1 x A10 24 GB: beside 27.31 GiB of weights there is room for 0 at most"),
        (A10, ["--max-model-len=4096"], "smallest sizes that fit: Standard_NC24ads_A100_v4"),
        (A100, ["--tensor-parallel-size=2"], "takes 2 GPUs, and a replica has 1"),
        (A100, ["-tp", "4"], "set workload.gpusPerReplica to 4"),
    ],
)
def test_arguments_of_ones_own_that_cannot_fit_are_refused_with_figures(
    size: str, args: list[str], says: str
):
    problem = refuse(body({"vmSize": size, "maxNodes": 1}, args=[PHI, *args]))
    assert problem.target == "workload.args"
    assert says in problem.message, problem.message


@pytest.mark.parametrize(
    ("size", "args"),
    [
        (A100, [PHI]),
        (A100, [PHI, "--max-model-len=200000"]),
        (A100, [PHI, "--max-model-len=auto"]),
        (A100, [PHI, "--max-model-len"]),
        (A100, [PHI, "--tensor_parallel_size=1"]),
        (A10, [PHI, "--quantization=fp8"]),
        (A10, [PHI, "--kv-cache-dtype", "fp8"]),
        (A10, ["an-org/phi-4-awq"]),
        (A10, []),
    ],
)
def test_what_may_fit_is_left_to_the_engine(size: str, args: list[str]):
    accept(body({"vmSize": size, "maxNodes": 1}, args=args))


def test_what_was_completed_for_another_size_is_refused_where_it_cannot_fit():
    completed = accept(body()).to_wire()
    problem = refuse({**completed, "gpu": {"vmSize": A10, "maxNodes": 1}})
    assert (problem.code, problem.target) == ("ModelDoesNotFit", "workload.args")
