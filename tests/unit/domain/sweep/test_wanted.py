"""What the sweep wants of Azure is read from the record."""

from datetime import datetime

import pytest

from domain.environment.health import Health, HealthStatus
from domain.environment.operation import OperationKind
from domain.environment.record import EnvironmentRecord
from domain.spec.model import OriginAccess
from domain.sweep.wanted import read_wanted
from tests.support.specs import NOON, a_record, minutes
from tests.unit.domain.environment.test_record import (
    a_deleted_record,
    a_ready_record,
    a_sleeping_record,
    begun,
)

END = NOON + minutes(10)


@pytest.mark.parametrize(
    ("make_record", "settled_at"),
    [
        pytest.param(a_ready_record, END, id="ready"),
        pytest.param(a_sleeping_record, END, id="asleep"),
        pytest.param(a_record, None, id="being built"),
        pytest.param(
            lambda: begun(a_ready_record(), OperationKind.UPDATE, 2), None, id="being updated"
        ),
        pytest.param(a_deleted_record, None, id="deleted"),
    ],
)
def test_it_rests_from_the_end_of_its_operation_on(make_record, settled_at: datetime | None):
    assert read_wanted(make_record()).settled_at == settled_at


def of(record: EnvironmentRecord, endpoint: str | None) -> str:
    return read_wanted(record.model_copy(update={"endpoint": endpoint})).host_name


def test_the_host_of_its_endpoint_is_asked():
    record = a_ready_record()
    assert of(record, "https://gp-fraud-llm.z01.azurefd.net") == "gp-fraud-llm.z01.azurefd.net"
    assert of(record, None) == ""


def test_the_health_on_record_is_what_a_look_is_compared_with():
    health = Health(status=HealthStatus.DEGRADED, since=NOON)
    record = a_ready_record().model_copy(update={"health": health})
    assert read_wanted(record).health == health


@pytest.mark.parametrize(("origin", "is_private"), [("public", False), ("privateLink", True)])
def test_whether_origins_are_private_is_of_the_specification(origin: str, is_private: bool):
    record = a_ready_record()
    edge = record.spec.edge.model_copy(update={"origin": OriginAccess(origin)})
    spec = record.spec.model_copy(update={"edge": edge})
    wanted = read_wanted(record.model_copy(update={"spec": spec}))
    assert wanted.has_private_origins is is_private
