"""Service Bus triggers: receives messages, hands them to functions and settles them."""
