"""Errors of Azure Network that AKS and the load balancer of a Service pass on."""

from domain.arm.azure_error import Service
from domain.arm.error_rule import of_services, quoting, rule

_NODES = of_services(Service.AKS, Service.COMPUTE, methods=("PUT", "POST"))
_ADDRESSES = of_services(Service.AKS, Service.NETWORK, methods=("PUT", "POST"))
_DELETIONS = of_services(
    Service.AKS, Service.NETWORK, Service.RESOURCE_MANAGER, methods=("DELETE",)
)
_ALL = of_services(Service.AKS, Service.COMPUTE, Service.NETWORK, methods=("PUT", "POST"))

_REFERENCED = r"\b(?:subnets?|virtual ?networks?|vnets?|route ?tables?)\b"

NETWORK_RULES = (
    rule(
        "SubnetFull",
        r"InsufficientSubnetSize|SubnetIsFull|not have enough capacity for \d+ IP address|"
        r"Pre-allocated IPs \d+ exceeds IPs available",
        "Enlarge the subnet or the pod CIDR that Azure names, or lower gpu.maxNodes: it has too "
        "few IP addresses.",
        scope=_NODES,
        source="reported: Azure/AKS#2119, Azure/AKS#3653, Azure/AKS-Construction#701, "
        "MicrosoftDocs/azure-docs#88211",
    ),
    # Not the resource that the request is about: creating that one again does not help.
    rule(
        "ReferencedResourceNotFound",
        r"SubnetNotFound|VnetNotFound|GetSubnetError|InvalidResourceReference|"
        r"Could not find (?:subnet|virtual network|route table)|"
        rf"{_REFERENCED}.{{0,300}}?(?:not found|not be found|does not exist)|"
        rf"NotFound\b.{{0,300}}?{_REFERENCED}|"
        + quoting("NotFound|ResourceNotFound|ResourceGroupNotFound"),
        "Create the resource that Azure names, or correct the cluster's reference to it; then "
        "retry the operation.",
        scope=_ALL,
        source="reported: sassoftware/viya4-iac-azure#163, Azure/AKS-Construction#584, "
        "MicrosoftDocs/azure-docs#66257",
    ),
    rule(
        "PublicIpQuotaExceeded",
        r"PublicIPCountLimitReached|PublicIpAddressCountLimit|maximum number of public ip",
        "Release public IP addresses in this region, or request a quota increase.",
        scope=_ADDRESSES,
        source="documented: learn.microsoft.com/troubleshoot/azure/azure-kubernetes/"
        "create-upgrade-delete/error-code-publicipcountlimitreached",
    ),
    rule(
        "NetworkQuotaExceeded",
        r"\w+CountLimitReached|Cannot create more than \d+ [\w ]+ for this subscription",
        "Release resources of the kind that Azure names in this region, or request a quota "
        "increase at https://aka.ms/quotas.",
        scope=_ALL,
        source="documented: learn.microsoft.com/azure/azure-resource-manager/management/"
        "azure-subscription-service-limits#networking-limits",
    ),
    rule(
        "PrivateLinkInUse",
        r"PrivateLinkServiceWithPrivateEndpointConnectionsCannotBeDeleted|"
        r"CannotDeleteLoadBalancerWithPrivateLinkService|"
        r"cannot be deleted since it has \d+ private endpoint connection",
        "Nothing: the request is repeated once the connections are deleted. If it persists, "
        "delete those to the Private Link service that Azure names.",
        retryable=True,
        scope=_DELETIONS,
        source="documented: learn.microsoft.com/troubleshoot/azure/azure-kubernetes/"
        "create-upgrade-delete/delete-cluster-errors; reported: terraform-provider-azurerm#18328",
    ),
    rule(
        "PrivateLinkServiceRefused",
        r"already has (?:unmanaged|existing) private link service|"
        r"cannot change existing private link service name|"
        r"PrivateLinkServiceCannotBeCreatedInSubnetThatHasNetworkPoliciesEnabled|"
        r"failed to get private link service subnet",
        "Remove what Azure names from the node resource group or its subnet; the cluster then "
        "makes the Private Link service by itself.",
        scope=_ADDRESSES,
        source="documented: cloud-provider-azure, azure_privatelinkservice.go; reported: issues "
        "of terraform-provider-azurerm",
    ),
    rule(
        "DnsLabelTaken",
        r"DnsRecordInUse|DnsRecordIsReserved|DNS record .{0,120} is already used",
        "Remove the public IP address that holds the DNS label, or choose another name.",
        scope=_ADDRESSES,
        source="reported: cloud-provider-azure's events of Services",
    ),
)
