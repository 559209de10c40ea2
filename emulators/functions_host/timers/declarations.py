"""What the timer triggers of an app ask for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from emulators.functions_host.functions import IndexedFunction
from emulators.functions_host.settings_files import SettingsError, resolve
from emulators.functions_host.timers.schedules import Schedule, parse_schedule, time_zone


@dataclass(frozen=True, slots=True)
class Timer:
    function: IndexedFunction
    schedule: Schedule
    run_on_startup: bool
    use_monitor: bool


def timers_of(
    functions: Iterable[IndexedFunction], environment: Mapping[str, str]
) -> tuple[Timer, ...]:
    zone = time_zone(environment)
    timers: list[Timer] = []
    for function in functions:
        settings = function.trigger_settings
        written = resolve(str(settings.get("schedule", "")), environment, function.name)
        try:
            schedule = parse_schedule(written, zone)
        except SettingsError as error:
            raise SettingsError(f"Function {function.name}: {error}") from None
        use_monitor = settings.get("useMonitor") is not False and not schedule.is_frequent
        run_on_startup = settings.get("runOnStartup") is True
        timers.append(Timer(function, schedule, run_on_startup, use_monitor))
    return tuple(timers)
