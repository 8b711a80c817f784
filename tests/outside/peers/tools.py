"""How each tool is called, and what it answers: whole numbers as it gives them, by the name of the figure.

Each takes a network, its positional arguments as a tuple and its keyword arguments, and leaves grad mode to the tool.
"""

from __future__ import annotations

import contextlib
import inspect
import io
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from unittest import mock

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

__all__ = ["DEVICES", "TOOLS", "load"]

Arguments = tuple[Any, ...]
Keywords = dict[str, Any]
Figures = dict[str, int]
Tool = Callable[[nn.Module, Arguments, Keywords], Figures]


def whole(figure: Any) -> int:
    """A figure as an exact integer; some tools give floats."""
    number = int(figure)
    if number != figure:
        raise ValueError(f"not a whole number: {figure!r}")
    return number


def flop_counter(name: str, model: nn.Module, args: Arguments, kwargs: Keywords) -> Figures:
    """PyTorch's own counter. It answers FLOP; the kernels that it sees depend on the device."""
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        model(*args, **kwargs)
    return {name: whole(counter.get_total_flops())}


def torch_meta(model: nn.Module, args: Arguments, kwargs: Keywords) -> Figures:
    return flop_counter("torch", model, args, kwargs)


def torch_cpu(model: nn.Module, args: Arguments, kwargs: Keywords) -> Figures:
    return flop_counter("torch-cpu", model, args, kwargs)


def torchinfo(model: nn.Module, args: Arguments, kwargs: Keywords) -> Figures:
    """Its total of "mult-adds", and its total of parameters."""
    from torchinfo import summary

    device = next((tensor.device for tensor in [*args, *kwargs.values()] if isinstance(tensor, Tensor)), None)
    told = summary(model, input_data=list(args), device=device, verbose=0, **kwargs)
    return {"torchinfo": whole(told.total_mult_adds), "parameters": whole(told.total_params)}


def fvcore(model: nn.Module, args: Arguments, kwargs: Keywords) -> Figures:
    """Its "flops", which are MAC; parameters are another function of it."""
    from fvcore.nn import FlopCountAnalysis, parameter_count

    counted = FlopCountAnalysis(model, positional(model, args, kwargs))
    counted.unsupported_ops_warnings(False).uncalled_modules_warnings(False).tracer_warnings("none")
    return {"fvcore": whole(counted.total()), "parameters": whole(parameter_count(model)[""])}


def mmengine(model: nn.Module, args: Arguments, kwargs: Keywords) -> Figures:
    """fvcore's rules, taken over."""
    from mmengine.analysis import get_model_complexity_info

    inputs = positional(model, args, kwargs)
    told = get_model_complexity_info(
        model, inputs=inputs[0] if len(inputs) == 1 else inputs, show_table=False, show_arch=False
    )
    return {"mmengine": whole(told["flops"]), "parameters": whole(told["params"])}


def thop(model: nn.Module, args: Arguments, kwargs: Keywords) -> Figures:
    from thop import profile

    figure, parameters = profile(model, inputs=positional(model, args, kwargs), verbose=False)
    return {"thop": whole(figure), "parameters": whole(parameters)}


def ptflops(backend: str, name: str, model: nn.Module, args: Arguments, kwargs: Keywords) -> Figures:
    """One input is handed over by position: the tool then divides what modules cost by its length.

    Several can only go by keyword, and nothing is divided.
    """
    from ptflops import get_model_complexity_info

    inputs: Any = args[0] if len(args) == 1 and not kwargs else named(model, args, kwargs)
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        figure, parameters = get_model_complexity_info(
            model,
            (1,),
            backend=backend,
            as_strings=False,
            print_per_layer_stat=False,
            verbose=False,
            input_constructor=lambda _: inputs,
        )
    if figure is None:
        raise RuntimeError(_swallowed(said.getvalue()))
    return {name: whole(figure), "parameters": whole(parameters)}


def _swallowed(text: str) -> str:
    """The exception that ptflops prints before it answers None."""
    found = re.search(r"following exception: \n<class '([^']+)'>: ?(.*)", text)
    return f"printed {found[1]}: {found[2]}" if found else "answered None"


def ptflops_pytorch(model: nn.Module, args: Arguments, kwargs: Keywords) -> Figures:
    return ptflops("pytorch", "ptflops", model, args, kwargs)


def ptflops_aten(model: nn.Module, args: Arguments, kwargs: Keywords) -> Figures:
    return ptflops("aten", "ptflops-aten", model, args, kwargs)


def calflops(model: nn.Module, args: Arguments, kwargs: Keywords) -> Figures:
    from calflops import calculate_flops

    flops, macs, parameters = calculate_flops(
        model, args=list(args), kwargs=dict(kwargs), print_results=False, print_detailed=False, output_as_string=False
    )
    return {"calflops": whole(flops), "calflops-macs": whole(macs), "parameters": whole(parameters)}


def deepspeed(model: nn.Module, args: Arguments, kwargs: Keywords) -> Figures:
    from deepspeed.profiling.flops_profiler import get_model_profile

    flops, macs, parameters = get_model_profile(
        model, args=list(args), kwargs=dict(kwargs), print_profile=False, detailed=False, warm_up=0, as_string=False
    )
    return {"deepspeed": whole(flops), "deepspeed-macs": whole(macs), "parameters": whole(parameters)}


def torchprofile(model: nn.Module, args: Arguments, kwargs: Keywords) -> Figures:
    """Its figure; and how much of it are products of sizes in the model's own Python, such as `height * width`."""
    from torchprofile import profile, profile_macs

    graphs: list[Any] = []

    def trace(*asked: Any) -> Any:
        graphs.append(traced(*asked))
        return graphs[-1]

    traced = profile.trace
    with mock.patch.object(profile, "trace", trace):
        nodes = profile_macs(model, positional(model, args, kwargs), reduction=None)
    return {"torchprofile": whole(sum(nodes.values())), "scalars": whole(_of_sizes(graphs[0].nodes, nodes))}


def _of_sizes(graph: Iterable[Any], charged: Mapping[Any, int]) -> int:
    """What the products of sizes are charged: of scalars that come from the size of a tensor, and from constants."""
    sizes, constants, total = set(), set(), 0
    for node in graph:
        if len(node.outputs) != 1 or node.outputs[0].shape != []:
            continue
        made, given = node.outputs[0], {value for value in node.inputs if value.shape is not None}
        if node.operator == "prim::constant":
            constants.add(made)
        elif node.operator == "prim::numtotensor" or (given & sizes and given <= sizes | constants):
            sizes.add(made)
            total += charged.get(node, 0) if node.operator == "aten::mul" else 0
    return total


def named(model: nn.Module, args: Arguments, kwargs: Keywords) -> Keywords:
    """All arguments of `forward` by keyword."""
    return dict(inspect.signature(model.forward).bind(*args, **kwargs).arguments)


def positional(model: nn.Module, args: Arguments, kwargs: Keywords) -> Arguments:
    """All arguments of `forward` by position: tracers take no others. What lies between gets its default."""
    if not kwargs:
        return args
    bound = inspect.signature(model.forward).bind(*args, **kwargs)
    last = max(list(bound.signature.parameters).index(name) for name in bound.arguments)
    bound.apply_defaults()
    return tuple(bound.arguments.values())[: last + 1]


TOOLS: dict[str, Tool] = {
    "torch": torch_meta,
    "torch-cpu": torch_cpu,
    "torchinfo": torchinfo,
    "fvcore": fvcore,
    "mmengine": mmengine,
    "thop": thop,
    "ptflops": ptflops_pytorch,
    "ptflops-aten": ptflops_aten,
    "calflops": calflops,
    "deepspeed": deepspeed,
    "torchprofile": torchprofile,
}

ON_THE_CPU = ("torch-cpu", "ptflops", "ptflops-aten", "calflops", "deepspeed")
DEVICES = dict.fromkeys(TOOLS, ("meta", "cpu")) | {"torch": ("meta",)} | dict.fromkeys(ON_THE_CPU, ("cpu",))
"""Where a tool is run: the first device that it answers on.

Counters of kernels see other kernels on the CPU; and some meta kernels are written in Python, in functions that other
tools replace by counting ones: ptflops would charge a Linear three times.
"""


def load() -> list[str]:
    """Imports every tool, the libraries of networks first; tells which are not there."""
    from bench import models

    models.torchvision()  # before the tools, which import it as they find it
    missing = []
    for name in ("timm", "torchinfo", "fvcore.nn", "mmengine.analysis", "thop", "ptflops", "calflops"):
        missing += _imported(name)
    for name in ("deepspeed.profiling.flops_profiler", "torchprofile"):
        missing += _imported(name)
    return missing


def _imported(name: str) -> list[str]:
    try:
        __import__(name)
    except ImportError as error:
        return [f"{name}: {error}"]
    return []
