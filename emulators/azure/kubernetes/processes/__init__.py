"""Containers that are processes of this machine, each on a loopback address of its pod."""
