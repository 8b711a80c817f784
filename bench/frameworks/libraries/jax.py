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
    "cost_analysis": "from the module, as we count it: its variables by `jax.eval_shape(module.init, …)`, then "
    "`jax.jit(module.apply).lower(…).cost_analysis()`, of a function that JAX has not seen before. Nothing is "
    "compiled; XLA leaves out products on padding, counts comparisons, and counts the body of a loop once, which we "
    "lay out as often as it runs.",
    "cost_analysis, variables at hand": "the same, given the shapes of the variables.",
    "graph": "`jax.eval_shape(module.init, …)` and `jax.make_jaxpr(module.apply)`: what tells the parameters, and the "
    "jaxpr that is counted. Within a count it is these two.",
}


def build(name: str, folder: str) -> Case:
    os.environ["JAX_PLATFORMS"] = "cpu"
    import jax

    import netledger as nl
    from tests.matrix.flax_models import NETWORKS as MODELS

    module, shape = MODELS[name]()
    dtype = "int32" if name == "lstm_classifier" else "float32"
    return Case(module, (nl.Shape(*shape, dtype=dtype),), {"given": jax.ShapeDtypeStruct(shape, dtype)})


def _variables(case: Case) -> Any:
    import jax

    return jax.eval_shape(lambda key, given: case.model.init(key, given), jax.random.key(0), case.rest["given"])


def analysis(case: Case) -> dict[str, int]:
    return _analysed(case, _variables(case))


def analysis_alone(case: Case) -> dict[str, int]:
    if "variables" not in case.rest:
        case.rest["variables"] = _variables(case)
    return _analysed(case, case.rest["variables"])


def _analysed(case: Case, variables: Any) -> dict[str, int]:
    import jax

    function = jax.jit(lambda stored, given: case.model.apply(stored, given))
    costs = function.lower(variables, case.rest["given"]).cost_analysis()
    return {"real": round(costs["flops"])}


def graph(case: Case) -> Any:
    import jax

    function = jax.make_jaxpr(lambda stored, given: case.model.apply(stored, given))
    return function(_variables(case), case.rest["given"])


PEERS = {"cost_analysis": analysis, "cost_analysis, variables at hand": analysis_alone}
GRAPH = graph
INSIDE = (("netledger.frontends.jax.run", "traced"), ("netledger.frontends.jax.run", "_jaxpr"))
