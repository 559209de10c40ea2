"""The record of every invocation: one line of JSON on the gateway's standard output."""

import re
from importlib.resources import files

from domain.serving.gateway.access_rules import CLAIMS, TOKEN_FILTER
from domain.serving.gateway.envoy_json import EnvoyJson, extension, literal
from domain.serving.gateway.settings import GatewaySettings
from domain.spec.access import AuditContent

AUDIT_FILTER = "envoy.filters.http.lua"
AUDIT_SCRIPT = files(__package__ or "").joinpath("audit.lua").read_text()

AUDIT_KIND = "modelInvocation"

VERSION_METADATA = "gridplane.version"
"""Of a route: the version that it leads to, under the keys of the line."""

MODEL_KEY, MODEL_VERSION_KEY = "model", "modelVersion"

OUTPUT_BYTES = 8 * 1024
"""Of a recorded response. Container runtimes split lines at 16 KiB: nothing that a caller chooses
may be longer, or its line would be no JSON any more."""

PATH_BYTES = 1024
REFERENCE_BYTES = 128


def build_audit_filter(content: AuditContent) -> EnvoyJson:
    """Looks at bodies chunk by chunk as they pass. If it fails, the request passes all the same,
    and its line has no hash."""
    constants = f'local CONTENT, OUTPUT_BYTES = "{content}", {OUTPUT_BYTES}\n'
    return extension(
        AUDIT_FILTER,
        "extensions.filters.http.lua.v3.Lua",
        default_source_code={"inline_string": constants + AUDIT_SCRIPT},
    )


def build_access_log(settings: GatewaySettings) -> EnvoyJson:
    return {
        **extension(
            "envoy.access_loggers.stdout",
            "extensions.access_loggers.stream.v3.StdoutAccessLog",
            log_format={"json_format": _line(settings)},
        ),
        "filter": _is_invocation(settings.model.health_path),
    }


def _line(settings: GatewaySettings) -> EnvoyJson:
    return {
        "kind": AUDIT_KIND,
        "time": "%START_TIME(%Y-%m-%dT%H:%M:%S.%3fZ)%",
        "environment": settings.environment,
        **_model(settings),
        "oid": _claim("oid"),
        "azp": _claim("azp"),
        "status": "%RESPONSE_CODE%",
        "why": "%RESPONSE_CODE_DETAILS%",
        "method": "%REQ(:METHOD)%",
        # Without the query, which may hold content.
        "path": f"%PATH(NQ):{PATH_BYTES}%",
        "requestId": "%REQ(X-REQUEST-ID)%",
        "azureRef": f"%REQ(X-AZURE-REF):{REFERENCE_BYTES}%",
        "bytesIn": "%BYTES_RECEIVED%",
        "bytesOut": "%BYTES_SENT%",
        "durationMs": "%DURATION%",
        "firstByteMs": "%RESPONSE_DURATION%",
        "content": settings.audit.content.value,
        "requestSha256": _audited("request_sha256"),
        "responseSha256": _audited("response_sha256"),
        "requestComplete": _audited("request_complete"),
        "complete": _audited("response_complete"),
        "output": _audited("response_output"),
    }


def _model(settings: GatewaySettings) -> EnvoyJson:
    """Of two versions side by side, the one to which the request was sent."""
    if settings.next_host:
        of_route = f"%METADATA(ROUTE:{VERSION_METADATA}:{{}})%"
        return {name: of_route.format(name) for name in (MODEL_KEY, MODEL_VERSION_KEY)}
    return {
        MODEL_KEY: literal(settings.model_name or "") or None,
        MODEL_VERSION_KEY: literal(settings.model_version or "") or None,
    }


def _claim(name: str) -> str:
    return f"%DYNAMIC_METADATA({TOKEN_FILTER}:{CLAIMS}:{name})%"


def _audited(key: str) -> str:
    return f"%DYNAMIC_METADATA(audit:{key})%"


def _is_invocation(health_path: str) -> EnvoyJson:
    """Everything but probes: Front Door sends hundreds of them a minute."""
    path = re.escape(health_path.partition("?")[0])
    is_other = [
        _header(":path", rf"{path}(\?.*)?"),
        _header(":method", "GET|HEAD"),
    ]
    return {"or_filter": {"filters": is_other}}


def _header(name: str, regex: str) -> EnvoyJson:
    match = {"safe_regex": {"regex": regex}}
    return {
        "header_filter": {"header": {"name": name, "string_match": match, "invert_match": True}}
    }
