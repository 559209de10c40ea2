"""Settings of a gateway on loopback."""

from pathlib import Path
from typing import Any

from domain.serving.gateway.settings import GatewaySettings, ModelAddress
from domain.spec.access import Access, Audit
from tests.support.gateway.envoy import on_loopback

FRONT_DOOR_ID = "0a1b2c3d-4e5f-6789-abcd-ef0123456789"
STATUS_URL = "https://gridplane.example.com/environments/fraud-llm"
OPEN = Access.from_wire({"mode": "none"})


def make_settings(
    folder: Path, model_port: int, access: Access = OPEN, **others: Any
) -> GatewaySettings:
    settings = {
        "environment": "fraud-llm",
        "model_name": "fraud-llm",
        "model_version": "7",
        "front_door_id": FRONT_DOOR_ID,
        "access": access,
        "audit": Audit(),
        "issuer": None,
        "model": ModelAddress("localhost", model_port, "/health"),
        "status_url": STATUS_URL,
        **others,
    }
    return on_loopback(GatewaySettings(**settings), folder)
