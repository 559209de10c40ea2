"""What an environment waits for at Azure and Kubernetes until it is Ready, in order of dependency.

These are the rules of the services, not the order in which Gridplane asks: delays that nothing
waits for, such as an autoscaler's scan or the way of a WAF policy to the edge, have no stage.
"""

from collections.abc import Mapping, Sequence

from emulators.stack.longest_chain import Stage


def list_stages(name: str, clusters: Mapping[str, str]) -> list[Stage]:
    """Of the environment `name`, whose origins are public; `clusters`: their names by region."""
    stages = _edge_stages(name, list(clusters))
    for cluster in clusters.values():
        stages += _cell_stages(name, cluster)
    return stages


def _edge_stages(name: str, regions: Sequence[str]) -> list[Stage]:
    """Front Door takes a route once its group has an origin, and serves it minutes later."""
    return [
        Stage("edge/resourceGroup", rf"ARM PUT resource group \S+-{name}-edge"),
        Stage("edge/profile", _front_door("profiles", r"\S+"), ("edge/resourceGroup",)),
        Stage("edge/endpoint", _front_door("afdendpoints", r"\S+"), ("edge/profile",)),
        Stage("edge/originGroup", _front_door("origingroups", r"\S+"), ("edge/profile",)),
        *(
            Stage(f"edge/origin/{each}", _front_door("origins", each), ("edge/originGroup",))
            for each in regions
        ),
        Stage(
            "edge/route",
            _front_door("routes", r"\S+"),
            ("edge/endpoint", *(f"edge/origin/{each}" for each in regions)),
        ),
        Stage("edge/propagation", r"Front Door propagate routes \S+", ("edge/route",)),
        Stage("edge/wafPolicy", r"ARM PUT WAF policy \S+", ("edge/resourceGroup",)),
        Stage(
            "edge/securityPolicy",
            _front_door("securitypolicies", r"\S+"),
            ("edge/endpoint", "edge/wafPolicy"),
        ),
    ]


def _cell_stages(name: str, cluster: str) -> list[Stage]:
    """A model's pod is scheduled once the device plugin has registered the node's GPUs."""
    group, created = f"{cluster}/resourceGroup", f"{cluster}/managedCluster"
    plugin, gpus = f"{cluster}/devicePlugin", f"{cluster}/gpus"
    inside = f"{cluster}: Kubernetes"
    return [
        Stage(group, f"ARM PUT resource group {cluster}"),
        Stage(
            created, f"ARM PUT managedClusters {cluster} accepted|AKS create {cluster}", (group,)
        ),
        Stage(plugin, _pod(inside, r"\S*device-plugin\S*"), (created,)),
        Stage(gpus, rf"{inside} device plugin registers on (?P<each>\S+)", (plugin,)),
        Stage(f"{cluster}/model", _pod(inside, rf"{name}-(?!gateway-)\S+"), (gpus,)),
        Stage(
            f"{cluster}/gateway",
            _pod(inside, rf"{name}-gateway-\S+"),
            (created, "edge/profile"),
        ),
        Stage(
            f"{cluster}/address",
            rf"{inside} load balancer address (?P<each>\S+)",
            (created,),
        ),
    ]


def _front_door(kind: str, name: str) -> str:
    return rf"ARM PUT {kind} {name} accepted|Front Door create {kind} {name}"


def _pod(inside: str, name: str) -> str:
    """From its start to its readiness."""
    what = r"(?:start pod|(?:pull image|start container|\w+ probe of) \S+ in)"
    return rf"{inside} {what} (?P<each>[^/ ]+/{name})(?: succeeds)?"
