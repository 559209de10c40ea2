"""Command line of Gridplane, over its HTTP API."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("gridplane-cli")
except PackageNotFoundError:
    __version__ = "unpacked"
