import json

import pytest

from domain.requests.app_roles import AppRole, has_app_role
from domain.spec.access import DEFAULT_APP_ROLE
from tests.architecture.source import REPOSITORY


@pytest.mark.parametrize(
    ("roles", "needed", "allowed"),
    [
        ([], AppRole.READ, False),
        (["Reader"], AppRole.READ, False),
        (["Environments.Read"], AppRole.READ, True),
        (["Environments.Read"], AppRole.WRITE, False),
        (["Environments.Write"], AppRole.READ, True),
        (["Other", "Environments.Write"], AppRole.WRITE, True),
        (["Environments.Read", "Environments.Write"], AppRole.READ_AUDIT, False),
        (["Audit.Read"], AppRole.READ_AUDIT, True),
        (["Audit.Read"], AppRole.READ, False),
        (["Environments.Approve"], AppRole.READ, True),
        (["Environments.Approve"], AppRole.WRITE, False),
        (["Environments.Write"], AppRole.APPROVE, False),
        (["Environments.Admin"], AppRole.READ, True),
        (["Environments.Admin"], AppRole.WRITE, True),
        (["Environments.Admin"], AppRole.APPROVE, True),
        (["Environments.Admin"], AppRole.READ_AUDIT, False),
        (["Environments.Write", "Environments.Approve"], AppRole.ADMIN, False),
    ],
)
def test_a_role_allows_what_it_says(roles: list[str], needed: AppRole, allowed: bool):
    assert has_app_role(roles, needed) is allowed


def test_entra_id_is_told_of_the_roles_that_the_api_asks_for():
    declared = json.loads((REPOSITORY / "infra/app_roles.json").read_text())
    assert [role["value"] for role in declared] == [*AppRole, DEFAULT_APP_ROLE]
