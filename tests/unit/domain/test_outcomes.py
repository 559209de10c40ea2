from domain.outcomes import OperationWarning, Outcome, Status

WARNING = OperationWarning(code="W", message="Late.", target="event")


def test_an_outcome_names_its_resource_and_its_warnings_beside_its_result():
    outcome = Outcome.succeeded(fqdn="x").about("/cluster").warning_of((WARNING,))
    assert outcome == Outcome(
        status=Status.SUCCEEDED,
        result={"fqdn": "x"},
        resource_id="/cluster",
        warnings=(WARNING,),
    )
    assert outcome.warning_of(()).warnings is None
