from domain.arm.pacing import SPREAD_SECONDS
from domain.kubernetes.observation import (
    AutoscalerBackoff,
    DevicePluginObservation,
    NodeObservation,
    Observation,
    PodObservation,
    RolloutObservation,
)
from domain.outcomes import Outcome, Status
from orchestrators.await_ready import READS_PER_RUN, await_ready
from tests.support.engine import After, run
from tests.support.payloads import CANCELED, a_ready_wait, failed

LOOK = "call get_observation westeurope"
NODE = NodeObservation(name="gpu-0", ready=True, gpus_allocatable=1)
BOOTING = NodeObservation(name="gpu-0", ready=False)
POD = PodObservation(name="llm-0", phase="Running", ready=True)
PULLING = PodObservation(name="llm-0", phase="Pending", ready=False, reason="ContainerCreating")
PLUGIN = DevicePluginObservation(desired=1, ready=1)


GATEWAY = PodObservation(name="llm-gateway-0", phase="Running", ready=True)


def seen(**changes) -> Outcome:
    there = {"device_plugin": PLUGIN, "gateways": (GATEWAY,), **changes}
    return Outcome.succeeded(**Observation(**there).to_wire())


NOTHING = seen()
BOOT = seen(nodes=(BOOTING,), pods=(PULLING,), external_ip="20.61.0.2")
PULL = seen(nodes=(NODE,), pods=(PULLING,), external_ip="20.61.0.2")
READY = seen(nodes=(NODE,), pods=(POD,), external_ip="20.61.0.2")


def test_it_looks_until_node_gpu_address_and_pods_are_there_and_reports_each_by_itself():
    done = run(
        await_ready, a_ready_wait(), activities={"get_observation": [NOTHING, BOOT, PULL, READY]}
    )
    cell = "note cell/westeurope"
    assert done.lines == [
        LOOK,
        f"{cell}/nodes Running (No GPU node exists yet; 3 to 10 minutes are normal.)",
        f"{cell}/externalIp Running (The Service's EXTERNAL-IP is pending.)",
        f"{cell}/pods Running (0 of 1 pods are ready.)",
        "timer 5 s",
        LOOK,
        f"{cell}/nodes Running (0 of 1 GPU nodes are Ready.)",
        f"{cell}/externalIp Succeeded (The Service has the EXTERNAL-IP 20.61.0.2.)",
        f"{cell}/pods Running (0 of 1 pods are ready (ContainerCreating).)",
        "timer 5 s",
        LOOK,
        f"{cell}/nodes Succeeded (1 of 1 GPUs are allocatable.)",
        "timer 5 s",
        LOOK,
        f"{cell}/pods Succeeded (1 of 1 pods are ready.)",
    ]
    assert done.outcome == Outcome.succeeded(externalIp="20.61.0.2", nodes=1)


def test_a_version_beside_another_has_all_of_its_replicas_before_it_is_sent_requests():
    def look(ready: int) -> Outcome:
        pods = (POD, POD.model_copy(update={"name": "llm-1", "ready": ready == 2}))
        rollout = RolloutObservation(is_seen=True, replicas=2, updated=2, ready=ready)
        return seen(nodes=(NODE, NODE), pods=pods, external_ip="20.61.0.2", rollout=rollout)

    looks = {"get_observation": [look(1), look(2)]}
    beside = {**a_ready_wait(), "gpusBeside": 1, "isNext": True}
    done = run(await_ready, beside, activities=dict(looks))
    assert done.steps("note cell/westeurope/pods") == [
        "note cell/westeurope/pods Running (1 of 2 pods are ready.)",
        "note cell/westeurope/pods Succeeded (2 of 2 pods are ready.)",
    ]
    alone = run(await_ready, a_ready_wait(), activities=dict(looks))
    assert len(alone.steps(LOOK)) == 1, "KEDA may ask for replicas that no node is left for"


def test_a_gateway_that_is_missing_shows_once_the_pods_are_there():
    there = {"nodes": (NODE,), "pods": (POD,), "external_ip": "20.61.0.2"}
    done = run(
        await_ready,
        a_ready_wait(),
        activities={"get_observation": [seen(**there, gateways=()), READY]},
    )
    assert done.steps("note cell/westeurope/pods") == [
        "note cell/westeurope/pods Running (0 of 0 gateways are ready.)",
        "note cell/westeurope/pods Succeeded (1 of 1 pods are ready.)",
    ]
    assert done.outcome.is_success


def test_a_read_that_azure_has_sent_away_is_repeated_when_azure_says_so():
    sent_away = failed("Throttled", retryable=True, retry_after_seconds=20)
    done = run(await_ready, a_ready_wait(), activities={"get_observation": [sent_away, READY]})
    (pause,) = done.steps("timer")
    assert 20 <= float(pause.split()[1]) <= 20 + SPREAD_SECONDS
    assert done.outcome.is_success


def test_a_read_that_azure_goes_on_sending_away_is_spread_further():
    sent_away = failed("Throttled", retryable=True, retry_after_seconds=20)
    answers = [*[sent_away] * 9, READY]
    done = run(await_ready, a_ready_wait(), activities={"get_observation": answers})
    pauses = [float(pause.split()[1]) for pause in done.steps("timer")]
    assert max(pauses) > 20 + 4 * SPREAD_SECONDS


def test_an_environment_without_replicas_needs_its_address_alone():
    wait = a_ready_wait(workload={"image": "registry.example.com/llm:1", "replicas": 0})
    done = run(
        await_ready,
        wait,
        activities={"get_observation": [NOTHING, seen(external_ip="20.61.0.2")]},
    )
    assert done.outcome == Outcome.succeeded(externalIp="20.61.0.2", nodes=0)


def test_what_cannot_pass_by_itself_ends_the_wait_with_a_diagnosis():
    crashing = PodObservation(
        name="llm-0",
        phase="Running",
        ready=False,
        reason="CrashLoopBackOff",
        restarts=9,
        exit_code=137,
        termination_reason="OOMKilled",
    )
    done = run(
        await_ready,
        a_ready_wait(),
        activities={"get_observation": [PULL, seen(nodes=(NODE,), pods=(crashing,))]},
    )
    assert done.outcome.status is Status.FAILED
    assert done.steps("note cell/westeurope/pods")[-1].startswith(
        "note cell/westeurope/pods Failed"
    )
    assert done.seconds < 30


def test_at_its_deadline_it_gives_up_and_names_what_the_rest_waits_for():
    done = run(
        await_ready, a_ready_wait(deadline_minutes=2), activities={"get_observation": NOTHING}
    )
    assert done.outcome.failure
    assert "node" in done.outcome.failure.message.lower()
    assert 120 <= done.seconds <= 125, "the last look falls on the deadline"


def test_readiness_at_the_deadline_is_readiness():
    answers = [*[After(30, BOOT)] * 2, After(70, READY)]
    done = run(
        await_ready, a_ready_wait(deadline_minutes=2), activities={"get_observation": answers}
    )
    assert done.outcome.is_success
    assert done.seconds > 120


def test_a_look_that_could_not_be_taken_is_taken_again():
    unreachable = failed("ApiServerUnreachable", retryable=True)
    broken = [ConnectionError("reset")] * 4
    done = run(
        await_ready,
        a_ready_wait(),
        activities={"get_observation": [unreachable, *broken, READY]},
    )
    assert done.outcome.is_success
    assert done.steps("call", "timer") == [LOOK, "timer 5 s", *[LOOK] * 4, "timer 5 s", LOOK]


def test_a_cluster_that_cannot_be_looked_at_until_the_deadline_is_the_failure():
    unreachable = failed("ApiServerUnreachable", retryable=True)
    done = run(
        await_ready, a_ready_wait(deadline_minutes=1), activities={"get_observation": unreachable}
    )
    assert done.outcome == unreachable
    assert done.steps("note") == ["note cell/westeurope/pods Failed (ApiServerUnreachable)"]
    assert 60 <= done.seconds <= 66


def test_a_cancellation_ends_the_wait_at_once():
    done = run(await_ready, a_ready_wait(), activities={"get_observation": BOOT}, cancel_after=8.5)
    assert done.steps("call", "timer", "cancel") == [
        *[LOOK, "timer 5 s"],
        *[LOOK, "timer 5 s", "cancel timer"],
    ]
    assert (done.outcome, done.seconds) == (CANCELED, 8.5)


def test_a_new_run_begins_before_the_history_grows_long():
    answers = [*[PULL] * 3 * READS_PER_RUN, READY]
    done = run(await_ready, a_ready_wait(), activities={"get_observation": answers})
    assert done.steps("call", "continue").index("continue as new") == READS_PER_RUN
    assert done.steps("timer")[-1] == "timer 15 s", "the pace is that of the whole wait"
    assert done.outcome.is_success


def test_a_cancellation_in_the_last_pause_of_a_run_is_not_lost():
    answers = [After(0, PULL)] * READS_PER_RUN
    whole = run(await_ready, a_ready_wait(), activities={"get_observation": [*answers, READY]})
    pauses = [float(line.split()[1]) for line in whole.steps("timer")]
    done = run(
        await_ready,
        a_ready_wait(),
        activities={"get_observation": answers},
        cancel_after=sum(pauses[: READS_PER_RUN - 1]) + 1,
    )
    assert done.outcome == CANCELED
    assert done.steps("continue") == []


def test_a_cause_that_may_pass_shows_on_the_running_step_until_it_has_passed():
    stuck = PodObservation(
        name="llm-0", phase="Pending", ready=False, reason="ErrImagePull", message="no such host"
    )
    answers = [PULL, seen(nodes=(NODE,), pods=(stuck,), external_ip="20.61.0.2"), PULL, READY]
    done = run(await_ready, a_ready_wait(), activities={"get_observation": answers})
    assert done.outcome.is_success
    assert done.steps("note cell/westeurope/pods") == [
        "note cell/westeurope/pods Running (0 of 1 pods are ready (ContainerCreating).)",
        "note cell/westeurope/pods Running (0 of 1 pods are ready. ImagePullFailed: Pod llm-0 "
        "cannot pull its image: no such host)",
        "note cell/westeurope/pods Running (0 of 1 pods are ready (ContainerCreating).)",
        "note cell/westeurope/pods Succeeded (1 of 1 pods are ready.)",
    ]


SECOND = {**a_ready_wait(deadline_minutes=2), "attempt": 2, "hasAlternative": True}


def test_a_second_attempt_reports_steps_of_its_own():
    done = run(await_ready, SECOND, activities={"get_observation": READY})
    assert [line.split()[1] for line in done.steps("note")] == [
        f"cell/westeurope/attempt-2/{step}" for step in ("nodes", "externalIp", "pods")
    ]
    unreachable = failed("ApiServerUnreachable", retryable=True)
    never = run(await_ready, SECOND, activities={"get_observation": unreachable})
    assert never.steps("note") == [
        "note cell/westeurope/attempt-2/pods Failed (ApiServerUnreachable)"
    ]


def test_a_refused_scale_up_ends_the_wait_for_which_there_is_an_alternative():
    backoff = AutoscalerBackoff(
        node_group="aks-gpu-1-vmss", code="cloudProviderError", message='Code="AllocationFailed"'
    )
    wait = {**a_ready_wait(), "hasAlternative": True}
    done = run(await_ready, wait, activities={"get_observation": seen(backoff=backoff)})
    assert done.outcome.failure
    assert done.outcome.failure.reason == "AllocationFailed"
    assert 120 <= done.seconds < 140
    shown = done.input_of("record_step cell/westeurope/nodes")
    assert (shown["status"], shown["failure"]["reason"]) == ("Running", "AllocationFailed")


def test_a_cell_that_becomes_ready_again_has_steps_of_its_own():
    again = {**a_ready_wait(), "again": "traffic"}
    done = run(await_ready, again, activities={"get_observation": READY})
    assert done.outcome.is_success
    steps = {line.split()[1] for line in done.steps("note")}
    assert steps
    assert all(each.startswith("cell/westeurope/traffic/") for each in steps)
    assert "cell/westeurope/traffic/pods" in steps
