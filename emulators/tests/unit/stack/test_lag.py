"""When `make up` says that the machine cannot keep up, and when that it does again."""

from collections.abc import Iterator

from emulators.stack.lag import LOOK_SECONDS, LOOKS, Lag, LagWatch

QUICK, SLOW = 0.01, 0.08


def tell(seconds: float) -> Lag:
    """At sixty times."""
    simulated = seconds * 60
    return {"realSeconds": seconds, "simulatedSeconds": simulated, "keepsUp": simulated <= 1.5}


class Machine:
    """Answers take as long as it is told; time passes between two looks."""

    def __init__(self, *answers: float) -> None:
        self._answers: Iterator[float] = iter(answers)
        self._count = len(answers)
        self.at = 0.0
        self.asked = 0

    def ask(self) -> float:
        self.asked += 1
        return next(self._answers)

    def watch(self) -> LagWatch:
        return LagWatch(self.ask, tell, lambda: self.at)

    def look_all(self) -> list[str]:
        watch = self.watch()
        said: list[str] = []
        for _ in range(self._count):
            if message := watch.look():
                said.append(message)
            self.at += LOOK_SECONDS
        return said


def test_a_quick_machine_is_not_mentioned() -> None:
    assert Machine(*[QUICK] * 20).look_all() == []


def test_one_slow_answer_is_no_lag() -> None:
    assert Machine(4.0, *[QUICK] * LOOKS).look_all() == []


def test_it_is_said_once_when_it_lags_and_once_when_it_does_not_any_more() -> None:
    said = Machine(*[SLOW] * LOOKS, *[QUICK] * LOOKS).look_all()
    assert len(said) == 2
    assert "takes 4.8 simulated seconds (80 ms)" in said[0]
    assert "make up SCALE=10" in said[0]
    assert said[1] == "The machine keeps up again."


def test_it_is_asked_every_second_however_often_it_is_looked_at() -> None:
    machine = Machine(QUICK, QUICK)
    watch = machine.watch()
    for _ in range(10):
        watch.look()
    assert machine.asked == 1
    machine.at += LOOK_SECONDS
    watch.look()
    assert machine.asked == 2
