"""What is assumed of encryption: private origins, and keys of disks. No run of checks tries it."""

from emulators.azure.coverage import Known
from tests.azure.assumption import Assumption

BY_HAND = (
    "A Premium profile costs 330 USD a month, by the hour. A first environment with "
    "`edge.origin: privateLink` shows it:"
)

ENCRYPTION = (
    Assumption(
        name="disk-encryption-set",
        assumed="AKS takes `diskEncryptionSetID` in the request that creates a cluster with an "
        "identity of its own, for ephemeral disks of GPU nodes, too, and the app's identity needs "
        "`Microsoft.Compute/diskEncryptionSets/read` on it",
        if_false="The step `managedCluster` would fail with Azure's words",
        relied_on_by=("domain/arm/managed_cluster.py", "infra/modules/identity/role_actions.json"),
        known=Known.DOCUMENTED,
        rows=("disk encryption set of a cluster",),
        otherwise="It needs a key vault with purge protection. A first environment with "
        "`cluster.diskEncryptionSetId` shows it.",
    ),
)

PRIVATE_LINK = (
    Assumption(
        name="private-link-service",
        assumed="The cluster makes the Private Link service in its group of nodes under the name "
        "of the annotation, by its own identity, and then shows the Service's address",
        if_false="The step `externalIp` would fail, with the events of the Service",
        relied_on_by=("domain/serving/manifests.py", "domain/arm/naming.py"),
        known=Known.DOCUMENTED,
        rows=("private link of a Service",),
        otherwise=f"{BY_HAND} its step `externalIp` succeeds, and `origin` after it.",
    ),
    Assumption(
        name="private-origin-host",
        assumed="Front Door takes a private origin whose host name nothing resolves, below the "
        "top-level domain `internal`, with the check of certificate names and plain HTTP",
        if_false="The step `origin` would fail or wait in vain (`OriginHostNotResolved`)",
        relied_on_by=("domain/arm/front_door.py", "domain/arm/naming.py"),
        known=Known.ASSUMED,
        rows=("private link",),
        otherwise=f"{BY_HAND} its step `origin` succeeds, and the model answers.",
    ),
    Assumption(
        name="private-link-request",
        assumed="The connection has the origin's message as its description, appears within "
        "minutes after the route, and keeps the description when it is approved",
        if_false="The step `privateLink` would wait until its deadline "
        "(`PrivateLinkNotRequested`)",
        relied_on_by=("domain/arm/private_link.py", "activities/begin_approve_connection.py"),
        known=Known.REPORTED,
        rows=(
            "request of Front Door for a connection",
            "connection of a profile that is deleted",
            "private link connection PUT",
        ),
        otherwise=f"{BY_HAND} its step `privateLink` succeeds.",
    ),
    Assumption(
        name="rejected-connection",
        assumed="A connection that was rejected can be approved again",
        if_false="A repair would fail at `privateLink` with Azure's words; the way out is to "
        "delete the connection and the origin, and to repair again",
        relied_on_by=("domain/arm/private_link.py",),
        known=Known.ASSUMED,
        rows=("traffic over a private link",),
        otherwise="Reject the connection of such an environment in the portal, and repair it.",
    ),
    Assumption(
        name="private-link-deletion",
        assumed="An origin can be deleted once its route is gone, a connection then on the side "
        "of the service, and no other request arrives afterwards",
        if_false="The deletion of the cluster would be repeated until its deadline "
        "(`PrivateLinkInUse`)",
        relied_on_by=("domain/environment/steps.py", "activities/private_links.py"),
        known=Known.REPORTED,
        rows=("private link service DELETE", "private link with connections"),
        otherwise="Delete such an environment: one operation ends Succeeded, and nothing remains.",
    ),
    Assumption(
        name="private-link-missing",
        assumed="Front Door notices a missing Private Link service only when the origin's "
        "operation has begun",
        if_false="Nothing: the service is read before the origin is sent",
        relied_on_by=("activities/private_links.py",),
        known=Known.REPORTED,
        rows=("private endpoint that cannot be made",),
        otherwise="Not tried: no request of Gridplane meets it.",
    ),
)
