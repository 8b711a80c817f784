"""The networks of torchvision and timm: their names, how one is built without weights, what it takes.

A network is called `torchvision:resnet50` or `timm:vit_base_patch16_224`. Nothing is downloaded.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import nn

__all__ = ["build", "names", "parameters", "shapes", "tensors", "torchvision"]

Shapes = tuple[Any, ...]
"""The arguments of `forward`: a tuple of ints is the shape of a tensor, a list holds what a list holds."""

CLIP = 16
SEGMENTED = 520
DETECTED = {"ssd300_vgg16": 300, "ssdlite320_mobilenet_v3_large": 320}
FLOW = (1, 3, 520, 960)


@functools.cache
def torchvision() -> ModuleType:
    """torchvision, also where its compiled operators do not fit the installed torch: its meta kernels ask for two."""
    import torch

    try:
        import torchvision
    except RuntimeError:
        library: Any = torch.library.Library("torchvision", "FRAGMENT")
        for name in ("nms", "qnms"):
            library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        import torchvision

        torchvision.declared = library  # it must outlive this function
    return torchvision


def names() -> list[str]:
    """Every network of both libraries."""
    vision = torchvision().models  # before timm, which imports it as it finds it
    import timm

    return [f"torchvision:{name}" for name in vision.list_models()] + [f"timm:{name}" for name in timm.list_models()]


def build(name: str, device: str = "meta") -> nn.Module:
    """A network in eval mode; on the CPU its weights are random."""
    import torch

    with torch.device(device):
        return _make(name).eval()


def build_unset(name: str) -> nn.Module:
    """A network on the CPU whose weights hold whatever the memory held: quick, and little memory is touched."""
    with _no_initialisation():
        return _make(name).eval()


def _make(name: str) -> nn.Module:
    library, _, model = name.partition(":")
    vision = torchvision()
    if library == "torchvision":
        extra = {"weights_backbone": None} if _task(model) in ("detection", "segmentation") else {}
        return vision.models.get_model(model, weights=None, **extra)
    import timm

    return timm.create_model(model, pretrained=False)


def _task(model: str) -> str:
    """The package of torchvision.models that a model is in: resnet, detection, video, ..."""
    home = torchvision().models.get_model_builder(model).__module__
    return home.removeprefix("torchvision.models.").partition(".")[0]


@contextlib.contextmanager
def _no_initialisation() -> Iterator[None]:
    from torch.overrides import TorchFunctionMode

    filled = frozenset(("normal_", "uniform_", "erfinv_", "trunc_normal_", "kaiming_uniform_", "kaiming_normal_"))

    class Unset(TorchFunctionMode):
        def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            if getattr(func, "__name__", "") in filled:
                return args[0] if args else (kwargs or {})["tensor"]
            return func(*args, **(kwargs or {}))

    with Unset():
        yield


def shapes(name: str, model: nn.Module) -> Shapes:
    """The arguments that a network is made for, batch 1."""
    library, _, known = name.partition(":")
    if library == "timm":
        return ((1, *model.pretrained_cfg["input_size"]),)
    task = _task(known)
    if task == "detection":
        size = DETECTED.get(known, 800)
        return ([(3, size, size)],)
    if task == "segmentation":
        return ((1, 3, SEGMENTED, SEGMENTED),)
    if task == "optical_flow":
        return FLOW, FLOW
    size = getattr(model, "image_size", None) or _crop(known)
    return ((1, 3, CLIP, size, size),) if task == "video" else ((1, 3, size, size),)


def _crop(model: str) -> int:
    """The size of the images that the best weights of a model were evaluated on."""
    crop = torchvision().models.get_model_weights(model).DEFAULT.transforms().crop_size
    return int(crop[0])


def tensors(shapes: Any, device: str) -> Any:
    """Tensors of these shapes, nested alike."""
    import torch

    if isinstance(shapes, list):
        return [tensors(shape, device) for shape in shapes]
    if shapes and not isinstance(shapes[0], int):
        return tuple(tensors(shape, device) for shape in shapes)
    return torch.rand(shapes, device=device)


def parameters(model: nn.Module) -> int:
    """How many parameters it has, each counted once."""
    return sum(parameter.numel() for parameter in model.parameters())
