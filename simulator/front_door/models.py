"""Front Door's state, as far as the data plane reads it."""

from simulator.front_door.edge_view import EdgeEndpoint


class FrontDoor:
    """All Front Door profiles of the subscription."""

    def endpoint(self, host_name: str) -> EdgeEndpoint | None:
        """What the edge serves now under `host_name`, or None when no endpoint has that name.

        The view holds only what has propagated by now: a route appears in it some minutes after
        its operation ended, and a change replaces the older configuration as late.
        """
        del host_name
        return None
