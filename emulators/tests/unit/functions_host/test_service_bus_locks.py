"""Locks are renewed before they end, for so long and no longer."""

import asyncio
from datetime import UTC, datetime, timedelta

from azure.servicebus.exceptions import MessageLockLostError

from emulators.functions_host.service_bus.lock_renewal import LockRenewal, renewed

LOCK = timedelta(milliseconds=800)


class BrokerLock:
    """A lock at a broker, which counts how often it is renewed."""

    def __init__(self) -> None:
        self.until = datetime.now(UTC) + LOCK
        self.renewals = 0
        self.is_lost = False

    async def renew(self) -> None:
        if self.is_lost or datetime.now(UTC) > self.until:
            raise MessageLockLostError(message="The lock is lost.")
        self.renewals += 1
        self.until = datetime.now(UTC) + LOCK

    def renewal(self, longest: timedelta) -> LockRenewal:
        return LockRenewal(self.renew, lambda: self.until, longest)


async def test_a_lock_is_renewed_while_it_is_needed() -> None:
    lock = BrokerLock()

    async with renewed(lock.renewal(timedelta(minutes=5))):
        async with asyncio.timeout(5):
            while lock.renewals < 3:
                await asyncio.sleep(0.01)
    renewals = lock.renewals
    await asyncio.sleep(0.05)

    assert lock.renewals == renewals


async def test_a_lock_is_renewed_no_longer_than_allowed() -> None:
    lock = BrokerLock()

    await asyncio.wait_for(lock.renewal(timedelta(0)).run(), 5)

    assert lock.renewals == 0


async def test_a_lost_lock_is_given_up() -> None:
    lock = BrokerLock()
    lock.is_lost = True

    await asyncio.wait_for(lock.renewal(timedelta(minutes=5)).run(), 5)

    assert lock.renewals == 0
