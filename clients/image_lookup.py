"""Looks up in its registry what nodes are to pull."""

from typing import TYPE_CHECKING

from clients.answers import NoAnswer
from domain.images.answers import Pulled, not_verified, read_image, read_weights
from domain.outcomes import Outcome
from domain.spec.image_reference import parse_image

if TYPE_CHECKING:
    from clients.registries import RegistriesClient


async def look_up_image(registries: "RegistriesClient", reference: str, pulled: Pulled) -> Outcome:
    """A registry that does not answer the app may answer the nodes, which are elsewhere."""
    image = parse_image(reference)
    try:
        answer = await registries.get_manifest(image)
    except NoAnswer as error:
        return not_verified(image, f"the registry does not answer the app ({error})")
    return read_weights(image, answer) if pulled is Pulled.WEIGHTS else read_image(image, answer)
