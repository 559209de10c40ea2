"""The routes of presets and sizes: parameters, responses and handlers."""

from typing import Any

from domain.requests.app_roles import AppRole
from domain.serving.presets import PresetList, Sizing, SizingRequest
from triggers.declarations import DeclaredAnswer, DeclaredBody, Route
from triggers.declared_answers import (
    BODY_CODES,
    BODY_TOO_LARGE,
    FORBIDDEN,
    NOT_JSON,
    QUERY_CODES,
    invalid,
)
from triggers.http_presets import get_presets, post_sizing
from triggers.parameters import HeaderParameters, QueryParameters

PRESET_ROUTES: tuple[Route[Any, Any], ...] = (
    Route(
        method="GET",
        path="presets",
        operation_id="listPresets",
        summary="List the open models that are ready to be served, and the sizes they fit on",
        description="`workload.preset` serves one of them with vLLM: nothing else of the workload "
        "has to be written. [All presets and sizes](presets.md).",
        handler=get_presets,
        role=AppRole.READ,
        query=QueryParameters,
        headers=HeaderParameters,
        answers=(
            DeclaredAnswer(200, "The presets.", (PresetList,)),
            invalid(*QUERY_CODES),
            FORBIDDEN,
        ),
    ),
    Route(
        method="POST",
        path="sizing",
        operation_id="sizeModel",
        summary="Find the GPU sizes that a model fits on",
        description="Of a preset, or of any model by its figures. The estimate leaves room: 84 % "
        "of the memory of a GPU is planned with, without 2.3 GiB and 7.1 % of the weights.",
        handler=post_sizing,
        role=AppRole.READ,
        query=QueryParameters,
        headers=HeaderParameters,
        body=DeclaredBody(SizingRequest, {"preset": "phi-4"}),
        answers=(
            DeclaredAnswer(200, "The sizes, also if it does not fit.", (Sizing,)),
            invalid(
                *QUERY_CODES,
                *BODY_CODES,
                "UnknownField",
                "InvalidValue",
                "UnknownPreset",
                "NotAGpuVmSize",
                "RetiredVmSize",
                "UnsupportedVmSize",
            ),
            FORBIDDEN,
            BODY_TOO_LARGE,
            NOT_JSON,
        ),
    ),
)
