"""The Front Door profile of an operation, on record for what is built beside it."""

from domain.wire import WireModel


class FoundProfile(WireModel):
    """What an operation's edge has found out of its profile: gateways need the id, and Azure
    grants 50 reads of profiles in 5 minutes to the whole subscription."""

    operation_id: str
    front_door_id: str
