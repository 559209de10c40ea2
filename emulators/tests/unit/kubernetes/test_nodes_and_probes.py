"""Node objects of AKS pools, probe timing and the durations of kubectl."""

import pytest

from emulators.azure.kubernetes import nodes, tables
from emulators.azure.kubernetes.addresses import DnsLabelTaken, Inside, PublicAddresses
from emulators.azure.kubernetes.node_pools import NodePool
from emulators.azure.kubernetes.nodes import Machine, Site
from emulators.azure.kubernetes.probes import Probe, until_success

SITE = Site("gp-fraud-westeurope", "westeurope", "1.33.5")
POOL = NodePool("gpu", "User", "Standard_NC24ads_A100_v4", 1, gpus_per_node=1, spot=True)


@pytest.mark.parametrize(
    ("size", "vcpus"),
    [
        ("Standard_D4s_v5", 4),
        ("Standard_DS2_v2", 2),
        ("Standard_D3_v2", 4),
        ("Standard_NC24ads_A100_v4", 24),
        ("Standard_NC4as_T4_v3", 4),
        ("Standard_NC40ads_H100_v5", 40),
        ("Standard_ND96asr_v4", 96),
        ("standard_nv6ads_a10_v5", 6),
        ("strange", 4),
    ],
)
def test_vcpus_are_read_from_the_name_of_a_size(size: str, vcpus: int):
    machine = nodes.machine_of(size)

    assert isinstance(machine, Machine)
    assert machine.vcpus == vcpus


@pytest.mark.parametrize(("instance", "ending"), [(0, "000000"), (10, "00000a"), (36, "000010")])
def test_node_names_end_in_six_digits_of_base_36(instance: int, ending: str):
    name = nodes.node_name(SITE, POOL, instance)

    assert name.startswith("aks-gpu-")
    assert name.endswith(f"-vmss{ending}")
    assert len(name.split("-")[2]) == 8


def test_a_gpu_node_carries_the_labels_that_aks_gives():
    labels = nodes.labels_of(SITE, POOL, "n")

    assert labels["kubernetes.azure.com/accelerator"] == "nvidia"
    assert labels["kubernetes.azure.com/mode"] == "user"
    assert labels["kubernetes.azure.com/scalesetpriority"] == "spot"
    assert labels["node.kubernetes.io/instance-type"] == POOL.vm_size
    assert nodes.taints_of(POOL) == [nodes.SPOT_TAINT]


def test_a_fresh_node_offers_no_gpu_and_a_template_does():
    node = nodes.build_node(SITE, POOL, 0, "10.224.0.4", "2026-11-22T00:00:00Z", ready=False)
    template = nodes.template_node(SITE, POOL, "2026-11-22T00:00:00Z")

    assert nodes.GPU not in node["status"]["allocatable"]
    assert nodes.NOT_READY_TAINT in node["spec"]["taints"]
    assert not nodes.is_ready(node)
    assert template["status"]["allocatable"][nodes.GPU] == "1"


@pytest.mark.parametrize(
    ("delay", "period", "loading", "seconds", "failures"),
    [
        pytest.param(0, 10, 0, 0, 0, id="at once"),
        pytest.param(5, 10, 0, 5, 0, id="after the initial delay"),
        pytest.param(0, 10, 35, 40, 4, id="at the first probe after loading"),
        pytest.param(0, 10, 30, 30, 3, id="exactly at a probe"),
        pytest.param(20, 10, 15, 20, 0, id="loaded within the delay"),
    ],
)
def test_a_probe_succeeds_when_it_next_asks(
    delay: int, period: int, loading: float, seconds: float, failures: int
):
    outcome = until_success(Probe(delay, period, 3, None), loading)

    assert (outcome.seconds, outcome.failures) == (seconds, failures)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (5, "5s"),
        (119, "119s"),
        (120, "2m"),
        (185, "3m5s"),
        (900, "15m"),
        (3 * 3600, "3h"),
        (3 * 3600 + 120, "3h2m"),
        (30 * 3600, "30h"),
        (3 * 86400 + 3600, "3d1h"),
        (20 * 86400, "20d"),
    ],
)
def test_ages_are_written_as_kubectl_writes_them(seconds: int, text: str):
    assert tables.human_duration(seconds) == text


class Serving:
    name = "c"

    @property
    def engine_tokens(self) -> dict:
        return {}

    @property
    def engine_requests(self) -> dict:
        return {}

    async def sleep(self, seconds: float) -> None: ...

    def service(self, namespace: str, name: str) -> None:
        return None

    def ready_pods(self, namespace: str, service: str) -> list:
        return []

    def inside_of(self, pod: dict, container: dict) -> Inside:
        return Inside({}, {})

    def process_address(self, pod: dict, container: dict, port: int) -> None:
        return None


def test_a_dns_label_is_unique_in_its_region_only():
    addresses = PublicAddresses()
    one, other = Serving(), Serving()
    addresses.allocate("westeurope", one, "n", "s", "label")

    with pytest.raises(DnsLabelTaken, match=r"label\.westeurope\.cloudapp\.azure\.com"):
        addresses.allocate("westeurope", other, "n", "s", "label")
    addresses.allocate("eastus", other, "n", "s", "label")
    addresses.release_cluster(one)

    moved = addresses.allocate("westeurope", other, "n", "t", "label")
    assert addresses.resolve("LABEL.westeurope.cloudapp.azure.com") == moved
    assert addresses.resolve(moved.ip) == moved


def test_a_service_keeps_its_address_when_its_label_changes():
    addresses = PublicAddresses()
    cluster = Serving()
    first = addresses.allocate("westeurope", cluster, "n", "s", "a")

    second = addresses.allocate("westeurope", cluster, "n", "s", "b")

    assert first.ip == second.ip
    assert addresses.resolve("a.westeurope.cloudapp.azure.com") is None


def test_a_label_that_somebody_else_has_is_taken_until_it_is_released():
    addresses = PublicAddresses()
    addresses.reserve_dns_label("a", "westeurope")

    with pytest.raises(DnsLabelTaken):
        addresses.allocate("westeurope", Serving(), "n", "s", "a")
    addresses.release_dns_label("a", "westeurope")
    assert addresses.allocate("westeurope", Serving(), "n", "s", "a").dns_label == "a"
