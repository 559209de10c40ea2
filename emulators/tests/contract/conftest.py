"""What tests of a running simulator share; each folder starts its own by a fixture `running`."""

from emulators.tests.support.running import address, control, session, simulator

__all__ = ["address", "control", "session", "simulator"]
