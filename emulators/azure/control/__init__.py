"""Control of the simulator from outside of the emulated protocols."""
