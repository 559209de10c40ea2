"""Simulated Service Bus: an AMQP 1.0 broker for the real SDK."""
