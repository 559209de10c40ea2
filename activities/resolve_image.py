"""Looks up in their registry what nodes are to pull: the digest that a tag leads to, and for whom,
and the weights.
"""

from typing import Any

from clients.answers import NoAnswer
from clients.factory import ClientFactory
from domain.durable.inputs import ImageInput
from domain.images.answers import RegistryAnswer, not_verified, read_image, read_weights
from domain.outcomes import Outcome
from domain.spec.image_reference import ImageReference, parse_image


async def resolve_image(value: dict[str, Any], clients: ClientFactory) -> Outcome:
    asked = ImageInput.from_wire(value)
    outcome = Outcome.succeeded()
    if asked.weights is not None:
        weights = parse_image(asked.weights)
        answer = await _ask(weights, clients)
        outcome = answer if isinstance(answer, Outcome) else read_weights(weights, answer)
    if asked.image is None or not outcome.is_success:
        return outcome.model_copy(update={"result": {}})
    image = parse_image(asked.image)
    answer = await _ask(image, clients)
    found = answer if isinstance(answer, Outcome) else read_image(image, answer)
    return found.warning_of((*(outcome.warnings or ()), *(found.warnings or ())))


async def _ask(image: ImageReference, clients: ClientFactory) -> RegistryAnswer | Outcome:
    """A registry that does not answer the app may answer the nodes, which are elsewhere."""
    try:
        return await clients.registries.get_manifest(image)
    except NoAnswer as error:
        return not_verified(image, f"the registry does not answer the app ({error})")
