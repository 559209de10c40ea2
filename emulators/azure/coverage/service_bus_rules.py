"""The rules of Service Bus, each with what enforces it."""

from emulators.azure.coverage import Entry, Known

DOCUMENTED, REPORTED, ASSUMED = Known.DOCUMENTED, Known.REPORTED, Known.ASSUMED

SERVICE_BUS_RULES = (
    Entry(
        "rights of policies",
        "Listen, Send and Manage, which includes both, of the namespace or of a queue or topic",
        DOCUMENTED,
        "service_bus.access:AuthorizationRule",
        "each policy has one key",
    ),
    Entry(
        "roles",
        "Azure Service Bus Data Owner, Data Receiver and Data Sender, assigned at the namespace, "
        "a queue, a topic or a subscription, for tokens of `https://servicebus.azure.net`",
        DOCUMENTED,
        "service_bus.access:RoleAssignment",
        "a change shows with the next link, in Azure after minutes",
    ),
    Entry(
        "missing right",
        "the link is refused with `amqp:unauthorized-access` and `Unauthorized access. 'Send' "
        "claim(s) are required to perform this operation. Resource: ...`",
        REPORTED,
        "service_bus.errors:unauthorized",
    ),
    Entry(
        "rights to $management",
        "Listen, also to schedule a message in a queue",
        DOCUMENTED,
        "service_bus.broker:Broker",
        "Send for a topic, and that to schedule needs Send as well, is assumed",
    ),
    Entry(
        "refused token",
        "put-token answers 401 with `InvalidSignature`, `ExpiredToken` or `InvalidAudience`",
        REPORTED,
        "service_bus.authorization:Authorization.check_token",
        "`MalformedToken` is assumed",
    ),
    Entry(
        "token for an entity that does not exist",
        "put-token answers 404 and `The messaging entity '...' could not be found`, but only to "
        "who has a right there: authorization comes first",
        REPORTED,
        "service_bus.cbs:answer",
    ),
    Entry(
        "lock token",
        "the delivery tag, a GUID in the byte order of .NET, and the delivery annotation "
        "`x-opt-lock-token`, of a delivery that is locked",
        DOCUMENTED,
        "service_bus.locks:Locks.add",
        "the documentation does not guarantee the annotation",
    ),
    Entry(
        "link to an entity that does not exist",
        "is attached without source and target and detached with `amqp:not-found`",
        REPORTED,
        "service_bus.namespace:Namespace.find",
        "Azure names the entity in a form of its own",
    ),
)
