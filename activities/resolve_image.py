"""Looks up in its registry what an image is: the digest that a tag leads to, and for whom."""

from typing import Any

from clients.answers import NoAnswer
from clients.factory import ClientFactory
from domain.durable.inputs import ImageInput
from domain.images.answers import not_verified, read_image
from domain.outcomes import Outcome
from domain.spec.image_reference import parse_image


async def resolve_image(value: dict[str, Any], clients: ClientFactory) -> Outcome:
    """A registry that does not answer the app may answer the nodes, which are elsewhere."""
    image = parse_image(ImageInput.from_wire(value).image)
    try:
        answer = await clients.registries.get_manifest(image)
    except NoAnswer as error:
        return not_verified(image, f"the registry does not answer the app ({error})")
    return read_image(image, answer)
