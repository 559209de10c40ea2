"""What infra/ says of the product is what the product says of itself."""

import json
import re
from itertools import pairwise

import pytest
import yaml

from domain.arm.naming import OWNER_TAG
from domain.catalog.gpu_skus import GPU_SKUS
from tests.architecture.source import REPOSITORY

ON_A_LAPTOP_ONLY = {
    "CA_BUNDLE",  # certificates of simulated Azure
    "DEVELOPER_IDENTITY",  # callers, where none are signed in
    "ENTRA_AUTHORITY",  # address of simulated Entra
    "ENTRA_CA_FILE",  # its certificates
    "WEBSITE_HOSTNAME",  # of App Service itself
    "EDGE_ADDRESS",  # names of simulated Front Door, which no DNS knows
    "REGISTRY_ADDRESS",  # names of simulated registries, which no DNS knows
    "SERVICE_BUS",  # a connection string; in Azure the namespace and the app's identity
}
SET_BY_THE_DEPLOYMENT = {"BUILD_COMMIT"}
ASKED_BY_AZD = {"AZURE_ENV_NAME", "AZURE_LOCATION", "AZURE_SUBSCRIPTION_ID"}
BICEP = REPOSITORY / "infra/bicep"
STAGES = ("dev", "staging", "prod")
WORKFLOWS = REPOSITORY / ".github/workflows"
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
    assert read - given == ON_A_LAPTOP_ONLY | SET_BY_THE_DEPLOYMENT
    app = (REPOSITORY / "infra/modules/function_app/main.tf").read_text()
    kept = set(re.findall(r'ignore_changes = \[app_settings\["(\w+)"\]\]', app))
    assert kept == SET_BY_THE_DEPLOYMENT
    sample = json.loads((REPOSITORY / "local.settings.sample.json").read_text())["Values"]
    assert read - set(sample) == {"WEBSITE_HOSTNAME"}


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


@pytest.mark.parametrize(("workflow", "first"), [("deploy.yml", "package"), ("infra.yml", "plan")])
def test_a_stage_is_changed_after_the_one_before_it(workflow: str, first: str):
    jobs = yaml.safe_load((WORKFLOWS / workflow).read_text())["jobs"]
    in_order = [
        (name, job["needs"], job["with"]["stage"]) for name, job in jobs.items() if "with" in job
    ]
    assert in_order == [(stage, before, stage) for before, stage in pairwise([first, *STAGES])]


def test_every_stage_with_a_file_is_planned():
    jobs = yaml.safe_load((WORKFLOWS / "infra.yml").read_text())["jobs"]
    assert jobs["plan"]["strategy"]["matrix"]["stage"] == list(STAGES)
    files = {path.stem for path in (REPOSITORY / "infra/environments").glob("*.tfvars")}
    assert files == set(STAGES)


def test_a_pipeline_may_assign_the_roles_that_its_stage_assigns_and_no_others():
    bootstrap = (REPOSITORY / "infra/bootstrap/roles.tf").read_text()
    block = bootstrap.partition("assigned_roles = {")[2].partition("\n  }")[0]
    allowed = set(re.findall(r'^    "([^"]+)" += "[0-9a-f-]{36}"', block, re.MULTILINE))
    files = [*(REPOSITORY / "infra").glob("*.tf"), *(REPOSITORY / "infra/modules").rglob("*.tf")]
    assigned = {
        name
        for path in files
        for name in re.findall(r'\b(?:role|role_definition_name) += "([^"]+)"', path.read_text())
    }
    assert allowed == assigned


def test_no_stage_registers_providers_or_defines_roles():
    files = [*(REPOSITORY / "infra").glob("*.tf"), *(REPOSITORY / "infra/modules").rglob("*.tf")]
    text = "".join(path.read_text() for path in files)
    assert "resource_providers_to_register" not in text
    assert text.count('resource_provider_registrations = "none"') == 2
    assert 'resource "azurerm_role_definition"' not in text


@pytest.mark.parametrize(
    ("template", "module"),
    [
        ("diagnostics.json.tftpl", "diagnostics.tf"),
        ("log-collection.json.tftpl", "log_collection.tf"),
    ],
)
def test_a_rule_that_deploys_is_json_and_matches_what_environments_own(template: str, module: str):
    template = (REPOSITORY / "infra/modules/policy/definitions" / template).read_text()
    rule = json.loads(re.sub(r"\$\{(\w+)\}", r"\1", template))
    assert rule["if"]["allOf"][1] == {"field": f"tags['{OWNER_TAG}']", "exists": "true"}
    details = rule["then"]["details"]
    deployment = details["deployment"]["properties"]
    assert set(deployment["parameters"]) == set(deployment["template"]["parameters"])
    module = (REPOSITORY / "infra/modules/policy" / module).read_text()
    used = set(re.findall(r"parameters\('(\w+)'\)", json.dumps([details["existenceCondition"]])))
    defined = set(
        re.findall(r"^    (\w+) += \{", module.partition("parameters =")[2], re.MULTILINE)
    )
    assert used <= defined


def test_the_guide_uses_no_variable_before_it_has_set_it():
    guide = (REPOSITORY / "docs/deploy.md").read_text()
    printed = (REPOSITORY / "infra/register_api.sh").read_text()
    known: set[str] = set()
    for block in re.findall(r"^```\n(.*?)^```", guide, re.MULTILINE | re.DOTALL):
        for line in block.splitlines():
            used = set(re.findall(r"(?<!\\)\$(\w+)", line))
            assert used <= known, line
            known |= set(re.findall(r"^(\w+)=", line))
            if "infra/register_api.sh" in line:
                known |= set(re.findall(r'^echo "export (\w+)=', printed, re.MULTILINE))
    assert {"APP_ID", "TENANT_ID", "API_SCOPE", "URL"} <= known


@pytest.mark.parametrize(
    ("template", "parameter"), [("main.bicep", "gpuVmSize"), ("gpu_vm/main.bicep", "vmSize")]
)
def test_the_sizes_that_bicep_allows_are_those_that_the_product_knows(
    template: str, parameter: str
):
    text = (BICEP / template).read_text()
    block = re.search(rf"@allowed\(\[([^\]]*)\]\)\nparam {parameter} string", text)
    assert block
    assert re.findall(r"'([^']+)'", block[1]) == [sku.name for sku in GPU_SKUS]


def test_the_landing_zone_has_parameters_for_every_stage():
    for stage in STAGES:
        text = (BICEP / f"{stage}.bicepparam").read_text()
        assert text.startswith("using 'main.bicep'\n")
        assert f"\nparam stage = '{stage}'\n" in text
    assert len(list(BICEP.glob("*.bicepparam"))) == len(STAGES)


def test_no_machine_of_bicep_takes_a_password():
    text = (BICEP / "gpu_vm/main.bicep").read_text()
    assert "disablePasswordAuthentication: true" in text
    assert "adminPassword" not in text
