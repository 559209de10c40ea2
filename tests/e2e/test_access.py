"""The app as it stands in Azure, behind built-in authentication."""

import base64
import json
from pathlib import Path

from tests.support.documented_api import DocumentedApi
from tests.support.forked import forked_stack
from tests.support.specs import spec_body

CALLER = "8f0d4c1e-1a4b-4c57-9f3a-2d1c0b9a8e77"


def principal(role: str) -> dict[str, str]:
    claims = {"auth_typ": "aad", "claims": [{"typ": "roles", "val": role}]}
    return {"X-MS-CLIENT-PRINCIPAL": base64.b64encode(json.dumps(claims).encode()).decode()}


def test_only_who_has_the_role_may_do_what_it_stands_for(tmp_path: Path):
    with (
        forked_stack(tmp_path / "stack", settings={"REQUIRE_APP_ROLES": "true"}) as stack,
        DocumentedApi(stack.app_url) as api,
    ):
        reader, writer = principal("Environments.Read"), principal("Environments.Write")
        assert api.get("/healthz").status_code == 200
        assert api.get("/environments").status_code == 403
        assert api.get("/environments", headers=reader).status_code == 200
        refused = api.post("/environments", headers=reader, json=spec_body())
        assert refused.json()["error"]["code"] == refused.headers["x-ms-error-code"]
        assert refused.status_code == 403
        assert api.post("/environments", headers=writer, json={}).status_code == 400

        signed_in = {**writer, "X-MS-CLIENT-PRINCIPAL-ID": CALLER}
        accepted = api.post("/environments", headers=signed_in, json=spec_body())
        assert accepted.status_code == 202
        operation = api.get(accepted.headers["Operation-Location"], headers=reader).json()
        assert operation["requestedBy"] == CALLER

        audit = "/environments/fraud-llm/invocations"
        assert api.get(audit, headers=writer).status_code == 403
        read = api.get(audit, headers=principal("Audit.Read")).json()
        assert (read["value"], "mayLackSince" in read) == ([], True)
