"""`/presets` and `/sizing`: open models that are ready to be served, and what they fit on."""

from typing import Any, cast

import azure.functions as func

from domain.catalog.gpu_skus import check_gpu_vm_size, find_gpu_sku
from domain.problem import Problem
from domain.serving.presets import SizingRequest, build_sizing, list_presets
from domain.spec.presets import unknown_preset
from domain.spec.validation import find_field_problems
from triggers.bodies import decode_json
from triggers.declarations import Call
from triggers.errors import json_response, problems_response
from triggers.parameters import HeaderParameters, QueryParameters


async def get_presets(call: Call[QueryParameters, HeaderParameters]) -> func.HttpResponse:
    return json_response(list_presets())


async def post_sizing(call: Call[QueryParameters, HeaderParameters]) -> func.HttpResponse:
    """200 also for what does not fit: that is what is asked."""
    body = decode_json(call.req.get_body())
    if isinstance(body, Problem):
        return problems_response([body])
    if not isinstance(body, dict):
        return problems_response([Problem("InvalidBody", "Send a JSON object.", "")])
    document = cast("dict[str, Any]", body)
    if problems := list(find_field_problems(SizingRequest, document)):
        return problems_response(problems)
    wanted = SizingRequest.from_wire(document)
    size = wanted.size
    if size is None:
        return problems_response([unknown_preset(wanted.preset or "", "preset")])
    if wanted.vm_size and (problem := check_gpu_vm_size(wanted.vm_size, "vmSize")):
        return problems_response([problem])
    sku = find_gpu_sku(wanted.vm_size) if wanted.vm_size else None
    return json_response(build_sizing(size, sku, wanted.gpus_per_replica))
