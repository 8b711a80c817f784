"""Learned tensors: embeddings, class tokens, position embeddings, parameters."""

from __future__ import annotations

from netledger.core.language import say
from netledger.core.network import Tensor
from netledger.core.number import Number, Shape, require
from netledger.core.operator import Operator, Readings, Shapes, number, numbers, operator
from netledger.core.reach import Follow, step
from netledger.core.work import Term

__all__ = ["ClassToken", "Embedding", "Parameter", "PositionEmbedding"]


def _sequence(tensor: Tensor) -> tuple[Number, Number, Number]:
    """Batch, length and features."""
    shape = tensor.shape
    require(
        len(shape) == 3,
        "the input must have a batch, a length and features",
        "Flatten a feature map and transpose it: (N, C, H, W) → (N, H·W, C).",
        input=shape,
    )
    return shape[0], shape[1], shape[2]


@operator
class Embedding(Operator):
    """A learned vector for each whole number.

    Equation: y = W[x]
    Shapes: (…) of whole numbers → (…, F)
    Parameters: weight (count, F)
    Counted: nothing: a row is looked up. A padding index changes training only.
    Source: torch.nn.Embedding
    """

    KIND = "embedding"
    LAYOUT = "places"
    TYPES = ("float32",)

    count: Number = number("V", "how many vectors there are")
    features: Number = number("F", "features of each")

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """(…, F)."""
        return (Tensor((*inputs[0].shape, self.features)),)

    def parameters(self, inputs: tuple[Tensor, ...]) -> Shapes:
        """A row for each whole number."""
        return {"weight": (self.count, self.features)}

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """The number in its place."""
        return (tuple(map(Follow, range(len(inputs[0].shape)))),)


@operator
class ClassToken(Operator):
    """Learned vectors put before a sequence.

    Equation: y = [token, x]
    Shapes: (N, L, F) → (N, count + L, F)
    Parameters: token (1, count, F)
    Counted: nothing.
    Source: Devlin et al., BERT (2018); Dosovitskiy et al., ViT (2020); torchvision.models.VisionTransformer
    """

    KIND = "class_token"
    LAYOUT = "features"

    count: Number = number("T", "how many vectors", 1)

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """(N, count + L, F)."""
        batch, length, features = _sequence(inputs[0])
        return (inputs[0].like((batch, self.count + length, features)),)

    def parameters(self, inputs: tuple[Tensor, ...]) -> Shapes:
        """The vectors."""
        return {"token": (1, self.count, inputs[0].shape[2])}

    def reads(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], which: int = 0) -> Readings:
        """The sequence, further on."""
        return ((Follow(0), step(1, inputs[0].shape[1] - outputs[0].shape[1]), Follow(2)),)


@operator
class PositionEmbedding(Operator):
    """A learned vector added to each element of a sequence.

    Equation: y[n, l] = x[n, l] + W[l]
    Shapes: (N, L, F) → the same
    Parameters: weight (1, L, F), or (1, most, F) where more is kept than is used
    Counted: one addition per element.
    Source: Devlin et al., BERT (2018); Dosovitskiy et al., ViT (2020)
    """

    KIND = "position_embedding"
    LAYOUT = "features"

    most: Number | None = number("L_most", "positions that are kept; the length of the input, if left out", None)

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The same shape."""
        _, length, _ = _sequence(inputs[0])
        if self.most is not None:
            rule = say("there are {most} positions, and the input has {length}", most=self.most, length=length)
            require(length <= self.most, rule, "Keep more positions.")
        return inputs

    def parameters(self, inputs: tuple[Tensor, ...]) -> Shapes:
        """A vector for each position."""
        _, length, features = _sequence(inputs[0])
        return {"weight": (1, length if self.most is None else self.most, features)}

    def work(self, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...]) -> tuple[Term, ...]:
        """An addition per element."""
        return (Term("add", "position", inputs[0].elements),)


@operator
class Parameter(Operator):
    """A learned tensor by itself: it has no input.

    Equation: y = W
    Shapes: → (shape …), the batch included
    Parameters: weight (shape …)
    Counted: nothing.
    Source: torch.nn.Parameter
    """

    KIND = "parameter"
    INPUTS = (0, 0)
    TYPES = ("float32",)

    shape: Shape = numbers("its sizes")

    def infer(self, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The shape."""
        return (Tensor(self.shape),)

    def parameters(self, inputs: tuple[Tensor, ...]) -> Shapes:
        """The tensor."""
        return {"weight": self.shape}
