"""The Kubernetes objects of a workload are valid and land on GPU nodes."""

from copy import deepcopy
from typing import Any

import pytest
from lightkube.models import apps_v1, core_v1, policy_v1

from domain.arm import naming
from domain.kubernetes.manifests import build_workload
from emulators.azure.kubernetes import validation
from emulators.azure.kubernetes.defaults import fill_in
from emulators.azure.kubernetes.expansion import build_command_line, build_environment
from emulators.azure.kubernetes.kinds import (
    DAEMON_SET,
    DEPLOYMENT,
    NAMESPACE,
    POD_DISRUPTION_BUDGET,
    SERVICE,
)

KINDS = {
    "Namespace": core_v1.Namespace,
    "DaemonSet": apps_v1.DaemonSet,
    "Deployment": apps_v1.Deployment,
    "Service": core_v1.Service,
    "PodDisruptionBudget": policy_v1.PodDisruptionBudget,
}
STORED_KINDS = (NAMESPACE, DAEMON_SET, DEPLOYMENT, POD_DISRUPTION_BUDGET, SERVICE)
GPU_TOLERATION = {"key": "sku", "operator": "Equal", "value": "gpu", "effect": "NoSchedule"}
SPOT_TOLERATION = {
    "key": "kubernetes.azure.com/scalesetpriority",
    "operator": "Equal",
    "value": "spot",
    "effect": "NoSchedule",
}
EVERYTHING = {
    "gpu.spot": True,
    "workload.gpusPerReplica": 4,
    "workload.command": ["serve"],
    "workload.args": ["--max-model-len", "8192"],
    "workload.cpu": "8",
    "workload.memory": "96Gi",
    "workload.sharedMemory": "16Gi",
    "workload.env": {"MAX_BATCH": "16"},
    "workload.healthHeaders": {"X-Probe": "gridplane"},
}


@pytest.fixture
def build(make_spec):
    def build_objects(changes=None, replicas: int | None = None) -> dict[str, dict[str, Any]]:
        spec = make_spec(changes)
        wanted = spec.workload.replicas if replicas is None else replicas
        return {manifest["kind"]: manifest for manifest in build_workload(spec, wanted)}

    return build_objects


def pod_of(manifest: dict[str, Any]) -> dict[str, Any]:
    return manifest["spec"]["template"]["spec"]


def container_of(manifest: dict[str, Any]) -> dict[str, Any]:
    (container,) = pod_of(manifest)["containers"]
    return container


def test_objects_come_in_the_order_in_which_they_are_applied(build) -> None:
    assert list(build()) == [
        "Namespace",
        "DaemonSet",
        "Service",
        "PodDisruptionBudget",
        "Deployment",
    ]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("changes", [{}, EVERYTHING], ids=["plain", "everything"])
def test_kubernetes_knows_every_field(build, kind, changes) -> None:
    manifest = build(changes)[kind]
    assert KINDS[kind].from_dict(manifest).to_dict() == manifest


def is_stored(manifest: dict[str, Any]) -> bool:
    """Whether the API server finds nothing invalid: names, references and values of enums."""
    subject = deepcopy(manifest)
    kind = next(each for each in STORED_KINDS if each.kind == manifest["kind"])
    fill_in(kind, subject)
    return validation.of_new(kind, subject) == []


@pytest.mark.parametrize("changes", [{}, EVERYTHING], ids=["plain", "everything"])
def test_an_api_server_stores_every_object(build, changes) -> None:
    for manifest in build(changes).values():
        assert is_stored(manifest), manifest["kind"]
        metadata = manifest["metadata"]
        assert metadata["labels"]["app.kubernetes.io/name"] == metadata["name"]


@pytest.mark.parametrize("kind", ["DaemonSet", "Deployment"])
def test_selectors_match_their_own_pods(build, kind) -> None:
    spec = build()[kind]["spec"]
    labels = spec["template"]["metadata"]["labels"]
    assert spec["selector"]["matchLabels"].items() <= labels.items()


def test_the_service_finds_the_deployments_pods_and_port(build) -> None:
    objects = build()
    labels = objects["Deployment"]["spec"]["template"]["metadata"]["labels"]
    service = objects["Service"]["spec"]
    assert service["selector"].items() <= labels.items()
    (port,) = service["ports"]
    (container_port,) = container_of(objects["Deployment"])["ports"]
    assert service["clusterIP"] == "None", "the gateway sees each ready replica"
    assert port["targetPort"] == container_port["name"]
    assert port["port"] == container_port["containerPort"] == 8000


def test_only_what_a_pod_is_made_of_makes_another_pod(build) -> None:
    """Another template takes the pods away that serve; who pays or how many there are does not."""
    template = build()["Deployment"]["spec"]["template"]
    same = {"costCenter": "ML-9", "owner": "new@example.com", "gpu.maxNodes": 9}
    kept = build({**same, "workload.replicas": 2, "edge.wafMode": "Detection"})
    assert kept["Deployment"]["spec"]["template"] == template
    mark = template["metadata"]["labels"][naming.TEMPLATE_LABEL]
    for change in ({"workload.image": "registry.example.com/llm:2"}, EVERYTHING):
        labels = build(change)["Deployment"]["spec"]["template"]["metadata"]["labels"]
        assert labels[naming.TEMPLATE_LABEL] != mark


@pytest.mark.parametrize("kind", ["DaemonSet", "Deployment"])
@pytest.mark.parametrize(
    ("spot", "tolerations"),
    [
        pytest.param(False, [GPU_TOLERATION], id="regular nodes"),
        pytest.param(True, [GPU_TOLERATION, SPOT_TOLERATION], id="spot nodes"),
    ],
)
def test_pods_tolerate_the_taints_of_their_nodes(build, kind, spot, tolerations) -> None:
    pod = pod_of(build({"gpu.spot": spot})[kind])
    assert pod["nodeSelector"] == {naming.GPU_NODE_LABEL: "true"}
    assert pod["tolerations"] == tolerations


def test_the_device_plugin_registers_with_the_kubelet(build) -> None:
    plugin = build()["DaemonSet"]
    assert (plugin["metadata"]["name"], plugin["metadata"]["namespace"]) == (
        "nvidia-device-plugin",
        "kube-system",
    )
    assert pod_of(plugin)["priorityClassName"] == "system-node-critical"
    (volume,) = pod_of(plugin)["volumes"]
    (mount,) = container_of(plugin)["volumeMounts"]
    assert volume["hostPath"]["path"] == mount["mountPath"] == "/var/lib/kubelet/device-plugins"
    assert volume["hostPath"]["type"] == "Directory"
    assert ":v" in container_of(plugin)["image"], "pinned"


def test_a_device_plugin_without_a_driver_crashes_until_there_is_one(build) -> None:
    (variable,) = container_of(build()["DaemonSet"])["env"]
    assert variable == {"name": "FAIL_ON_INIT_ERROR", "value": "true"}


def test_the_last_words_of_a_crash_are_kept(build) -> None:
    container = container_of(build()["Deployment"])
    assert container["terminationMessagePolicy"] == "FallbackToLogsOnError"


def test_a_new_version_does_not_wait_for_a_second_gpu(build) -> None:
    strategy = build()["Deployment"]["spec"]["strategy"]
    assert strategy["rollingUpdate"] == {"maxSurge": 0, "maxUnavailable": 1}


@pytest.mark.parametrize(
    ("replicas", "at_once"), [(0, 1), (1, 1), (7, 1), (8, 2), (15, 3), (100, 25)]
)
def test_many_replicas_are_replaced_a_quarter_at_a_time(make_spec, replicas, at_once) -> None:
    built = build_workload(make_spec(), replicas)
    (deployment,) = [each for each in built if each["kind"] == "Deployment"]
    assert deployment["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == at_once


def test_the_workload_gets_its_gpus_model_and_arguments(build) -> None:
    container = container_of(build(EVERYTHING)["Deployment"])
    assert container["resources"]["limits"]["nvidia.com/gpu"] == "4"
    assert container["args"] == ["--max-model-len", "8192"]
    assert container["env"] == [
        {"name": "MODEL_NAME", "value": "fraud-llm"},
        {"name": "MODEL_VERSION", "value": "7"},
        {"name": "MAX_BATCH", "value": "16"},
    ]


def test_the_callers_own_variable_wins_over_the_models(build) -> None:
    container = container_of(build({"workload.env": {"MODEL_NAME": "mine"}})["Deployment"])
    names = [variable["name"] for variable in container["env"]]
    assert names == ["MODEL_NAME", "MODEL_VERSION"]
    assert container["env"][0]["value"] == "mine"


def test_without_a_model_no_variable_names_one(build) -> None:
    assert container_of(build({"workload.model": None})["Deployment"])["env"] == []


def test_several_gpus_share_memory(build) -> None:
    one, two = build()["Deployment"], build({"workload.gpusPerReplica": 2})["Deployment"]
    assert "volumes" not in pod_of(one)
    (mount,) = container_of(two)["volumeMounts"]
    assert mount["mountPath"] == "/dev/shm"
    assert pod_of(two)["volumes"][0]["emptyDir"] == {"medium": "Memory"}


@pytest.mark.parametrize(
    ("changes", "resources"),
    [
        pytest.param({}, {}, id="GPUs alone"),
        pytest.param({"workload.cpu": "8"}, {"requests": {"cpu": "8"}}, id="vCPUs: no limit"),
        pytest.param(
            {"workload.memory": "96Gi"},
            {"requests": {"memory": "96Gi"}, "limits": {"memory": "96Gi"}},
            id="memory: granted and limited",
        ),
    ],
)
def test_what_a_replica_is_granted(build, changes, resources) -> None:
    found = container_of(build(changes)["Deployment"])["resources"]
    limits = {"nvidia.com/gpu": "1", **resources.get("limits", {})}
    assert found == {**resources, "limits": limits}


def test_shared_memory_has_the_size_that_is_asked_for(build) -> None:
    deployment = build({"workload.sharedMemory": "16Gi"})["Deployment"]
    (volume,) = pod_of(deployment)["volumes"]
    assert volume["emptyDir"] == {"medium": "Memory", "sizeLimit": "16Gi"}
    assert container_of(deployment)["volumeMounts"][0]["mountPath"] == "/dev/shm"


def test_the_entry_point_is_the_images_own_or_what_is_written_literally(build) -> None:
    assert "command" not in container_of(build()["Deployment"])
    container = container_of(build({"workload.command": ["serve", "$HOME"]})["Deployment"])
    assert container["command"] == ["serve", "$$HOME"]


def test_requests_in_progress_end_before_a_replica_does(build) -> None:
    """New ones arrive until the gateway has seen that it is going."""
    deployment = build({"workload.terminationGraceSeconds": 600})["Deployment"]
    assert pod_of(deployment)["terminationGracePeriodSeconds"] == 600
    assert container_of(deployment)["lifecycle"] == {"preStop": {"sleep": {"seconds": 15}}}


@pytest.mark.parametrize("minutes", [5, 20, 180])
def test_slow_weights_are_waited_for(build, minutes: int) -> None:
    changes = {"workload.healthPath": "/v1/ready", "workload.startup": {"timeoutMinutes": minutes}}
    deployment = build(changes)["Deployment"]
    container = container_of(deployment)
    startup = container["startupProbe"]
    assert startup["periodSeconds"] * startup["failureThreshold"] == minutes * 60
    assert deployment["spec"]["progressDeadlineSeconds"] == (40 + minutes) * 60
    for probe in (startup, container["readinessProbe"]):
        assert probe["httpGet"] == {"path": "/v1/ready", "port": "http"}


def test_a_replica_that_hangs_gets_no_requests_half_a_minute_later(build) -> None:
    container = container_of(build()["Deployment"])
    ready, startup = container["readinessProbe"], container["startupProbe"]
    assert (ready["periodSeconds"] + ready["timeoutSeconds"]) * ready["failureThreshold"] <= 30
    assert startup["timeoutSeconds"] == ready["timeoutSeconds"], "the same answer will do"


def test_containers_cannot_gain_privileges(build) -> None:
    objects = build()
    for kind in ("DaemonSet", "Deployment"):
        assert container_of(objects[kind])["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
        }
    pod = pod_of(objects["Deployment"])
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"] == {"seccompProfile": {"type": "RuntimeDefault"}}
    enforced = objects["Namespace"]["metadata"]["labels"]["pod-security.kubernetes.io/enforce"]
    assert enforced == "baseline"


def test_an_upgrade_of_nodes_takes_one_replica_at_a_time_and_is_never_blocked(build) -> None:
    objects = build()
    budget = objects["PodDisruptionBudget"]["spec"]
    labels = objects["Deployment"]["spec"]["template"]["metadata"]["labels"]
    assert budget["maxUnavailable"] == 1
    assert budget["selector"]["matchLabels"].items() <= labels.items()


def test_probes_send_the_headers_that_the_health_path_needs(build) -> None:
    container = container_of(build(EVERYTHING)["Deployment"])
    for probe in ("startupProbe", "readinessProbe"):
        assert container[probe]["httpGet"]["httpHeaders"] == [
            {"name": "X-Probe", "value": "gridplane"}
        ]
    assert "httpHeaders" not in container_of(build()["Deployment"])["startupProbe"]["httpGet"]


def test_zero_replicas_keep_everything_but_the_pods(build) -> None:
    assert build({"workload.replicas": 0})["Deployment"]["spec"]["replicas"] == 0


def test_only_the_replicas_differ_between_sleeping_and_waking(build) -> None:
    """Nothing else changes, so that no pod is replaced when a sleeping environment wakes."""
    awake, asleep = build(replicas=3), build(replicas=0)
    assert asleep["Deployment"]["spec"].pop("replicas") == 0
    assert awake["Deployment"]["spec"].pop("replicas") == 3
    assert asleep == awake


@pytest.mark.parametrize(
    "text",
    [
        "$(OTHER)",
        "$$(OTHER)",
        "$$$(OTHER)",
        "$(MISSING)",
        "$(OTHER",
        "a$b",
        "$",
        "$$",
        "$é",
        "cost: 5$",
        "p$$w$rd$(",
        "",
    ],
)
def test_a_variable_or_argument_arrives_as_it_was_written(build, text) -> None:
    changes = {
        "workload.env": {"OTHER": "other", "TEXT": text},
        "workload.args": ["--text", text],
        "workload.model": {"name": text or "m", "version": "1"},
    }
    container = container_of(build(changes)["Deployment"])
    environment = build_environment(container)
    assert (environment["TEXT"], environment["MODEL_NAME"]) == (text, text or "m")
    assert build_command_line(container) == ["--text", text]


def test_a_service_adds_no_variables_to_the_workload(build) -> None:
    assert pod_of(build()["Deployment"])["enableServiceLinks"] is False
