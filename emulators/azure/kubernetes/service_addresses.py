"""Cluster-internal addresses and node ports of Services."""

from emulators.azure.kubernetes import errors
from emulators.azure.kubernetes.kinds import SERVICE, Object
from emulators.azure.kubernetes.store import Store
from emulators.azure.kubernetes.validation import go_values

FIRST_NODE_PORT = 30000


class ServiceAddresses:
    """Gives every new Service a cluster IP, and node ports where its type asks for them."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def assign(self, service: Object) -> None:
        spec = service["spec"]
        if spec["type"] == "ExternalName" or spec.get("clusterIP") == "None":
            return
        asked = spec.get("clusterIP")
        problem = self._problem_of(asked) if asked else ""
        if problem:
            detail = f"failed to allocate IP {asked}: {problem}"
            wrong = errors.invalid("spec.clusterIPs", go_values.strings([asked]), detail)
            raise errors.invalid_object(SERVICE, service["metadata"]["name"], [wrong])
        spec["clusterIP"] = asked or self._free_ip()
        spec["clusterIPs"] = [spec["clusterIP"]]
        self._assign_node_ports(spec)

    def keep(self, live: Object, changed: Object) -> None:
        """Carry over what the server chose when a client leaves it out of an update."""
        before, after = live["spec"], changed["spec"]
        for field in ("clusterIP", "clusterIPs"):
            if field in before:
                after.setdefault(field, before[field])
        ports = {
            (each["port"], each["protocol"]): each.get("nodePort") for each in before["ports"]
        }
        for each in after.get("ports") or []:
            node_port = ports.get((each["port"], each["protocol"]))
            if node_port and "nodePort" not in each:
                each["nodePort"] = node_port
        self._assign_node_ports(after)

    def _assign_node_ports(self, spec: Object) -> None:
        if spec["type"] not in ("LoadBalancer", "NodePort"):
            return
        taken = self._node_ports()
        for port in spec.get("ports") or []:
            if "nodePort" not in port:
                port["nodePort"] = _first_free(taken)
                taken.add(port["nodePort"])

    def _problem_of(self, address: str) -> str:
        if not address.startswith("10.0."):
            return "the provided network does not match the current range"
        return "provided IP is already allocated" if address in self._taken_ips() else ""

    def _taken_ips(self) -> set[str | None]:
        return {each["spec"].get("clusterIP") for each in self._store.list(SERVICE)}

    def _free_ip(self) -> str:
        taken = self._taken_ips()
        number = 0
        while f"10.0.{number // 250}.{number % 250 + 1}" in taken:
            number += 1
        return f"10.0.{number // 250}.{number % 250 + 1}"

    def _node_ports(self) -> set[int]:
        return {
            port["nodePort"]
            for service in self._store.list(SERVICE)
            for port in service["spec"].get("ports") or []
            if "nodePort" in port
        }


def _first_free(taken: set[int]) -> int:
    port = FIRST_NODE_PORT
    while port in taken:
        port += 1
    return port
