"""`infra/bootstrap/register_providers.sh` on a subscription that keeps its registrations."""

import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from tests.architecture.source import REPOSITORY
from tests.support.fake_az import AzError, run_with

SCRIPT = REPOSITORY / "infra/bootstrap/register_providers.sh"
SUBSCRIPTION = "00000000-0000-0000-0000-000000000011"


@dataclass
class Subscription:
    """Its feature is Registered at the third look after it was asked for."""

    registered: set[str] = field(default_factory=set[str])
    feature: str = "NotRegistered"
    looks_until_registered: int = 3
    changes: list[str] = field(default_factory=list[str])

    def call(self, command: str, options: dict[str, str]) -> str:
        assert options["subscription"] == SUBSCRIPTION
        match command:
            case "provider show":
                known = options["namespace"] in self.registered
                return "Registered" if known else "NotRegistered"
            case "provider register":
                assert "wait" in options
                return self.change(f"provider {options['namespace']}", options["namespace"])
            case "feature show":
                return self.look_at_feature()
            case "feature register":
                if options["namespace"] not in self.registered:
                    raise AzError("The subscription is not registered to use namespace")
                self.feature = "Registering"
                return self.change(f"feature {options['name']}")
            case _:
                raise AzError(f"'{command}' is misspelled or not recognized by the system.")

    def change(self, what: str, *providers: str) -> str:
        self.changes.append(what)
        self.registered.update(providers)
        return ""

    def look_at_feature(self) -> str:
        if self.feature == "Registering":
            self.looks_until_registered -= 1
            if self.looks_until_registered == 0:
                self.feature = "Registered"
        return self.feature


def run(
    subscription: Subscription, folder: Path, kind: str = "environments", tries: int = 9
) -> subprocess.CompletedProcess[str]:
    return run_with(
        subscription, folder, SCRIPT, kind, SUBSCRIPTION, TRIES=str(tries), PAUSE_SECONDS="0"
    )


def test_environments_get_their_providers_and_the_feature_and_then_compute_anew(tmp_path: Path):
    subscription = Subscription()
    assert run(subscription, tmp_path).returncode == 0
    assert subscription.feature == "Registered"
    assert subscription.changes.count("provider Microsoft.ContainerService") == 1
    assert subscription.changes[-2:] == ["feature EncryptionAtHost", "provider Microsoft.Compute"]


def test_what_is_registered_is_not_asked_for_again(tmp_path: Path):
    subscription = Subscription()
    run(subscription, tmp_path)
    subscription.changes.clear()
    assert run(subscription, tmp_path).returncode == 0
    assert subscription.changes == ["provider Microsoft.Compute"]


def test_a_feature_that_takes_too_long_fails_and_says_to_run_it_again(tmp_path: Path):
    subscription = Subscription(looks_until_registered=99)
    result = run(subscription, tmp_path, tries=3)
    assert (result.returncode, "still Registering. Run this again" in result.stderr) == (1, True)
    assert subscription.changes[-1] == "feature EncryptionAtHost"


def test_a_control_plane_needs_no_feature(tmp_path: Path):
    subscription = Subscription()
    assert run(subscription, tmp_path, "control-plane").returncode == 0
    assert "Microsoft.ServiceBus" in subscription.registered
    assert subscription.feature == "NotRegistered"


def test_an_unknown_kind_is_refused_with_the_usage(tmp_path: Path):
    result = run(Subscription(), tmp_path, "everything")
    assert (result.returncode, "usage: register_providers.sh" in result.stderr) == (2, True)
