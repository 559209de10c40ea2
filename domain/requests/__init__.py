"""Requests over REST and Service Bus, and the operations they lead to."""
