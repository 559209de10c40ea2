"""The rules of Service Bus, each with what enforces it."""

from emulators.azure.coverage import Entry, Known

DOCUMENTED, REPORTED, ASSUMED = Known.DOCUMENTED, Known.REPORTED, Known.ASSUMED

SERVICE_BUS_OPERATIONS = (
    Entry(
        "queues, topics and subscriptions",
        "PUT, PUT with If-Match, GET, list in pages and DELETE of Atom entries, for the right "
        "Manage",
        DOCUMENTED,
        "service_bus.administration.routes:Administration",
        "properties that have no effect here come back as they were given",
    ),
    Entry(
        "runtime properties",
        "message counts by state, size, times of creation and change",
        DOCUMENTED,
        "service_bus.administration.descriptions:describe_queue",
        "sizes are those of bodies and application properties; the time of access is never shown",
    ),
    Entry(
        "GET of what does not exist",
        "200 with the feed `Publicly Listed Services`",
        REPORTED,
        "service_bus.administration.atom:nothing_here",
    ),
    Entry(
        "PUT of what exists",
        "409 `SubCode=40900. Conflict. You're requesting an operation that isn't allowed ...`, of "
        "a subscription `The messaging entity ... already exists`",
        REPORTED,
        "service_bus.administration.errors:conflict",
    ),
    Entry(
        "DELETE of what does not exist",
        "404 `No service is hosted at the specified address.`",
        REPORTED,
        "service_bus.administration.errors:not_hosted",
    ),
    Entry(
        "fixed properties",
        "a change of RequiresSession or RequiresDuplicateDetection is 400 `SubCode=40000`",
        DOCUMENTED,
        "service_bus.administration.errors:cannot_change",
        "the sentence is assumed",
    ),
    Entry(
        "administration without the right",
        "401 `SubCode=40100: Unauthorized`",
        REPORTED,
        "service_bus.administration.errors:unauthorized",
        "the rest of the sentence is assumed",
    ),
    Entry(
        "deletion of an entity in use",
        "its links are detached with `amqp:not-found`",
        ASSUMED,
        "service_bus.broker:Broker.delete",
    ),
    Entry("rules of subscriptions", "", DOCUMENTED, None, "`$Default` is shown and passes all"),
    Entry("forwarding, partitions", "", DOCUMENTED, None, "refused with 400"),
)

SERVICE_BUS_RULES = (
    Entry(
        "AMQP over WebSockets",
        "`/$servicebus/websocket` by HTTPS, with the subprotocol `AMQPWSB10` or `amqp`",
        DOCUMENTED,
        "service_bus.websocket:serve",
        "`AMQPWSB10` is what the SDKs offer",
    ),
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
