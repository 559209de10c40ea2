"""What infra/ says of the product is what the product says of itself."""

import re

from domain.skus import GPU_SKUS
from tests.architecture.source import REPOSITORY

VARIABLES = (REPOSITORY / "infra/variables.tf").read_text()


def test_the_gpu_sizes_that_may_be_built_are_those_that_the_product_knows():
    block = VARIABLES.partition('variable "allowed_gpu_sizes"')[2].partition("]")[0]
    assert re.findall(r'"(Standard_\w+)"', block) == [sku.name for sku in GPU_SKUS]
