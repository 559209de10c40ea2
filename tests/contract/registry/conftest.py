from tests.contract.arm.conftest import pytest_asyncio_loop_factories, running

__all__ = ["pytest_asyncio_loop_factories", "running"]
