import pytest

from domain import deadlines
from domain.durable.inputs import CellInput, EdgeInput, EdgeWait, OperationWait
from domain.environment.phases import Phase
from domain.environment.record import OperationEnd, RecordWarning
from domain.outcomes import Outcome, Status
from orchestrators.provision_environment import provision_environment
from tests.support.certificates import CERTIFICATE_VAULT_ID, ZONE_ID, https_edge
from tests.support.engine import After, Run, run
from tests.support.payloads import CANCELED, HOST, QUOTA, SUCCEEDED, accepted, failed
from tests.support.specs import NOON, a_request, a_spec

EDGE = "fraud-llm.1.edge"
WEST, SWEDEN = "fraud-llm.1.cell.westeurope", "fraud-llm.1.cell.swedencentral"
REGIONS = ["westeurope", "swedencentral"]
GROUP = "/subscriptions/1/resourceGroups/gp-fraud-llm-edge"
CELL = {"clusterId": "/cluster", "fqdn": "gp.hcp.azmk8s.io", "externalIp": "20.61.0.2", "nodes": 1}
BUILT = {
    "wire_edge": After(200, Outcome.succeeded(hostName=HOST)),
    "provision_cell": After(600, Outcome.succeeded(region="westeurope", **CELL)),
    f"provision_cell {SWEDEN}": After(500, Outcome.succeeded(region="swedencentral", **CELL)),
    "await_edge": SUCCEEDED,
}


def provision(children=None, activities=None, regions=REGIONS, spec=None, **options) -> Run:
    return run(
        provision_environment,
        a_request(
            spec=a_spec(regions=list(regions), **(spec or {})), may_change_offers=bool(spec)
        ).to_wire(),
        activities={
            "begin_empty_gpu_pool": SUCCEEDED,
            "list_remaining_resources": Outcome.succeeded(resourceIds=[GROUP]),
            **(activities or {}),
        },
        children={**BUILT, **(children or {})},
        **options,
    )


@pytest.mark.parametrize(
    ("spec", "further"),
    [
        pytest.param({}, 0, id="as usual"),
        pytest.param(
            {"workload": {"image": "llm", "startup": {"timeoutMinutes": 90}}},
            70 * 60,
            id="weights that load for long",
        ),
        pytest.param(
            {"placement": {"zones": ["1", "2"]}}, 2 * deadlines.ANOTHER_OFFER, id="two more offers"
        ),
    ],
)
def test_an_operation_has_the_time_that_its_specification_needs(spec, further: float):
    edge = EdgeInput.from_wire(provision(spec=spec).input_of(f"wire_edge {EDGE}"))
    assert (edge.operation.deadline - NOON).total_seconds() == deadlines.PROVISION + further


def end_of(done: Run) -> OperationEnd:
    return OperationEnd.from_wire(done.input_of("end_operation"))


def test_edge_and_cells_side_by_side_then_the_probe_then_ready():
    done = provision()
    assert done.lines == [
        "entity fraud-llm start_operation",
        f"start wire_edge {EDGE}",
        f"start provision_cell {WEST}",
        f"start provision_cell {SWEDEN}",
        "note probe Running",
        "start await_edge fraud-llm.1.probe",
        "note probe Succeeded",
        "entity fraud-llm end_operation Ready",
    ]
    assert done.outcome == SUCCEEDED
    assert done.seconds < 600 + 60 + 5, "the slowest decides, nothing waits for its turn"


def test_the_end_tells_the_record_where_the_model_answers_and_what_its_cells_are():
    end = end_of(provision())
    assert (end.operation_id, end.phase, end.remaining) == ("fraud-llm.1", Phase.READY, ())
    assert end.endpoint == f"https://{HOST}"
    assert [(c.region, c.external_ip, c.nodes) for c in end.cells] == [
        ("westeurope", "20.61.0.2", 1),
        ("swedencentral", "20.61.0.2", 1),
    ]


def test_the_model_is_asked_at_its_health_path_and_not_for_ever():
    wait = EdgeWait.from_wire(provision().input_of("await_edge"))
    assert (wait.probe.host_name, wait.probe.path) == (HOST, "/health")
    assert (wait.operation.deadline - NOON).total_seconds() == pytest.approx(
        601 + deadlines.EDGE_ANSWERS
    )


def test_every_child_ends_with_the_operation():
    edge = EdgeInput.from_wire(provision().input_of("wire_edge"))
    assert (edge.operation.deadline - NOON).total_seconds() == deadlines.PROVISION


def test_a_failure_cancels_the_rest_stops_the_gpus_and_lists_what_is_left():
    done = provision(
        {
            f"provision_cell {SWEDEN}": After(100, QUOTA),
            "await_operation": SUCCEEDED,
        },
        {"begin_empty_gpu_pool westeurope": accepted("managedCluster")},
    )
    west = "cell/westeurope/gpuPoolToZero"
    sweden = "cell/swedencentral/gpuPoolToZero"
    assert done.lines == [
        "entity fraud-llm start_operation",
        f"start wire_edge {EDGE}",
        f"start provision_cell {WEST}",
        f"start provision_cell {SWEDEN}",
        f"send cancel to {EDGE}",
        f"send cancel to {WEST}",
        f"note {west} Running",
        "call begin_empty_gpu_pool westeurope",
        f"note {west} Running",
        "start await_operation fraud-llm.1.cell.westeurope.gpuPoolToZero.1",
        f"note {west} Succeeded",
        f"note {sweden} Running",
        "call begin_empty_gpu_pool swedencentral",
        f"note {sweden} Succeeded",
        "call list_remaining_resources",
        "entity fraud-llm end_operation Failed",
    ]
    assert done.outcome == QUOTA, "the failure decides, not the cancellations it caused"
    end = end_of(done)
    assert (end.phase, end.endpoint, end.cells, end.remaining, end.warnings) == (
        Phase.FAILED,
        None,
        (),
        (GROUP,),
        (),
    )


def test_a_failed_edge_stops_the_cells_too():
    done = provision({"wire_edge": After(10, QUOTA)})
    assert done.steps("send") == [f"send cancel to {WEST}", f"send cancel to {SWEDEN}"]
    assert done.outcome == QUOTA


def test_a_cell_that_was_ready_before_the_failure_stays_on_the_record():
    done = provision({"wire_edge": After(550, QUOTA)})
    assert [cell.region for cell in end_of(done).cells] == ["swedencentral"]


def test_a_model_that_never_answers_fails_the_environment():
    silent = failed("EdgePropagationTimeout", retryable=True)
    done = provision({"await_edge": silent})
    assert done.steps("note probe") == [
        "note probe Running",
        "note probe Failed (EdgePropagationTimeout)",
    ]
    assert done.steps("call") == [
        "call begin_empty_gpu_pool westeurope",
        "call begin_empty_gpu_pool swedencentral",
        "call list_remaining_resources",
    ]
    assert (done.outcome, end_of(done).phase) == (silent, Phase.FAILED)


@pytest.mark.parametrize(
    ("supersede_after", "passed_on"),
    [
        pytest.param(0.5, [], id="before anything was started"),
        pytest.param(100, [EDGE, WEST, SWEDEN], id="while all are built"),
        pytest.param(550, [WEST], id="while one cell is built"),
        pytest.param(630, ["fraud-llm.1.probe"], id="while the model is asked"),
    ],
)
def test_a_cancellation_is_passed_on_and_leaves_cleaning_up_to_the_deletion(
    supersede_after: float, passed_on: list[str]
):
    done = provision(supersede_after=supersede_after)
    assert done.steps("send") == [f"send cancel to {child}" for child in passed_on]
    assert done.steps("call") == ["call list_remaining_resources"]
    assert done.outcome.status is Status.CANCELED
    assert end_of(done).phase is Phase.CANCELED
    assert done.seconds <= supersede_after + 5


def test_a_cancellation_without_a_deletion_stops_the_gpu_cost():
    done = provision(cancel_after=100)
    assert done.steps("send") == [f"send cancel to {child}" for child in (EDGE, WEST, SWEDEN)]
    assert done.steps("call") == [
        "call begin_empty_gpu_pool westeurope",
        "call begin_empty_gpu_pool swedencentral",
        "call list_remaining_resources",
    ]
    assert (done.outcome, end_of(done).phase) == (CANCELED, Phase.CANCELED)


def test_a_cancellation_does_not_wait_for_an_azure_that_does_not_say_what_is_left():
    """The deletion that canceled it is waiting, and lists what is left itself."""
    unavailable = failed("AzureUnavailable", retryable=True)
    done = provision(
        {"wire_edge": After(300, SUCCEEDED)},
        {"list_remaining_resources": unavailable},
        supersede_after=100,
    )
    assert done.steps("call") == ["call list_remaining_resources"]
    assert done.seconds < 105
    assert end_of(done).phase is Phase.CANCELED


def test_a_cancellation_during_the_cleaning_up_ends_it():
    done = provision(
        {"wire_edge": After(10, QUOTA), "await_operation": After(300, SUCCEEDED)},
        {"begin_empty_gpu_pool": accepted("managedCluster")},
        supersede_after=60,
    )
    assert done.steps("call") == [
        "call begin_empty_gpu_pool westeurope",
        "call list_remaining_resources",
    ]
    assert done.steps("send")[-1] == "send cancel to fraud-llm.1.cell.westeurope.gpuPoolToZero.1"
    assert done.outcome == QUOTA


def test_a_gpu_pool_that_cannot_be_emptied_does_not_hide_the_failure():
    done = provision(
        {"wire_edge": After(10, QUOTA)}, {"begin_empty_gpu_pool": failed("Forbidden")}
    )
    assert done.outcome == QUOTA
    assert done.steps("note cell/swedencentral")[-1].endswith("Failed (Forbidden)")
    assert done.steps("tell") == ["tell fraud-llm record_warning /environments/fraud-llm"] * 2
    warning = RecordWarning.from_wire(done.input_of("record_warning"))
    assert warning.operation_id == "fraud-llm.1"
    assert (warning.warning.code, warning.is_standing) == ("GpuCostNotStopped", True)
    assert "in westeurope could not be scaled to zero (Forbidden)" in warning.warning.message


def test_a_stopped_cluster_has_no_nodes_to_warn_of():
    done = provision(
        {"wire_edge": After(10, QUOTA)}, {"begin_empty_gpu_pool": failed("ClusterStopped")}
    )
    assert not done.steps("tell")


def test_when_azure_does_not_say_what_is_left_the_record_says_so():
    done = provision(
        {"wire_edge": After(10, QUOTA)}, {"list_remaining_resources": failed("AzureUnavailable")}
    )
    end = end_of(done)
    assert end.remaining == ()
    assert [warning.code for warning in end.warnings] == ["RemainingResourcesUnknown"]
    assert "gp-fraud-llm" in end.warnings[0].message


def test_an_operation_that_the_record_refuses_ends_without_touching_anything():
    done = provision(entity={"start_operation": False})
    assert done.lines == ["entity fraud-llm start_operation"]
    assert done.outcome == CANCELED


def test_a_child_that_breaks_counts_as_a_failure():
    done = provision({"wire_edge": After(10, RuntimeError("boom"))})
    assert done.outcome.failure
    assert (done.outcome.failure.reason, done.outcome.failure.message) == (
        "OrchestrationFailed",
        "'wire_edge' failed: boom",
    )
    assert end_of(done).phase is Phase.FAILED


def test_stopping_the_gpus_has_time_of_its_own_however_late_the_failure():
    late = deadlines.PROVISION - 5
    done = provision(
        {"wire_edge": After(late, QUOTA), "await_operation": SUCCEEDED},
        {"begin_empty_gpu_pool": accepted("managedCluster")},
        regions=["westeurope"],
    )
    assert time_left(done, "westeurope") > deadlines.EMPTY_GPU_POOL - 5


def test_stopping_the_gpus_of_each_region_has_time_of_its_own():
    done = provision(
        {
            "wire_edge": After(10, QUOTA),
            "await_operation": After(deadlines.EMPTY_GPU_POOL - 60, SUCCEEDED),
        },
        {"begin_empty_gpu_pool": accepted("managedCluster")},
    )
    assert time_left(done, "swedencentral") > deadlines.EMPTY_GPU_POOL - 5


def time_left(done: Run, region: str) -> float:
    """Seconds that the region's pool had to go to zero, from when that had begun."""
    child = f"await_operation fraud-llm.1.cell.{region}.gpuPoolToZero.1"
    wait = OperationWait.from_wire(done.input_of(child))
    return (wait.operation.deadline - wait.begun_at).total_seconds()


def test_the_gpus_of_a_cell_that_has_moved_are_stopped_where_it_is():
    done = provision(
        {"provision_cell": QUOTA, "wire_edge": CANCELED},
        regions=["westeurope"],
        spec={"placement": {"regions": ["northeurope"]}},
        entity={"get_regions": [["northeurope"]]},
    )
    assert done.steps("entity fraud-llm get", "call begin_empty") == [
        "entity fraud-llm get_regions",
        "call begin_empty_gpu_pool northeurope",
    ]


def test_cells_are_told_where_their_names_are_kept():
    spec = https_edge(keyVaultId=CERTIFICATE_VAULT_ID, dnsZoneId=ZONE_ID)
    named = CellInput.from_wire(provision(spec=spec).input_of(f"provision_cell {WEST}"))
    assert named.records == f"{ZONE_ID}/CNAME/{{region}}.llm"
    assert named.demand.certificate_domain == "llm.example.com"
    plain = CellInput.from_wire(provision().input_of(f"provision_cell {WEST}"))
    assert (plain.records, plain.demand.certificate_domain) == (None, None)
