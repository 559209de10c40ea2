"""Synthetic use of inference endpoints, where no trace of real ones was fetched.

Parameters were measured on GenTD26 (benchmarks/data/README.md); the endpoints themselves are made
up. They differ in how often they are used, as models there do.
"""

import random

from benchmarks.traces import UseTrace

ENDPOINTS = 50
MINUTES = 23 * 24 * 60
SHARE_OF_SHORT_PAUSES = (0.2, 0.98)
"""From the least to the most used models; 0.76 of all pauses."""

MEAN_SHORT_PAUSE = 4.5
LONG_PAUSE_LOG_MEAN, LONG_PAUSE_LOG_SIGMA = 4.9, 1.54
SHORTEST_LONG_PAUSE = 21
MEAN_RUN = 2.0
"""Minutes in use in a row."""


def make_use(seed: int = 1) -> list[UseTrace]:
    dice = random.Random(seed)
    return [_make_one(f"synthetic-{number:02}", dice) for number in range(ENDPOINTS)]


def _make_one(name: str, dice: random.Random) -> UseTrace:
    share = dice.uniform(*SHARE_OF_SHORT_PAUSES)
    use: dict[int, int] = {}
    at = 0
    while at < MINUTES:
        run = 1 + int(dice.expovariate(1 / (MEAN_RUN - 1)))
        use |= {minute: 1 for minute in range(at, min(at + run, MINUTES))}
        at += run + _pause(share, dice)
    return UseTrace(name, use, range(MINUTES))


def _pause(share_of_short: float, dice: random.Random) -> int:
    if dice.random() < share_of_short:
        return max(1, round(dice.expovariate(1 / MEAN_SHORT_PAUSE)))
    drawn = dice.lognormvariate(LONG_PAUSE_LOG_MEAN, LONG_PAUSE_LOG_SIGMA)
    return max(SHORTEST_LONG_PAUSE, round(drawn))
