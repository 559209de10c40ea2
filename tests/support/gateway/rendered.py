"""The files of a gateway as they are rendered for one environment, kept to see what changes them.

`python -m tests.support.gateway.rendered` writes them anew.
"""

import json
from pathlib import Path

from domain.serving.gateway.audit import AUDIT_SCRIPT
from domain.serving.gateway.bootstrap import render_files
from domain.serving.gateway.settings import (
    GatewaySettings,
    GatewayState,
    ModelAddress,
    TokenIssuer,
)
from domain.spec.access import Access, Audit

FOLDER = Path(__file__).parents[2] / "unit" / "domain" / "serving" / "rendered"

ACCESS = {
    "invokers": {
        "groups": ["44444444-4444-4444-4444-444444444444"],
        "objectIds": ["55555555-5555-5555-5555-555555555555"],
    },
    "rateLimit": {"requestsPerMinute": 60, "burst": 10},
}


def example_settings() -> GatewaySettings:
    return GatewaySettings(
        environment="fraud-llm",
        model_name="fraud-llm",
        model_version="7",
        front_door_id="0a1b2c3d-4e5f-6789-abcd-ef0123456789",
        access=Access.from_wire(ACCESS),
        audit=Audit.from_wire({"content": "full"}),
        issuer=TokenIssuer.of_tenant(
            "11111111-1111-1111-1111-111111111111", "22222222-2222-2222-2222-222222222222"
        ),
        model=ModelAddress("fraud-llm-model.inference.svc.cluster.local", 80, "/health"),
        status_url="https://gridplane.example.com/environments/fraud-llm",
    )


def render_example() -> dict[str, str]:
    """Indented, with the name of the script in its place."""
    files = render_files(example_settings(), GatewayState.ASLEEP)
    script = json.dumps(AUDIT_SCRIPT)[1:-1]
    return {
        name: json.dumps(json.loads(text.replace(script, "<audit.lua>")), indent=1) + "\n"
        for name, text in files.items()
    }


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in render_example().items():
        (FOLDER / name).write_text(text)


if __name__ == "__main__":
    main()
