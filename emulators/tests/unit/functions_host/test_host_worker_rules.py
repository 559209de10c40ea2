"""An app that would not load in Azure is not loaded here, either."""

import typing
from collections.abc import Callable
from typing import Any

import azure.durable_functions as df
import azure.functions as func
import azurefunctions.extensions.bindings.servicebus as servicebus
import pytest

from emulators.functions_host.app_loader import AppLoadError, index_function
from emulators.functions_host.functions import IndexedFunction

type Declare = Callable[[df.DFApp, Callable[..., Any]], Any]


def http(app: df.DFApp, given: Callable[..., Any]) -> Any:
    return app.route(route="a")(given)


def activity(app: df.DFApp, given: Callable[..., Any]) -> Any:
    return app.activity_trigger(input_name="value")(given)


def timer(app: df.DFApp, given: Callable[..., Any]) -> Any:
    return app.timer_trigger(arg_name="timer", schedule="0 0 * * * *")(given)


def client(app: df.DFApp, given: Callable[..., Any]) -> Any:
    return app.route(route="a")(app.durable_client_input(client_name="client")(given))


def queue_output(app: df.DFApp, given: Callable[..., Any]) -> Any:
    return app.queue_output(arg_name="out", queue_name="q", connection="c")(http(app, given))


def queue(app: df.DFApp, given: Callable[..., Any]) -> Any:
    return app.service_bus_queue_trigger(arg_name="message", queue_name="q", connection="c")(given)


def queue_and_client(app: df.DFApp, given: Callable[..., Any]) -> Any:
    return queue(app, app.durable_client_input(client_name="client")(given))


def indexed(declare: Declare, source: str) -> IndexedFunction:
    names: dict[str, Any] = {"func": func, "df": df, "Any": Any, "typing": typing}
    names["sb"] = servicebus
    exec(f"def given{source}: ...", names)
    app = df.DFApp()
    declare(app, names["given"])
    functions = app.get_functions()
    return index_function(next(f for f in functions if f.get_function_name() == "given"))


@pytest.mark.parametrize(
    ("declare", "source"),
    [
        pytest.param(http, "(req)", id="no annotations"),
        pytest.param(http, "(req: func.HttpRequest) -> func.HttpResponse", id="response"),
        pytest.param(http, "(req: func.HttpRequest) -> str", id="text"),
        pytest.param(http, "(req: func.HttpRequest, context: func.Context)", id="context"),
        pytest.param(activity, "(value)", id="activity"),
        pytest.param(activity, "(value: Any) -> dict[str, Any]", id="Any is a class"),
        pytest.param(activity, "(value: dict) -> int | None", id="an activity's return is free"),
        pytest.param(activity, "(value: typing.Dict[str, int])", id="generic of typing"),
        pytest.param(timer, "(timer: func.TimerRequest) -> None", id="timer"),
        pytest.param(
            client, "(req: func.HttpRequest, client: df.DurableFunctionsClient)", id="client"
        ),
        pytest.param(
            queue_output, "(req: func.HttpRequest, out: func.Out[str]) -> str", id="output"
        ),
        pytest.param(queue, "(message: func.ServiceBusMessage) -> None", id="message"),
        pytest.param(queue, "(message: str)", id="message as text"),
        pytest.param(queue, "(message: sb.ServiceBusReceivedMessage)", id="SDK type"),
        pytest.param(
            queue_and_client,
            "(message: sb.ServiceBusReceivedMessage, actions: sb.ServiceBusMessageActions, "
            "client: df.DurableFunctionsClient, context)",
            id="settlement client and durable client",
        ),
    ],
)
def test_what_azure_loads_is_loaded(declare: Declare, source: str) -> None:
    assert indexed(declare, source).name == "given"


@pytest.mark.parametrize(
    ("declare", "source", "complaint"),
    [
        pytest.param(
            http, "(req: func.HttpRequest) -> func.HttpResponse | str", "not a class", id="union"
        ),
        pytest.param(http, "(req: func.HttpRequest) -> None", "does not fit", id="None"),
        pytest.param(http, "(req: dict) -> str", "does not fit", id="no request"),
        pytest.param(http, "(req, other)", "without a binding: other", id="unbound"),
        pytest.param(http, "()", "without a parameter: req", id="trigger not taken"),
        pytest.param(http, "(req: 'Missing')", "cannot be resolved", id="unknown name"),
        pytest.param(
            http, "(req, context: str)", "context must be a func.Context", id="no context"
        ),
        pytest.param(activity, "(value: dict[str, int])", "not a class", id="generic"),
        pytest.param(activity, "(value: str | None)", "not a class", id="optional"),
        pytest.param(timer, "(timer: int)", "does not fit", id="no timer"),
        pytest.param(
            queue,
            "(message: sb.ServiceBusReceivedMessage, a: sb.ServiceBusMessageActions, b: int)",
            "without a binding: a, b",
            id="settlement client beside another unbound parameter",
        ),
        pytest.param(
            queue, "(message, actions)", "without a binding: actions", id="untyped actions"
        ),
        pytest.param(queue, "(message: sb.ServiceBusMessageActions)", "does not fit", id="misfit"),
        pytest.param(queue_output, "(req, out: str)", "out must be a func.Out", id="no output"),
    ],
)
def test_what_azure_refuses_is_refused_in_a_sentence(
    declare: Declare, source: str, complaint: str
) -> None:
    with pytest.raises(AppLoadError, match=r"^Function given") as refusal:
        indexed(declare, source)

    assert complaint in str(refusal.value)


def test_context_is_the_invocations_unless_it_is_the_triggers_name() -> None:
    def by_context(app: df.DFApp, given: Callable[..., Any]) -> Any:
        return app.activity_trigger(input_name="context")(given)

    assert indexed(activity, "(value, context)").wants_context
    assert not indexed(by_context, "(context)").wants_context


def test_the_settlement_client_is_known_by_its_type() -> None:
    function = indexed(
        queue, "(message: sb.ServiceBusReceivedMessage, actions: sb.ServiceBusMessageActions)"
    )

    assert function.settlement_parameter == "actions"
    assert function.takes_sdk_type
    assert not indexed(queue, "(message: func.ServiceBusMessage)").takes_sdk_type
