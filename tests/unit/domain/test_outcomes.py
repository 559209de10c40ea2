from domain.outcomes import Handle, OperationWarning, Outcome, Status

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


def test_a_handle_without_its_operation_names_the_resource_alone():
    handle = Handle(
        kind="endpoint",
        resource_id="/endpoint",
        operation_url="https://management.azure.com/operations/1",
        deleting=True,
        result={"hostName": "x.azurefd.net"},
    )
    assert handle.without_operation() == Handle(
        kind="endpoint", resource_id="/endpoint", deleting=True
    )


def test_what_a_resource_itself_shows_is_marked_as_such():
    shown = Outcome.succeeded()
    assert (shown.at_resource, shown.seen_at_resource().at_resource) == (None, True)
