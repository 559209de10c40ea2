"""Lists by the directory, from the first deployment on and through kill -9."""

import logging

from durabletask.client import EntityQuery, TaskHubGrpcClient

from domain.directory.shard import Shard, is_filled
from emulators.stack.stack import Stack
from tests.e2e.stories import delete, wait_until
from tests.support.documented_api import DocumentedApi
from tests.support.specs import spec_body

TIMER = "/admin/functions/run_sweep"
COST_CENTER = "LISTED"


def names(api: DocumentedApi, query: str = "") -> list[str]:
    answer = api.get(f"/environments?costCenter={COST_CENTER}{query}")
    return [each["name"] for each in answer.raise_for_status().json()["value"]]


def begin(api: DocumentedApi, name: str) -> None:
    api.create_environment(spec_body(name=name, costCenter=COST_CENTER))


def read_shards(stack: Stack) -> dict[str, Shard]:
    query = EntityQuery(instance_id_starts_with="@directory@")
    logger = logging.getLogger(__name__)
    with TaskHubGrpcClient(host_address=stack.task_hub_address, logger=logger) as hub:
        return {
            found.id.key: Shard.from_wire(found.get_typed_state())
            for found in hub.get_all_entities(query)
        }


def test_what_is_created_is_listed_once_the_directory_is_filled_and_after_kills(own_stack: Stack):
    with DocumentedApi(own_stack.app_url) as api:
        begin(api, "listed-by-scan")
        wait_until(lambda: names(api) == ["listed-by-scan"])
        assert not is_filled(read_shards(own_stack))
        api.post(TIMER, json={}).raise_for_status()
        wait_until(lambda: is_filled(read_shards(own_stack)))
        assert names(api) == ["listed-by-scan"]
        begin(api, "after-app")
        own_stack.restart_app()
        wait_until(lambda: names(api) == ["after-app", "listed-by-scan"])
        begin(api, "after-hub")
        own_stack.restart_task_hub()
        wait_until(lambda: names(api) == ["after-app", "after-hub", "listed-by-scan"])
        assert delete(api, "after-app")["status"] == "Succeeded"
        wait_until(lambda: names(api) == ["after-hub", "listed-by-scan"])
        wait_until(lambda: names(api, "&phase=Ready") == ["after-hub", "listed-by-scan"])
