"""Looks up in their registry what nodes are to pull: the digest that a tag leads to, and for whom,
and the weights.
"""

from typing import Any

from clients.factory import ClientFactory
from clients.image_lookup import look_up_image
from domain.durable.inputs import ImageInput
from domain.images.answers import Pulled
from domain.outcomes import Outcome


async def resolve_image(value: dict[str, Any], clients: ClientFactory) -> Outcome:
    asked = ImageInput.from_wire(value)
    outcome = Outcome.succeeded()
    if asked.weights is not None:
        outcome = await look_up_image(clients.registries, asked.weights, Pulled.WEIGHTS)
    if asked.image is None or not outcome.is_success:
        return outcome.model_copy(update={"result": {}})
    found = await look_up_image(clients.registries, asked.image, Pulled.IMAGE)
    return found.warning_of((*(outcome.warnings or ()), *(found.warnings or ())))
