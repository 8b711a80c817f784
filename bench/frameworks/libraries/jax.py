"""JAX: the Flax (linen) networks of the matrix test beside XLA's cost analysis."""

from __future__ import annotations

import os
from typing import Any

from bench.frameworks.libraries import Case

PACKAGES = ("jax", "flax")
NETWORKS = (
    "lenet",
    "alexnet",
    "vgg16",
    "resnet18",
    "resnet50",
    "mobilenet_v2",
    "unet",
    "transformer_encoder",
    "lstm_classifier",
)

ABOUT = {
    "cost_analysis": "`jax.jit(module.apply).lower(variables, …).cost_analysis()`, of a function that JAX has not seen "
    "before, given the shapes of the variables; we count `module.bind(variables)`. Nothing is compiled; XLA leaves out "
    "products on padding, counts comparisons, and counts the body of a loop once, which we count as often as it runs.",
    "graph": "`jax.make_jaxpr(module.apply)` on the same shapes: the jaxpr that is counted. Within a count it is this.",
}


def build(name: str, folder: str) -> Case:
    os.environ["JAX_PLATFORMS"] = "cpu"
    import jax

    import netledger as nl
    from tests.matrix.flax_models import NETWORKS as MODELS

    module, shape = MODELS[name]()
    dtype = "int32" if name == "lstm_classifier" else "float32"
    given = jax.ShapeDtypeStruct(shape, dtype)
    variables = jax.eval_shape(lambda key, given: module.init(key, given), jax.random.key(0), given)
    rest = {"module": module, "variables": variables, "given": given}
    return Case(module.bind(variables), (nl.Shape(*shape, dtype=dtype),), rest)


def analysis(case: Case) -> dict[str, int]:
    import jax

    function = jax.jit(lambda stored, given: case.rest["module"].apply(stored, given))
    costs = function.lower(case.rest["variables"], case.rest["given"]).cost_analysis()
    return {"real": round(costs["flops"])}


def graph(case: Case) -> Any:
    import jax

    function = jax.make_jaxpr(lambda stored, given: case.rest["module"].apply(stored, given))
    return function(case.rest["variables"], case.rest["given"])


PEERS = {"cost_analysis": analysis}
GRAPH = graph
INSIDE = (("netledger.frontends.jax.run", "_jaxpr"),)
