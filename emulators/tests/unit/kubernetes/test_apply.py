"""Server-side apply as a pure function: merging, pruning and ownership."""

from typing import Any

import pytest

from emulators.azure.kubernetes.apply import Manager, apply, owners_of, record_update
from emulators.azure.kubernetes.errors import ApiError
from emulators.azure.kubernetes.kinds import DEPLOYMENT, NODE, POD, Kind, Object

NOW = "2026-11-22T00:00:00Z"
A, B = Manager("a", "Apply"), Manager("b", "Apply")


def manifest(kind: Kind = DEPLOYMENT, labels: Any = None, **spec: Any) -> Object:
    metadata = {"name": "x"} | ({"labels": labels} if labels is not None else {})
    return {
        "apiVersion": kind.api_version,
        "kind": kind.kind,
        "metadata": metadata,
        "spec": spec,
    }


def applied(
    live: Object | None,
    body: Object,
    manager: Manager,
    force: bool = False,
    kind: Kind = DEPLOYMENT,
) -> Object:
    return apply(kind, live, body, manager, force, NOW)


def fields(subject: Object, manager: Manager) -> set[str]:
    owned = owners_of(subject)[manager].fields if manager in owners_of(subject) else ()
    return {"/".join(path) for path in owned}


def test_a_manager_owns_exactly_what_it_applied():
    subject = applied(None, manifest(labels={"app": "x"}, replicas=2), A)

    assert fields(subject, A) == {"f:metadata/f:labels/f:app", "f:spec/f:replicas"}


def test_what_is_no_longer_applied_goes_unless_another_owns_it():
    first = applied(None, manifest(labels={"mine": "1", "ours": "1"}), A)
    second = applied(first, manifest(labels={"ours": "1"}), B)

    third = applied(second, manifest(labels={}), A)

    assert third["metadata"]["labels"] == {"ours": "1"}


def test_the_same_value_can_have_two_owners_without_conflict():
    first = applied(None, manifest(replicas=2), A)

    second = applied(first, manifest(replicas=2), B)

    assert fields(second, A) == fields(second, B) == {"f:spec/f:replicas"}


@pytest.mark.parametrize("force", [False, True])
def test_another_value_is_a_conflict_until_it_is_forced(force: bool):
    first = applied(None, manifest(replicas=2), A)

    if force:
        forced = applied(first, manifest(replicas=3), B, force=True)
        assert forced["spec"]["replicas"] == 3
        assert fields(forced, A) == set()
        return
    with pytest.raises(ApiError) as conflict:
        applied(first, manifest(replicas=3), B)
    assert conflict.value.message == (
        'Apply failed with 1 conflict: conflict with "a": .spec.replicas'
    )


def containers(*images: tuple[str, str]) -> Object:
    listed = [{"name": name, "image": image} for name, image in images]
    return manifest(template={"spec": {"containers": listed}})


def test_items_of_a_keyed_list_are_merged_by_name():
    first = applied(None, containers(("a", "1")), A)

    second = applied(first, containers(("b", "1")), B)

    names = [each["name"] for each in second["spec"]["template"]["spec"]["containers"]]
    assert names == ["a", "b"]
    without = applied(second, manifest(), B)
    assert [c["name"] for c in without["spec"]["template"]["spec"]["containers"]] == ["a"]


def test_an_atomic_list_is_replaced_and_has_one_owner():
    def tolerating(key: str) -> Object:
        return manifest(template={"spec": {"tolerations": [{"key": key}]}})

    first = applied(None, tolerating("a"), A)

    with pytest.raises(ApiError) as conflict:
        applied(first, tolerating("b"), B)
    assert conflict.value.message.endswith(".spec.template.spec.tolerations")
    forced = applied(first, tolerating("b"), B, force=True)
    assert forced["spec"]["template"]["spec"]["tolerations"] == [{"key": "b"}]


def test_ports_are_told_apart_by_number_and_protocol():
    def with_ports(*ports: Object) -> Object:
        container = {"name": "c", "ports": list(ports)}
        return manifest(POD, containers=[container])

    first = applied(None, with_ports({"containerPort": 80}), A, kind=POD)
    second = applied(
        first,
        with_ports(
            {"containerPort": 80, "name": "http"}, {"containerPort": 80, "protocol": "UDP"}
        ),
        B,
        kind=POD,
    )

    assert second["spec"]["containers"][0]["ports"] == [
        {"containerPort": 80, "name": "http"},
        {"containerPort": 80, "protocol": "UDP"},
    ]


def test_finalizers_are_a_set():
    def finalized(*names: str) -> Object:
        body = manifest(NODE)
        body["metadata"]["finalizers"] = list(names)
        return body

    first = applied(None, finalized("a/x"), A, kind=NODE)
    second = applied(first, finalized("b/y"), B, kind=NODE)
    third = applied(second, finalized(), A, kind=NODE)

    assert second["metadata"]["finalizers"] == ["a/x", "b/y"]
    assert third["metadata"]["finalizers"] == ["b/y"]


def test_an_update_takes_fields_from_those_who_applied_them():
    live = applied(None, manifest(labels={"app": "x"}, replicas=2), A)
    changed = {**live, "spec": {"replicas": 5}}
    updater = Manager("kubectl", "Update")

    record_update(DEPLOYMENT, live, changed, updater, NOW)

    assert fields(changed, A) == {"f:metadata/f:labels/f:app"}
    assert fields(changed, updater) == {"f:spec/f:replicas"}


def test_all_conflicts_are_listed_by_manager():
    live = applied(None, manifest(labels={"app": "x"}), A)
    live = applied(live, manifest(replicas=2), B)

    with pytest.raises(ApiError) as conflict:
        applied(live, manifest(labels={"app": "y"}, replicas=3), Manager("c", "Apply"))

    assert conflict.value.message == (
        'Apply failed with 2 conflicts: conflicts with "a":\n- .metadata.labels.app\n'
        'conflicts with "b":\n- .spec.replicas'
    )
