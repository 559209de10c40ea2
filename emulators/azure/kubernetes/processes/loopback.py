"""Addresses of loopback for pods and Services: 127.64.0.0 to 127.191.255.255.

Linux answers on all of them. Each process of a simulator begins somewhere else, so that several on
one machine do not meet; on macOS the addresses have to be configured (`ifconfig lo0 alias`).
"""

import itertools
import secrets

_FIRST, _NETWORKS, _HOSTS = 64, 128 * 256, 254
_begin = secrets.randbelow(_NETWORKS)
_numbers = itertools.count()


def next_address() -> str:
    """Another one each time."""
    network, host = divmod(next(_numbers), _HOSTS)
    second, third = divmod((_begin + network) % _NETWORKS, 256)
    return f"127.{_FIRST + second}.{third}.{host + 1}"
