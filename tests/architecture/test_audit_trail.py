"""The audit on its way from a gateway to the API: all places name the same fields and types."""

import json
import logging
import re

import pytest
from pydantic.alias_generators import to_camel

from domain.arm.naming import INFERENCE_NAMESPACE
from domain.audit.record import AuditRecord
from domain.serving.gateway.audit import AUDIT_KIND, build_access_log
from domain.serving.gateway.process import CONTAINER_NAME
from domain.serving.invocations.model import Invocation
from domain.serving.invocations.query import (
    FUNCTION,
    InvocationQuery,
    Window,
    render_call,
)
from emulators.azure.log_analytics import invocations as simulated
from emulators.azure.log_analytics import workspace as simulated_workspace
from tests.architecture.source import REPOSITORY
from tests.support.gateway.environment import make_settings
from tests.support.specs import NOON, minutes
from triggers.logs import log_audit

MONITORING = REPOSITORY / "infra/modules/monitoring"
COLUMNS: dict[str, str] = json.loads((MONITORING / "audit/columns.json").read_text())
TRANSFORM = (MONITORING / "audit/transform.kql").read_text()
QUERY = (MONITORING / "audit/invocations.kql").read_text()
ALERT = (MONITORING / "queries/unproven_invocations.kql").read_text()
RESOURCES = (MONITORING / "audit.tf").read_text()
CONVERSIONS = {"tostring": "string", "tolong": "long", "tobool": "boolean"}

FIELDS = [field.alias or name for name, field in Invocation.model_fields.items()]


def column_of(field: str) -> str:
    return "TimeGenerated" if field == "time" else field[0].upper() + field[1:]


def test_the_api_returns_what_gateways_write(tmp_path):
    line = build_access_log(make_settings(tmp_path, 8000))["typed_config"]["log_format"]
    assert [name for name in line["json_format"] if name != "kind"] == FIELDS


def test_the_table_takes_every_field_of_a_line():
    taken = re.findall(r"(\w+) = (\w+)\(Line\.(\w+)\)", TRANSFORM)
    assert [(column, field) for column, _, field in taken] == [
        (column_of(field), field) for field in FIELDS
    ]
    types = {column: CONVERSIONS.get(conversion, "datetime") for column, conversion, _ in taken}
    assert types == COLUMNS


def test_only_lines_of_gateways_get_into_the_table():
    """A model that writes the same text is in the same namespace."""
    kept = f'PodNamespace == "{INFERENCE_NAMESPACE}" and ContainerName == "{CONTAINER_NAME}"'
    assert kept in TRANSFORM
    assert f'Line.kind) == "{AUDIT_KIND}"' in TRANSFORM
    assert f'namespaces             = ["{INFERENCE_NAMESPACE}"]' in RESOURCES


def test_the_function_has_the_parameters_with_which_the_app_calls_it():
    query = InvocationQuery("fraud-llm", Window(NOON, NOON + minutes(1)), 50)
    values = render_call(query).removeprefix(f"{FUNCTION}(").removesuffix(")").split(", ")
    block = RESOURCES.partition("function_parameters = [")[2].partition("]")[0]
    parameters = re.findall(r'"(\w+):(\w+)"', block)
    kinds = {'"': "string", "d": "datetime"}
    assert [kind for _, kind in parameters] == [kinds.get(each[0], "long") for each in values]
    assert all(re.search(rf"\b{name}\b", QUERY) for name, _ in parameters)
    assert f'function_alias             = "{FUNCTION}"' in RESOURCES
    assert f"{FUNCTION}({', '.join(':'.join(each) for each in parameters)})" == simulated.SIGNATURE


def test_the_function_returns_the_fields_of_an_invocation():
    returned = re.findall(r"^    (\w+) = (\w+)", QUERY.partition("| project")[2], re.MULTILINE)
    assert returned == [(field, column_of(field)) for field in FIELDS]


def test_simulated_azure_does_the_same():
    types = {
        name: "boolean" if kind == "bool" else kind for name, kind in simulated.COLUMNS.items()
    }
    assert types == {field: COLUMNS[column_of(field)] for field in FIELDS}
    kept = (
        simulated_workspace.NAMESPACE,
        simulated_workspace.CONTAINER,
        simulated_workspace.KIND,
    )
    assert kept == (INFERENCE_NAMESPACE, CONTAINER_NAME, AUDIT_KIND)


def test_the_alert_reads_columns_of_the_table():
    (table,) = re.findall(r'audit_table = "(\w+)"', RESOURCES)
    assert f"\n{table}\n" in ALERT
    assert f"\n{table}\n" in QUERY
    named = set(re.findall(r"\b(?:Content|Status|\w+Sha256|Why|Complete|Environment)\b", ALERT))
    assert len(named) == 7
    assert named <= set(COLUMNS)


def test_the_exported_audit_of_changes_has_the_fields_of_a_record(
    caplog: pytest.LogCaptureFixture,
):
    caplog.set_level(logging.INFO, "gridplane.audit")
    log_audit({"id": "1", "code": "NoQuota"})
    (message,) = [each.getMessage() for each in caplog.records]
    query = (MONITORING / "audit/changes.kql").read_text()
    (beginning,) = re.findall(r'startswith "([^"]*)"', query)
    assert message.startswith(beginning)
    assert f"substring(Message, {len(beginning)})" in query
    assert json.loads(message[len(beginning) :]) == {"id": "1", "code": "NoQuota"}
    taken = re.findall(r"(\w+) = to(?:string|datetime)\(Line\.(\w+)\)", query)
    fields = [to_camel(name) for name in AuditRecord.model_fields]
    assert sorted(taken) == sorted((field, field) for field in fields)
