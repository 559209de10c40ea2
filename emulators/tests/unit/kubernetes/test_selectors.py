"""Label queries and field selectors."""

import pytest

from emulators.azure.kubernetes import label_queries, selectors
from emulators.azure.kubernetes.errors import ApiError
from emulators.azure.kubernetes.kinds import DEPLOYMENT, EVENT, POD

LABELS = {"app": "fraud", "tier": "gpu", "size": "4"}


@pytest.mark.parametrize(
    ("query", "matches"),
    [
        ("", True),
        ("app=fraud", True),
        ("app==fraud", True),
        ("app = fraud , tier = gpu", True),
        ("app=fraud,tier=cpu", False),
        ("app!=fraud", False),
        ("missing!=x", True),
        ("app in (fraud, other)", True),
        ("app notin (fraud)", False),
        ("missing notin (x)", True),
        ("app", True),
        ("!app", False),
        ("!missing", True),
        ("size>3", True),
        ("size<4", False),
        ("app=", False),
        ("kubernetes.azure.com/mode", False),
    ],
)
def test_label_queries_match_as_in_kubernetes(query: str, matches: bool):
    assert label_queries.parse(query).matches(LABELS) is matches


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("a b", "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"),
        ("a=b=c", "found '=', expected: ',' or 'end of string'"),
        ("a in b", "unable to parse requirement: found 'b' expected: '('"),
        ("a in (b", "unable to parse requirement: found '', expected: ',' or ')'"),
        ("=b", "found '=', expected: !, identifier, or 'end of string'"),
        ("a,", "found '', expected: identifier after ','"),
        (
            "a>x",
            "unable to parse requirement: values[0]: Invalid value: \"x\": for 'Gt', 'Lt'"
            " operators, the value must be an integer",
        ),
    ],
)
def test_a_broken_label_query_is_refused_in_the_servers_words(query: str, message: str):
    with pytest.raises(ApiError) as refused:
        label_queries.parse(query)

    assert (refused.value.code, refused.value.message) == (400, message)


EVENT_OBJECT = {
    "metadata": {"name": "e", "namespace": "n"},
    "involvedObject": {"kind": "Pod", "name": "p", "uid": "u"},
    "source": {"component": "kubelet"},
    "reason": "Failed",
}
RUNNING_POD = {
    "metadata": {"name": "p"},
    "spec": {"nodeName": "n"},
    "status": {"phase": "Running"},
}


@pytest.mark.parametrize(
    ("kind", "subject", "query", "matches"),
    [
        (POD, RUNNING_POD, "spec.nodeName=n", True),
        (POD, RUNNING_POD, "spec.nodeName!=n", False),
        (POD, RUNNING_POD, "status.phase!=Succeeded,status.phase!=Failed", True),
        (POD, RUNNING_POD, "metadata.name=p,spec.nodeName=x", False),
        (EVENT, EVENT_OBJECT, "involvedObject.uid=u,reason=Failed", True),
        (EVENT, EVENT_OBJECT, "source=kubelet", True),
        (POD, {"metadata": {"name": "p"}, "spec": {}}, "spec.nodeName=", True),
    ],
)
def test_field_selectors_compare_single_fields(kind, subject, query: str, matches: bool):
    assert selectors.parse_field_selector(query, kind).matches(subject) is matches


@pytest.mark.parametrize(
    ("kind", "query", "message"),
    [
        (POD, "spec.foo=x", "field label not supported: spec.foo"),
        (POD, "bad", "invalid selector: 'bad'; can't understand 'bad'"),
        (
            DEPLOYMENT,
            "spec.replicas=1",
            '"spec.replicas" is not a known field selector: only "metadata.name",'
            ' "metadata.namespace"',
        ),
    ],
)
def test_only_some_fields_can_be_asked_for(kind, query: str, message: str):
    with pytest.raises(ApiError) as refused:
        selectors.parse_field_selector(query, kind)

    assert refused.value.message == message
