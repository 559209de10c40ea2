"""Errors of Azure Network that AKS and the load balancer of a Service pass on."""

from domain.arm.error_rule import rule

NETWORK_RULES = (
    rule(
        "SubnetFull",
        r"InsufficientSubnetSize|SubnetIsFull|not have enough capacity for \d+ IP address|"
        r"Pre-allocated IPs \d+ exceeds IPs available",
        "Enlarge the subnet or the pod CIDR that Azure names, or lower gpu.maxNodes: it has too "
        "few IP addresses.",
        source="reported: Azure/AKS#2119, Azure/AKS#3653, Azure/AKS-Construction#701, "
        "MicrosoftDocs/azure-docs#88211",
    ),
    rule(
        "PublicIpQuotaExceeded",
        r"PublicIPCountLimitReached|PublicIpAddressCountLimit|maximum number of public ip",
        "Release public IP addresses in this region, or request a quota increase.",
        source="documented: learn.microsoft.com/troubleshoot/azure/azure-kubernetes/"
        "create-upgrade-delete/error-code-publicipcountlimitreached",
    ),
    rule(
        "DnsLabelTaken",
        r"DnsRecordInUse|DnsRecordIsReserved|DNS record .{0,120} is already used",
        "Remove the public IP address that holds the DNS label, or choose another name.",
        source="reported: cloud-provider-azure's events of Services",
    ),
)
