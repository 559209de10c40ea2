"""What infra/ says of the product is what the product says of itself."""

import json
import re

from domain.catalog.gpu_skus import GPU_SKUS
from tests.architecture.source import REPOSITORY

ON_A_LAPTOP_ONLY = {
    "CA_BUNDLE",  # certificates of simulated Azure
    "EDGE_ADDRESS",  # names of simulated Front Door, which no DNS knows
    "SERVICE_BUS",  # a connection string; in Azure the namespace and the app's identity
}
ASKED_BY_AZD = {"AZURE_ENV_NAME", "AZURE_LOCATION", "AZURE_SUBSCRIPTION_ID"}
VARIABLES = (REPOSITORY / "infra/variables.tf").read_text()


def test_the_gpu_sizes_that_may_be_built_are_those_that_the_product_knows():
    block = VARIABLES.partition('variable "allowed_gpu_sizes"')[2].partition("]")[0]
    assert re.findall(r'"(Standard_\w+)"', block) == [sku.name for sku in GPU_SKUS]


def test_every_setting_that_the_app_reads_is_set_in_azure_and_stands_in_the_sample():
    settings = (REPOSITORY / "clients/settings.py").read_text()
    read = set(re.findall(r'values\.get\("(\w+)"', settings))
    wiring = (REPOSITORY / "infra/wiring.tf").read_text()
    block = wiring.partition("app_settings = {")[2].partition("\n  }")[0]
    given = set(re.findall(r"^    (\w+) +=", block, re.MULTILINE))
    assert "AZURE_SUBSCRIPTION_ID" in read
    assert read - given == ON_A_LAPTOP_ONLY
    sample = json.loads((REPOSITORY / "local.settings.sample.json").read_text())["Values"]
    assert read - set(sample) == set()


def test_azd_is_given_every_variable_that_has_no_default_and_the_docs_name_what_to_set():
    azd = (REPOSITORY / "infra/main.tfvars.json").read_text()
    blocks = re.split(r'^variable "(\w+)"', VARIABLES, flags=re.MULTILINE)[1:]
    required = {
        name
        for name, block in zip(blocks[::2], blocks[1::2], strict=True)
        if not re.search(r"^  default +=", block, re.MULTILINE)
    }
    assert "stage" in required
    assert required - set(json.loads(azd)) == set()
    assert set(json.loads(azd)) <= set(blocks[::2])
    backend = (REPOSITORY / "infra/provider.conf.json").read_text()
    to_set = set(re.findall(r"\$\{(\w+)\}", azd + backend)) - ASKED_BY_AZD
    docs = (REPOSITORY / "docs/deploy.md").read_text()
    assert to_set == set(re.findall(r"^azd env set (\w+) ", docs, re.MULTILINE))
