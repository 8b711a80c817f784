"""Calls of PyTorch's functions, in the forms in which they are written: shared by the tests of the front end's rules.

A row is Python: an expression, or statements and an expression after the last semicolon. The single letters in it are
the inputs in `INPUTS`; everything else is made by the row itself.
"""

from __future__ import annotations

import re
from typing import Any

import torch
import torch.nn.functional as F

__all__ = ["CALLS", "KNOWN", "ONLY_ELSEWHERE", "REAL", "UNSEEN", "Call", "inputs", "run"]

INPUTS: dict[str, tuple[tuple[int, ...], torch.dtype]] = {
    "a": ((2, 3, 4), torch.float32),
    "b": ((2, 3, 4), torch.float32),
    "c": ((3, 4), torch.complex64),
    "d": ((2, 3, 4), torch.float64),
    "e": ((0, 3), torch.float32),
    "f": ((3, 4), torch.bfloat16),
    "g": ((6, 6), torch.float32),
    "h": ((2, 3, 4), torch.float16),
    "i": ((2, 3, 4), torch.int64),
    "j": ((2, 3), torch.int64),
    "k": ((2, 3, 4), torch.bool),
    "l": ((2, 4, 8), torch.float32),
    "m": ((3, 4), torch.float32),
    "n": ((4, 5), torch.float32),
    "o": ((3, 1), torch.float32),
    "p": ((2, 3, 5, 8), torch.float32),
    "q": ((2, 3, 7, 8), torch.float32),
    "r": ((5,), torch.float32),
    "s": ((), torch.float32),
    "t": ((), torch.int64),
    "u": ((3,), torch.float32),
    "v": ((4,), torch.float32),
    "w": ((2, 4, 6, 6, 6), torch.float32),
    "x": ((2, 4, 8, 8), torch.float32),
    "y": ((4,), torch.int32),
    "z": ((2, 3, 4), torch.uint8),
}


class Call:
    """One row: what is called, with which inputs."""

    def __init__(self, text: str, real: bool) -> None:
        before, _, answer = text.rpartition("; ")
        self.text = text
        self.before = compile(before.strip(), text, "exec")
        self.answer = compile(answer.strip(), text, "eval")
        used = (*self.before.co_names, *self.answer.co_names, *re.findall(r"(?<![\w.'\"])[a-z](?![\w'\"=])", text))
        self.names = tuple(sorted({name for name in used if name in INPUTS}))
        self.real = real

    def __call__(self, *tensors: torch.Tensor) -> Any:
        space = {
            "torch": torch,
            "F": F,
            "aten": torch.ops.aten,
            "op": torch.ops,
            **dict(zip(self.names, tensors, strict=True)),
        }
        exec(self.before, space)
        return eval(self.answer, space)

    def __repr__(self) -> str:
        return self.text


def inputs(call: Call, device: str = "cpu") -> list[torch.Tensor]:
    """What it is called with: whole numbers are 0 or 1, so that they can be places."""
    made = []
    for name in call.names:
        shape, dtype = INPUTS[name]
        if dtype.is_floating_point or dtype.is_complex:
            tensor = (torch.arange(1.0, 1 + torch.Size(shape).numel()) / 64).reshape(shape).to(dtype)
        else:
            tensor = (torch.arange(torch.Size(shape).numel()) % 2).reshape(shape).to(dtype)
        made.append(tensor.to(device))
    return made


def run(call: Call, device: str = "cpu") -> Any:
    """What eager PyTorch answers."""
    with torch.no_grad():
        return call(*inputs(call, device))


_BINARY = """
a.{0}(b) | torch.{0}(a, b) | torch.{0}(a, other=b) | torch.{0}(input=a, other=b) | a.{0}(other=m) | torch.{0}(a, m) | torch.{0}(a, s) | torch.{0}(s, a)
torch.{0}(o, v) | torch.{0}(a, d) | torch.{0}(h, f) | torch.{0}(e, u)
torch.{0}(a, b, out=torch.empty(2, 3, 4))
"""
_WITH_NUMBER = """
a.{0}(2) | torch.{0}(a, 2.5) | torch.{0}(i, 2) | torch.{0}(h, 2) | torch.{0}(e, 2) | torch.{0}(s, 2)
"""
_UNARY = """
a.{0}() | torch.{0}(a) | torch.{0}(input=a) | torch.{0}(s) | torch.{0}(e) | torch.{0}(h) | torch.{0}(d) | torch.{0}(a, out=torch.empty(2, 3, 4))
"""
_UNARY_INPLACE = "a.{0}_() | torch.{0}_(a)"
_WHOLE = "torch.{0}(i) | torch.{0}(z)"
_REAL_UNARY = "torch.{0}(i) | torch.{0}(k) | torch.{0}(c)"

_MATHS = """exp exp2 expm1 log log10 log1p log2 reciprocal rsqrt sqrt acos arccos acosh arccosh asin arcsin asinh arcsinh atan
arctan atanh arctanh cos cosh sin sinh tan tanh erf erfc sigmoid""".split()
_TWO = """mul multiply maximum fmax minimum fmin remainder fmod atan2 arctan2 sub subtract add div divide true_divide
floor_divide""".split()
_NO_COMPLEX = {"exp2", "erf", "erfc"}

_ROWS = [
    *(_BINARY.format(name) for name in _TWO),
    *(
        _WITH_NUMBER.format(name)
        for name in "mul multiply remainder fmod float_power pow sub subtract add div divide true_divide floor_divide eq ne not_equal lt less le less_equal gt greater ge greater_equal".split()
    ),
    *(
        "a.{0}(b) | torch.{0}(a, b) | torch.{0}(a, other=b) | a.{0}(other=m) | torch.{0}(a, s) | torch.{0}(i, a) | torch.{0}(a, d) | torch.{0}(e, u) | torch.{0}(k, i) | torch.{0}(a, b, out=torch.empty(2, 3, 4, dtype=torch.bool)) | a.{0}_(b) | i.{0}_(1)".format(
            name
        )
        for name in "eq ne not_equal lt less le less_equal gt greater ge greater_equal".split()
    ),
    *(
        "a.{0}_(b) | a.{0}_(2) | a.{0}_(m) | a.{0}_(s); a + b".format(name)
        for name in "mul multiply remainder fmod pow sub subtract add div divide true_divide floor_divide".split()
    ),
    *(
        "torch.{0}(i, k) | torch.{0}(k, a) | torch.{0}(z, y)".format(name)
        for name in "mul multiply add div true_divide".split()
    ),
    "torch.float_power(a, b) | torch.float_power(2, a) | torch.pow(a, b) | torch.pow(2, a) | torch.pow(a, exponent=2) | torch.pow(i, 2.5) | torch.pow(2.5, i) | torch.pow(i, i) | torch.pow(i, a)",
    "a + b | a + 1 | 1 + a | 1.5 + i | i + 1 | k + 1 | k + k | a - b | 1 - a | i - 1.5 | a * b | 2 * a | i * 2 | c * 2 | a * 1j | 1j * c | a / b | 1 / a | 1 / i | i / i | a // b | 7 // a | a // 2 | i // 2 | a % b | 7 % a | a % 2 | a ** b | 2 ** a | a ** 2 | i ** 2 | 2 ** i",
    "a += b; a | a -= 1; a | a *= m; a | a /= 2; a | a //= 2; a | a %= 2; a | a **= 2; a | k &= k; k | k |= True; k | k ^= k; k | i <<= 1; i | i >>= 1; i | i &= 1; i | h += a; h | i += k; i",
    "a == b | a == 1 | a != b | a < b | a <= 1 | a > s | a >= m | i == k | 1 < a | 1 >= i | a == None | a != None",
    "k & k | k | k | k ^ k | i & i | i | 1 | i ^ 1 | 1 & i | 1 ^ i | True & k | True | k | True ^ k | ~k | ~i | i & k | z & y[:1] | i & z".replace(
        "k | k |", "k.__or__(k) |"
    )
    .replace("i | 1", "i.__or__(1)")
    .replace("True | k", "k.__ror__(True)"),
    "k.__and__(k) | k.__rand__(True) | k.__rxor__(True) | i.__rand__(3) | i.__rxor__(3) | i.__ror__(3) | i << 1 | i >> i | i.__lshift__(2) | i.__rshift__(1) | i.bitwise_left_shift(i) | torch.bitwise_left_shift(i, 1) | torch.bitwise_right_shift(i, i) | a.__radd__(1) | a.__rmul__(2) | a.__rsub__(2) | a.__rmod__(2) | a.__rpow__(2) | a.__rfloordiv__(2) | a.__rtruediv__(2) | a.__rdiv__(2) | a.__div__(b) | a.__truediv__(b) | a.__floordiv__(b) | a.__mod__(b) | a.__pow__(b) | a.__abs__() | a.__neg__() | a.__pos__() | k.__invert__() | a.__eq__(b) | a.__ne__(b) | a.__lt__(b) | a.__le__(b) | a.__gt__(b) | a.__ge__(b) | a.__add__(b) | a.__sub__(b) | a.__mul__(b) | k.__xor__(k)",
    *(
        "torch.{0}(k, k) | k.{0}(k) | torch.{0}(i, i) | torch.{0}(i, k)".format(name)
        for name in "logical_and logical_or logical_xor bitwise_and bitwise_or bitwise_xor".split()
    ),
    "torch.logical_and(a, b) | torch.logical_or(a, i) | torch.logical_not(a) | torch.logical_not(k) | torch.logical_not(i) | a.logical_not() | torch.bitwise_not(i) | torch.bitwise_not(k) | torch.bitwise_and(i, 1) | torch.bitwise_or(i, z) | torch.bitwise_xor(y, z[0, 0]) | k.logical_and_(k)",
    "torch.add(a, b, alpha=2) | torch.add(a, 2, alpha=3) | a.add(b, alpha=0.5) | a.sub(b, alpha=2) | torch.subtract(a, 1, alpha=2) | torch.rsub(a, b) | torch.rsub(a, 1) | torch.rsub(a, b, alpha=2) | torch.rsub(i, 1) | a.add_(b, alpha=2) | i.add(k) | torch.add(i, i, alpha=2) | torch.add(1, a) | torch.sub(1, a)",
    "torch.div(a, b, rounding_mode='floor') | torch.div(a, 2, rounding_mode='trunc') | torch.div(i, 2, rounding_mode='floor') | torch.div(i, 2, rounding_mode='trunc') | i.div(i, rounding_mode=None) | torch.divide(i, 2) | torch.true_divide(i, i) | torch.div(i, 2.5, rounding_mode='trunc') | torch.div(a, b, rounding_mode='trunc') | a.div_(b, rounding_mode='floor')",
    "torch.where(k, a, b) | torch.where(k, a, 0) | torch.where(k, 1.5, a) | torch.where(k, 1, 2) | torch.where(k, 1.0, 2) | torch.where(k[0], a, b) | torch.where(k, s, a) | a.where(k, b) | a.where(k, 0.0) | torch.where(condition=k, input=a, other=b) | torch.where(k, i, 1.5) | torch.where(k, a, d) | torch.where(k, u[:, None], v) | torch.where(k[0], 0, a) | torch.where(k, v, 1.0) | torch.where(k, a, b, out=torch.empty(2, 3, 4)) | aten.where.self(k, a, b) | torch.where(k, s, s) | torch.where(k, True, False)",
    "a.masked_fill(k, 0) | a.masked_fill(k, float('-inf')) | torch.masked_fill(a, k[0], 1) | a.masked_fill(mask=k, value=2.0) | a.masked_fill(k, s) | a.masked_fill_(k, 0) | i.masked_fill(k, 3) | v.masked_fill(k, 0) | k.masked_fill(k, True) | a.masked_fill_(k, s) | c.masked_fill(k[0], 0) | s.masked_fill(k, 1.0)",
    "torch.lerp(a, b, 0.5) | torch.lerp(a, b, m) | a.lerp(b, weight=0.1) | a.lerp_(b, 0.1) | torch.lerp(a, m, s) | torch.lerp(m, a, 0.5) | torch.addcmul(a, a, b) | torch.addcmul(a, a, b, value=0.5) | torch.addcdiv(a, a, b, value=2) | a.addcmul_(a, b, value=0.1) | a.addcdiv_(a, b) | torch.addcmul(s, a, b) | torch.addcmul(i, i, i, value=2)",
    "torch.isclose(a, b) | a.isclose(b, rtol=0.1) | torch.isclose(i, i) | torch.isclose(a, m) | torch.isclose(k, k)",
    "a.conj() | c.conj() | torch.resolve_conj(c) | torch.resolve_neg(a) | torch.conj_physical(c) | torch.positive(a) | +a | c.conj_physical() | aten.conj_physical(c)",
    "torch._softmax(a, 1, False) | aten._softmax(a, -1, False) | aten._log_softmax(a, -1, False) | F.softmax(a, 1) | F.softmax(a, dim=-1) | a.softmax(0) | a.softmax(dim=-1, dtype=torch.float64) | torch.softmax(h, -1, torch.float32) | F.softmax(h, -1, dtype=torch.float32) | F.softmax(s, 0) | F.log_softmax(a, -1) | a.log_softmax(1) | torch.log_softmax(a, 1, torch.float64) | torch.special.softmax(a, 1) | torch.special.log_softmax(a, 1) | F.softmax(i, 1, dtype=torch.float32) | F.log_softmax(i, 1, 3, torch.float64) | F.softmax(e, 1) | F.softmin(a, 1) | F.softmin(a, dim=1, dtype=torch.float64) | F.gumbel_softmax(a) | F.gumbel_softmax(a, hard=True, dim=1) | F.gumbel_softmax(a, 1.0, False, dim=0) | F.gumbel_softmax(a, tau=0.5, hard=True)",
    "F.scaled_dot_product_attention(p, q, q) | F.scaled_dot_product_attention(p, q, q, is_causal=True) | F.scaled_dot_product_attention(p, q, q, torch.zeros(5, 7)) | F.scaled_dot_product_attention(p, q, q, attn_mask=torch.ones(2, 1, 5, 7, dtype=torch.bool), scale=0.1) | F.scaled_dot_product_attention(query=p, key=q, value=q, dropout_p=0.1) | F.scaled_dot_product_attention(p[0], q[0], q[0]) | F.scaled_dot_product_attention(p[0, 0], q[0, 0], q[0, 0]) | F.scaled_dot_product_attention(p.expand(2, 3, 5, 8).repeat(1, 2, 1, 1), q, q, enable_gqa=True) | F.scaled_dot_product_attention(p, q, q[..., :5]) | F.scaled_dot_product_attention(p[:1], q, q)",
    "torch._scaled_dot_product_attention_math(p, q, q)[0] | torch._scaled_dot_product_attention_math(p, q, q, None, 0.0, True)[0] | torch.ops.aten._scaled_dot_product_flash_attention_for_cpu(p, q, q)[0] | torch.ops.aten._scaled_dot_product_flash_attention_for_cpu(p, q, q, 0.0, True)[0] | aten._scaled_dot_product_attention_math(p, q, q)[0] | aten._scaled_dot_product_flash_attention_for_cpu(p, q, q, attn_mask=torch.zeros(5, 7))[0]",
    "torch.conv1d(l, torch.ones(6, 4, 3)) | F.conv1d(l, torch.ones(6, 4, 3), torch.ones(6), 2, 1, 1, 1) | torch.conv1d(l[0], torch.ones(6, 4, 3)) | F.conv1d(input=l, weight=torch.ones(6, 2, 3), groups=2, padding='same') | F.conv1d(l, torch.ones(6, 4, 4), padding='same') | torch.conv2d(x, torch.ones(6, 4, 3, 3), stride=2) | F.conv2d(x, torch.ones(6, 4, 3, 3), None, (2, 1), (1, 0), (1, 2)) | F.conv2d(x, torch.ones(8, 1, 3, 3), groups=4) | F.conv2d(x, torch.ones(6, 4, 1, 3), padding='valid') | F.conv2d(x, torch.ones(6, 4, 3, 3), padding=[1]) | F.conv2d(x, torch.ones(6, 4, 3, 3), stride=[2, 2], padding=(1, 1), dilation=[1]) | F.conv3d(w, torch.ones(2, 4, 3, 3, 3)) | F.conv3d(w, torch.ones(2, 4, 1, 3, 3), padding=(0, 1, 1), stride=(1, 2, 2)) | F.conv3d(w[0], torch.ones(2, 4, 3, 3, 3)) | F.conv2d(x.double(), torch.ones(6, 4, 3, 3, dtype=torch.double)) | F.conv2d(x[:0], torch.ones(6, 4, 3, 3)) | F.conv2d(x + 0j, torch.ones(6, 4, 3, 3) + 0j)",
    "F.conv_transpose1d(l, torch.ones(4, 6, 3)) | F.conv_transpose1d(l, torch.ones(4, 3, 3), torch.ones(6), 2, 1, 1, 2, 1) | F.conv_transpose2d(x, torch.ones(4, 6, 3, 3), stride=2, padding=1, output_padding=1) | F.conv_transpose2d(x, torch.ones(4, 6, 2, 4), None, (2, 1), (0, 1), 0, 1, (2, 1)) | F.conv_transpose2d(x[0], torch.ones(4, 6, 3, 3)) | F.conv_transpose3d(w, torch.ones(4, 2, 2, 2, 2), stride=2) | F.conv_transpose2d(input=x, weight=torch.ones(4, 3, 3, 3), groups=4)",
    "torch.convolution(x, torch.ones(6, 4, 3, 3), None, [1, 1], [1, 1], [1, 1], False, [0, 0], 1) | aten.convolution(x, torch.ones(6, 4, 3, 3), torch.ones(6), [2, 2], [1, 1], [1, 1], False, [0, 0], 1) | aten.convolution.default(x, torch.ones(4, 6, 3, 3), None, [2], [1], [1], True, [1], 1) | torch._convolution(x, torch.ones(6, 4, 3, 3), None, (1, 1), (1, 1), (1, 1), False, (0, 0), 1, False, False, False, True) | torch._convolution_mode(x, torch.ones(6, 4, 3, 3), None, (1, 1), 'same', (1, 1), 1) | aten.conv2d(x, torch.ones(6, 4, 3, 3)) | aten.convolution(l, torch.ones(6, 4, 3), None, [1], [0], [1], False, [0], 1)",
    "F.unfold(x, 3) | F.unfold(x, (3, 2), dilation=2, padding=1, stride=2) | F.unfold(x[0], 3) | torch.nn.functional.unfold(input=x, kernel_size=3, stride=(1, 2)) | a.unfold(2, 2, 1) | a.unfold(dimension=-1, size=2, step=2) | aten.im2col(x, [3, 3], [1, 1], [0, 0], [1, 1]) | aten.unfold(a, 2, 2, 1) | aten.unfold.default(x, 3, 4, 2) | F.unfold(x, 3, 1, 1, 2)",
    "F.fold(torch.ones(2, 36, 36), (8, 8), 3) | F.fold(torch.ones(2, 36, 16), output_size=(8, 8), kernel_size=3, padding=1, stride=2) | F.fold(torch.ones(36, 36), 8, 3) | aten.col2im(torch.ones(2, 36, 36), [8, 8], [3, 3], [1, 1], [0, 0], [1, 1])",
    *(
        _UNARY.format(name)
        for name in "abs absolute ceil floor round trunc fix frac sign sgn neg negative square".split()
    ),
    *(
        _UNARY_INPLACE.format(name)
        for name in "abs ceil floor round trunc fix frac neg negative square exp exp2 expm1 log log10 log1p log2 reciprocal rsqrt sqrt acos arccos acosh asin atan arctan cos sin tan tanh erf erfc sigmoid".split()
    ),
    *(_WHOLE.format(name) for name in "abs absolute ceil floor round trunc fix sign sgn square".split()),
    "torch.neg(i) | -a | -i | -c | abs(a) | torch.abs(c) | c.abs() | torch.sign(k) | torch.square(c) | torch.square(k) | torch.round(a, decimals=2) | a.round(decimals=1) | torch.sgn(c) | c.abs().sum()",
    *(_UNARY.format(name) for name in _MATHS),
    *(
        _REAL_UNARY.format(name) if name not in _NO_COMPLEX else _REAL_UNARY.format(name).rpartition("|")[0].strip()
        for name in _MATHS
    ),
    "torch.special.exp2(a) | torch.special.expm1(a) | torch.special.log1p(a) | torch.special.erf(a) | torch.special.erfc(i) | torch.special.expit(a) | torch.special.expit(i)",
    "F.relu(a) | F.relu(a, True) | F.relu(a, inplace=True) | torch.relu(a) | a.relu() | a.relu_() | torch.relu_(a) | F.relu_(a) | F.relu(i) | F.relu6(a) | F.relu6(a, inplace=True) | F.relu(s) | F.relu(e) | F.silu(a) | F.silu(a, inplace=True) | F.mish(a) | F.mish(a, inplace=True) | F.hardsigmoid(a) | F.hardsigmoid(a, True) | F.hardswish(a) | F.hardswish(a, inplace=True) | F.logsigmoid(a) | F.softsign(a) | F.tanhshrink(a) | F.sigmoid(a) | F.tanh(a) | aten.relu(a) | aten.silu(a) | aten.hardswish_(a) | aten.log_sigmoid(a) | torch._C._nn.log_sigmoid(a)",
    "F.leaky_relu(a) | F.leaky_relu(a, 0.2) | F.leaky_relu(a, negative_slope=0.2, inplace=True) | F.leaky_relu_(a, 0.1) | F.elu(a) | F.elu(a, 0.5, True) | F.elu_(a) | F.celu(a, alpha=2.0) | torch.celu(a) | torch.celu_(a) | F.hardtanh(a) | F.hardtanh(a, -2, 2) | F.hardtanh(a, min_val=0, max_val=6, inplace=True) | F.hardtanh_(a) | F.hardshrink(a) | torch.hardshrink(a, 0.3) | a.hardshrink(0.3) | F.softshrink(a) | F.softshrink(a, lambd=0.1) | F.softplus(a) | F.softplus(a, 2, 10) | F.softplus(a, beta=2) | F.glu(a) | F.glu(a, 0) | F.glu(a, dim=2) | F.rrelu(a) | F.rrelu(a, 0.1, 0.2, True) | torch.rrelu(a, 0.1, 0.2) | F.rrelu(a, training=True, inplace=True) | F.rrelu_(a) | F.selu(a) | F.selu(a, inplace=True) | torch.selu(a) | torch.selu_(a) | F.threshold(a, 0.1, 20) | F.threshold(a, threshold=0.1, value=2, inplace=True) | F.threshold_(a, 0.1, 2) | torch.threshold(a, 0.1, 20) | F.gelu(a) | F.gelu(a, approximate='tanh') | aten.gelu(a) | aten.elu(a, 1.0, 1, 1) | aten.leaky_relu(a, 0.1) | F.gelu(s) | F.leaky_relu(e) | aten.hardtanh(a, 0.0, 6.0) | aten.softplus(a, 1, 20)",
    "F.prelu(a, torch.ones(1)) | F.prelu(a, u) | torch.prelu(a, s) | F.prelu(v, torch.ones(1)) | F.prelu(x, weight=v) | aten._prelu_kernel(x, torch.ones(1, 4, 1, 1)) | a.prelu(u) | F.prelu(s, torch.ones(1))",
    "torch.clamp(a, 0, 1) | a.clamp(min=0) | a.clamp(max=1) | a.clip(0, 1) | torch.clip(a, min=0.0) | a.clamp_(0, 1) | a.clamp_(min=0) | a.clamp_min(0) | a.clamp_max(1) | torch.clamp_min(a, 0.5) | torch.clamp_max(a, 1) | a.clamp_min_(0) | a.clamp_max_(1) | torch.clamp(a, b, None) | torch.clamp(a, min=m, max=b) | torch.clamp(a, max=s) | i.clamp(0, 1) | i.clamp(0.5, 1.5) | torch.clamp(i, min=0.5) | z.clamp(0, 100) | a.clamp_min(b) | torch.clamp_max(a, b) | torch.clamp(a, d, None) | aten.clamp(a, 0, 1) | aten.clamp_min(a, 0) | torch.clamp(a, min=0, out=torch.empty(2, 3, 4)) | torch.clamp(v, min=a)",
    "F.dropout(a) | F.dropout(a, 0.1) | F.dropout(a, p=0.1, training=False) | F.dropout(a, 0.1, True, True) | torch.dropout(a, 0.1, True) | torch.dropout_(a, 0.1, True) | F.dropout1d(l) | F.dropout2d(x, 0.1) | F.dropout3d(w) | F.alpha_dropout(a) | F.alpha_dropout(a, 0.1, True) | F.feature_alpha_dropout(a) | torch.feature_dropout(x, 0.1, True) | torch.alpha_dropout(a, 0.1, True) | torch.feature_alpha_dropout(x, 0.1, True) | torch.native_dropout(a, 0.1, True) | aten.native_dropout(a, 0.1, True) | torch.native_dropout(a, 0.1, False)",
    *(
        "torch.{0}(a) | a.{0}() | torch.{0}(i)".format(name)
        for name in "isnan isinf isfinite isposinf isneginf isreal".split()
    ),
    "torch.nan_to_num(a) | a.nan_to_num(0.0, posinf=1.0) | a.nan_to_num_() | torch.nan_to_num(i) | torch.isnan(c)",
    "a.view(6, 4) | a.view(-1) | a.view((2, 12)) | a.view([3, -1]) | a.view(size=(24,)) | a.view(torch.Size([4, 6])) | a.view(torch.int32) | a.view(dtype=torch.int32) | d.view(torch.float32) | a.view(torch.float64) | a.reshape(6, 4) | a.reshape(-1) | a.reshape((2, -1)) | torch.reshape(a, (4, 6)) | torch.reshape(input=a, shape=(4, -1)) | a.reshape(shape=(2, 12)) | e.view(3, 0) | e.reshape(-1, 3) | e.reshape(0, 7) | s.view(1) | s.view(1, 1) | s.reshape(()) | s.view(()) | a.view_as(b) | a.view(6, 4).reshape_as(b) | aten.view(a, [6, 4]) | aten._unsafe_view(a, [6, 4]) | aten.reshape(a, [6, -1]) | a[:1, :1, :1].view(()) | a.view(2, 3, 2, 2) | aten._reshape_alias(a, [6, 4], [4, 1])",
    "a.flatten() | a.flatten(1) | torch.flatten(a, 1) | torch.flatten(a, start_dim=0, end_dim=1) | a.flatten(-2, -1) | s.flatten() | e.flatten() | torch.flatten(a, 1, 1) | torch.ravel(a) | a.ravel() | s.ravel() | e.ravel() | v.flatten() | a.unflatten(2, (2, 2)) | torch.unflatten(a, -1, (2, -1)) | a.unflatten(dim=0, sizes=(1, 2)) | a.unflatten(-2, [3, 1]) | torch.zeros(2, 0, 3).flatten(1)",
    "a.permute(2, 0, 1) | a.permute((2, 0, 1)) | torch.permute(a, (-1, 0, 1)) | a.permute(dims=(0, 2, 1)) | a.permute([1, 0, 2]) | s.permute(()) | aten.permute(a, [2, 1, 0]) | a.permute(*torch.arange(a.ndim - 1, -1, -1)) | torch.movedim(a, 0, 1) | a.movedim(0, -1) | torch.movedim(a, (0, 1), (1, 2)) | torch.moveaxis(a, -1, 0) | a.moveaxis([0, 2], [2, 0]) | a.movedim(source=0, destination=2) | torch.movedim(a, source=(0,), destination=(2,)) | torch.moveaxis(a, source=0, destination=1)",
    "a.transpose(0, 1) | torch.transpose(a, -1, -2) | a.transpose(dim0=0, dim1=2) | a.swapaxes(0, 1) | torch.swapaxes(a, axis0=0, axis1=1) | a.swapdims(0, 2) | torch.swapdims(a, dim0=0, dim1=2) | s.transpose(0, 0) | a.transpose_(0, 1) | m.t() | torch.t(v) | m.T | a.mT | m.H | c.H | a.mH | c.mH | m.t_() | torch.adjoint(m) | a.adjoint() | v.T | s.T | aten.t(m) | aten.transpose(a, 0, 1) | aten.numpy_T(a) | torch.zeros(2, 3, 4).T | a.swapaxes_(0, 1)",
    "o.squeeze() | o.squeeze(1) | torch.squeeze(o, -1) | a.squeeze(0) | o.squeeze(dim=(0, 1)) | torch.squeeze(a[None], (0,)) | o.squeeze_() | s.squeeze() | s.squeeze(0) | a.unsqueeze(0) | torch.unsqueeze(a, -1) | a.unsqueeze(dim=-2) | a.unsqueeze_(0) | s.unsqueeze(0) | e.unsqueeze(1) | a[:1].squeeze() | a[None, ..., None].squeeze((0, -1)) | aten.squeeze(o) | aten.squeeze.dim(o, 1) | aten.squeeze.dims(o, [1]) | aten.unsqueeze(a, 1)",
    "torch.atleast_1d(s) | torch.atleast_2d(v) | torch.atleast_3d(m) | torch.atleast_1d(a, s) | torch.atleast_2d([s, v]) | torch.atleast_3d(s)",
    "o.expand(3, 4) | o.expand(-1, 4) | o.expand((2, 3, 4)) | o.expand(size=(3, 5)) | o.expand(torch.Size([2, 3, 1])) | s.expand(2, 3) | s.expand(()) | o.expand(0, 3, 1) | o.expand_as(m) | torch.broadcast_to(o, (3, 4)) | o.broadcast_to((2, 3, 4)) | torch.broadcast_tensors(o, v) | torch.broadcast_tensors(a, s) | e.expand(2, 0, 3) | aten.expand(o, [3, 4]) | v.expand(2, -1) | torch.broadcast_to(o, size=(3, 2)) | o.expand([3, 2])",
    "a.repeat(1, 2, 3) | m.repeat((2, 1, 1)) | v.repeat(2) | s.repeat(3) | torch.tile(a, (2,)) | a.tile(2, 1, 1) | m.tile((2, 2, 2)) | torch.tile(m, dims=(2, 1)) | a.repeat(repeats=(1, 1, 2)) | e.repeat(2, 1) | v.repeat(0) | a.tile((0, 1, 1)) | a.tile(dims=(2,)) | aten.repeat(m, [2, 1]) | a.tile(3) | a.repeat(2, 1, 1, 1)",
    "a.repeat_interleave(2) | torch.repeat_interleave(a, 3, 1) | a.repeat_interleave(2, dim=-1) | torch.repeat_interleave(a, repeats=2, dim=0) | v.repeat_interleave(2, output_size=8) | v.repeat_interleave(2, 0, output_size=8) | s.repeat_interleave(2) | a.repeat_interleave(1, 0) | v.repeat_interleave(torch.tensor([1, 2, 0, 1])) | m.repeat_interleave(torch.tensor([1, 2, 0]), 0) | torch.repeat_interleave(m, torch.tensor([2]), dim=1) | torch.repeat_interleave(torch.tensor([1, 2, 3])) | torch.repeat_interleave(m, torch.tensor([1, 2, 0]), dim=0) | v.repeat_interleave(0)",
    "a.flip(0) | a.flip(0, 1) | a.flip((0, -1)) | torch.flip(a, [1]) | torch.flip(a, dims=(0,)) | a.flip(dims=(0, 2)) | torch.fliplr(a) | torch.flipud(a) | a.fliplr() | a.flipud() | e.flip(0) | aten.flip(a, [0]) | a.flip(dims=[-1]) | s.flip(()) | a.flip([])",
    "torch.rot90(m) | torch.rot90(a, 1, (1, 2)) | a.rot90(2, [0, 1]) | torch.rot90(a, k=3, dims=[0, 2]) | torch.rot90(m, 4) | m.rot90(-1) | torch.roll(a, 1) | a.roll(1, 0) | a.roll((1, -1), (0, 2)) | torch.roll(a, shifts=1, dims=-1) | a.roll(shifts=(1,), dims=(0,)) | torch.roll(a, (1,)) | a.roll([1, 2], dims=[0, 1]) | e.roll(1) | e.roll(1, 0) | aten.roll(a, [1], [0]) | s.roll(1)",
    "torch.tril(m) | m.triu(1) | a.tril(-1) | torch.triu(a, diagonal=1) | m.tril_() | m.triu_(1) | k.tril() | i.triu() | aten.tril(m, -1) | e.tril() | m.tril(diagonal=-1) | torch.triu(m, out=torch.empty(3, 4))",
    "torch.diagonal(m) | a.diagonal(1, 0, 2) | a.diagonal(dim1=1, dim2=2) | torch.diag(v) | torch.diag(m) | torch.diag(v, 1) | m.diag(-1) | torch.diagonal_copy(m) | a.diagonal(offset=-1) | aten.diagonal(m, 0, 0, 1) | i.diagonal() | torch.diag(e)",
    "F.pixel_shuffle(x, 2) | torch.pixel_shuffle(x[0], 2) | F.pixel_unshuffle(x, 2) | torch.pixel_unshuffle(x, downscale_factor=4) | torch.channel_shuffle(x, 2) | F.channel_shuffle(x, 2) | torch.native_channel_shuffle(x, 2) | aten.pixel_shuffle(x, 2) | F.pixel_shuffle(x, upscale_factor=2) | F.pixel_shuffle(x[None], 2) | F.pixel_unshuffle(x[0], 2) | torch.channel_shuffle(l, 2)",
    "torch.view_as_real(c) | torch.view_as_complex(a.reshape(3, 4, 2)) | torch.view_as_complex(d.reshape(3, 4, 2)) | c.real | c.imag | torch.real(c) | torch.imag(c) | torch.real(a) | a.real | d.real | i.real | h.real | torch.polar(a, b) | torch.polar(d, d) | torch.complex(a, b) | torch.complex(d, d) | torch.angle(c) | c.angle() | torch.angle(a) | torch.view_as_real(c.to(torch.complex128)) | torch.view_as_real(c[0]) | torch.polar(m, s) | torch.complex(m, v) | torch.angle(i)",
    "torch.as_strided(a, (2, 2), (1, 2)) | a.as_strided((3, 2), (1, 1), 2) | a.as_strided(size=(3,), stride=(2,), storage_offset=1) | aten.as_strided(a, [2, 2], [1, 2])",
    "a[0] | a[-1] | a[0, 1] | a[0, 1, 2] | a[0:1] | a[:, 1:] | a[..., 0] | a[..., ::2] | a[:, None] | a[None] | a[..., None] | a[None, ..., 0, None] | a[0, ..., 0] | a[1:1] | a[5:] | a[-2:] | a[:, :-1] | a[:, -100:100] | a[()] | a[...] | a[:] | s[()] | s[None] | s[...] | e[0:0] | e[:, 1] | e[:, None, 1:] | a[torch.tensor(1)] | a[t] | a[:, t] | a[True] | a[None, True] | m[2, -1] | a[:, :, 1::3] | i[0] | k[0] | c[1]",
    "a[j] | a[j[0]] | a[j[0], j[1]] | a[:, j[0]] | a[:, j[0], j[1]] | a[j[0], :, j[1]] | a[j[0], None, j[1]] | a[None, j[0]] | a[..., j] | a[0, j[0]] | a[j, 0] | a[0, :, j] | a[j, 0, j] | a[[0, 1]] | a[[0, 1], [1, 2]] | a[:, [0, 2]] | a[torch.tensor([0, 1]), 1:, torch.tensor([1])] | a[j[:, None], j] | a[:, j, None] | a[j.to(torch.int32)] | a[j[:, :0]] | a[[]] | a[range(2)] | a[:, j, ..., None] | a[0, j, 0] | a[j[0], ..., j[1]] | a[1:, :, j] | a[j[0], 0, :] | x[:, j, :, j] | x[0, j, :, j] | x[:, 0, :, j] | x[j, :, 0] | x[:, :, j, j] | x[0, :, j] | x[0, None, :, j]",
    "a[torch.tensor([True, False])] | a[:, torch.tensor([True, False, True])] | a[torch.tensor([[True, False, True], [False, False, True]])] | a[torch.tensor([True, True]), torch.tensor([0, 2])] | a[..., torch.tensor([True, False, True, True])] | a[[True, False]] | a[torch.tensor([False, False])] | a[0, torch.tensor([True, False, True])] | a[torch.tensor(True)] | a[False]",
    "aten.index(a, [j]) | aten.index(a, [None, j]) | aten.index.Tensor(a, [j, None, j]) | aten.select(a, 0, 1) | aten.slice(a, 1, 0, 2) | aten.slice.Tensor(a, 0, 0, 9223372036854775807) | aten.index(a, [j, None, j[0]])",
    "a[0] = 1; a | a[:, 1] = b[:, 0]; a | a[k] = 0; a | a[j] = 2.0; a | a[..., 0] += 1; a | a[0][1] = u[0]; a | a[:] = v; a | s[()] = 1; s | a[0, 0, 0] = s; a | a[0:1, ::2] = 5; a | i[0] = 1; i | a[k] = s; a | h[0] = a[0]; h",
    "aten.index_put(a, [j], s) | aten._unsafe_index_put(a, [j], s) | a.index_put((j,), s) | torch.index_put(a, [j], s, True) | a.index_put_((j[0],), s, accumulate=True) | a.index_copy(0, j[0, :2], b) | torch.index_copy(a, 0, j[0, :2], b) | a.index_copy_(0, j[0, :2], b) | a.index_fill(1, j[0], 2.0) | torch.index_fill(a, -1, j[0], s) | a.index_fill_(0, j[0], 1) | a.masked_scatter(k, b) | a.masked_scatter_(k, b) | torch.masked_scatter(a, k, b) | torch.slice_scatter(a, b[:1], 0, 0, 1) | a.slice_scatter(b[:, :2], dim=1, start=0, end=2) | torch.select_scatter(a, m, 0, 1) | a.select_scatter(m, dim=0, index=0)",
    "a.copy_(b) | a.copy_(m) | a.copy_(i) | i.copy_(a) | torch.ops.aten.copy(a, b) | aten.copy(h, a) | a.copy_(b, non_blocking=True) | a.fill_(1) | a.zero_() | a.normal_() | a.uniform_(0, 1) | a.bernoulli_(0.5) | i.random_(0, 3) | a.exponential_() | a.fill_(s) | aten.fill_(a, 1) | torch.fill_(a, 2) | torch.zero_(a) | torch.fill(a, 1) | a[0].fill_(1); a | k.fill_(True)",
    "a.gather(0, i) | torch.gather(a, 1, i[:, :1]) | torch.gather(a, dim=-1, index=i[:1, :1, :2]) | a.gather(2, index=i, sparse_grad=False) | torch.take_along_dim(a, i, 1) | a.take_along_dim(i[:, :1], dim=1) | torch.take_along_dim(a, i) | a.take_along_dim(i[:1], 1) | torch.gather(i, 0, i) | s.gather(0, t) | aten.gather(a, 0, i) | torch.gather(e, 0, torch.zeros(0, 3, dtype=torch.int64))",
    "a.index_select(0, j[0]) | torch.index_select(a, -1, j[0]) | a.index_select(dim=1, index=t) | torch.index_select(i, 1, j[0].int()) | a.index_select(0, j[0, :0]) | aten.index_select(a, 0, j[0]) | s.index_select(0, t) | a.select(0, 1) | torch.select(a, -1, 2) | a.select(dim=1, index=-1) | torch.select_copy(a, 0, 1) | a.narrow(1, 0, 2) | torch.narrow(a, -1, 1, 2) | a.narrow(dim=0, start=-1, length=1) | a.narrow(0, torch.tensor(1), 1) | a.narrow(1, 1, 0) | torch.slice_copy(a, 0, 0, 1) | torch.slice_copy(a, -1) | aten.select.int(i, 0, 0)",
    "a.scatter(0, i, b) | torch.scatter(a, 1, i, 2.0) | a.scatter(2, i, value=1) | a.scatter(dim=-1, index=i[:, :1], src=b) | a.scatter_(0, i, b) | a.scatter_(0, i, 1.0) | a.scatter_add(1, i, b) | torch.scatter_add(a, dim=1, index=i, src=b) | a.scatter_add_(0, i[:1], b) | a.scatter_reduce(0, i, b, 'sum') | torch.scatter_reduce(a, 1, i, b, reduce='amax') | a.scatter_reduce_(0, i, b, 'mean', include_self=False) | a.scatter(0, i, b, reduce='add') | a.scatter_(0, i, 2.0, reduce='multiply') | s.scatter_add(0, t, s) | a.scatter(0, i[:, :, :0], b)",
    "a.index_add(0, j[0], torch.ones(3, 3, 4)) | torch.index_add(a, 1, j[0], b, alpha=2) | a.index_add(-1, j[0], torch.ones(2, 3, 3)) | a.index_add_(0, j[0, :2], b) | v.index_add(0, j[0], u) | a.index_add(dim=0, index=j[0, :2], source=b) | torch.index_add(a, dim=-2, index=j[0], source=b)",
    "F.embedding(j, m) | torch.embedding(m, j) | F.embedding(input=j, weight=m, padding_idx=0) | F.embedding(t, m) | F.embedding(j.int(), n) | aten.embedding(m, j) | F.embedding(j, f) | F.embedding(j, m, 0, 1.0) | F.embedding(j[:, :0], m) | aten.embedding.default(n, j, -1, False, False) | torch.embedding_renorm_(m, j, 1.0, 2.0) | F.embedding(j, m, max_norm=1.0)",
    "F.one_hot(j, 5) | F.one_hot(j, num_classes=3) | torch.nn.functional.one_hot(t, 4) | F.one_hot(torch.tensor([0, 2])) | aten.one_hot(j, 3)",
    "torch.take(a, j) | a.take(j) | torch.bucketize(a, v) | torch.bucketize(a, v, out_int32=True) | torch.searchsorted(v, a) | torch.searchsorted(v, a, right=True, out_int32=True) | torch.histc(a, 10, 0, 1) | torch.bincount(torch.tensor([1, 2, 2])) | torch.searchsorted(v, 0.5)",
    "F.embedding_bag(j, m) | F.embedding_bag(j, m, mode='sum') | F.embedding_bag(j, m, mode='max') | F.embedding_bag(j[0], m, j[0, :1] * 0) | F.embedding_bag(j, m, mode='sum', per_sample_weights=torch.ones(2, 3)) | F.embedding_bag(j[0], m, torch.tensor([0, 2])) | F.embedding_bag(input=j, weight=m) | F.embedding_bag(j, m, None, None, 2.0, False, 'sum') | torch.embedding_bag(m, j[0], torch.tensor([0]))[0]",
    "torch.cat([a, b]) | torch.cat((a, b), 1) | torch.cat([a, b], dim=-1) | torch.cat(tensors=[a, b], dim=0) | torch.concat([a, b], axis=1) | torch.concatenate([a, b], 2) | torch.cat([a, i]) | torch.cat([h, d]) | torch.cat([e, m[:, :3]]) | torch.cat([torch.empty(0), m]) | torch.cat([a]) | torch.cat([e, e]) | torch.cat([k, i]) | aten.cat([a, b], 1) | torch.cat([a, b], out=torch.empty(4, 3, 4)) | torch.cat([e, e], 1) | torch.cat([e, torch.zeros(0, 2)], 1) | torch.cat([a[:0], b]) | torch.cat((v, v), -1) | torch.cat(a.unbind(0), 0) | torch.cat([m[:, :0], m], 1) | torch.cat([torch.zeros(0, dtype=torch.float64), m])",
    "torch.stack([a, b]) | torch.stack((a, b), 1) | torch.stack([a, b], dim=-1) | torch.stack(tensors=[a], dim=-2) | torch.stack([a, i]) | torch.stack([s, s]) | torch.stack([e, e]) | aten.stack([a, b], 1) | torch.stack([e, e], -1) | torch.stack([k, i])",
    *(
        "torch.{0}([a, b]) | torch.{0}((m, m)) | torch.{0}([v, v]) | torch.{0}(tensors=[m, m])".format(name)
        for name in "hstack vstack row_stack dstack column_stack".split()
    ),
    "torch.hstack([s, s]) | torch.vstack([s, s]) | torch.dstack([s, s]) | torch.column_stack([v, n]) | torch.vstack([v, m]) | torch.hstack([v, r]) | torch.column_stack([s, s]) | torch.vstack([e, m[:, :3]]) | torch.hstack([e, e])",
    "a.split(1) | a.split(2, 1) | torch.split(a, 3, dim=-1) | a.split([1, 2], 1) | torch.split(a, (1, 3), dim=2) | a.split(split_size=2, dim=1) | torch.split(tensor=a, split_size_or_sections=2, dim=1) | a.split_with_sizes([1, 1]) | torch.split_with_sizes(a, [1, 2], 1) | torch.unsafe_split(a, 2, 1) | a.split([0, 3], 1) | a.split([0, 0, 3], dim=1) | a.split(5) | e.split(2) | e.split(2, 1) | aten.split(a, 2, 1) | aten.split_with_sizes(a, [1, 1]) | aten.split.Tensor(a, 2, -1) | a.split(10, 2) | a.unsafe_split_with_sizes([1, 1])",
    "a.chunk(2) | torch.chunk(a, 3, 1) | a.chunk(chunks=2, dim=-1) | torch.unsafe_chunk(a, 2, 1) | a.chunk(3, 2) | a.chunk(7, 1) | torch.chunk(input=a, chunks=2) | e.chunk(2) | r.chunk(4) | r.chunk(3) | aten.chunk(a, 2, 1) | e.chunk(3, 1)",
    "torch.tensor_split(a, 2) | a.tensor_split(3, 2) | a.tensor_split((1, 2), 2) | torch.tensor_split(a, [1], dim=1) | a.tensor_split(indices=(1,), dim=1) | a.tensor_split(sections=2, dim=2) | torch.tensor_split(r, 3) | a.tensor_split(3) | a.tensor_split([0, 5], 1) | torch.tensor_split(r, [3, 1]) | torch.tensor_split(r, (-1,)) | torch.tensor_split(a, torch.tensor([1]), dim=1) | torch.tensor_split(a, torch.tensor(2), dim=1)",
    "a.unbind() | torch.unbind(a, 1) | a.unbind(dim=-1) | list(a) | [*m] | tuple(v) | aten.unbind(a, 1) | e.unbind() | e.unbind(1) | next(iter(a)) | [u + 1 for u in m]",
    "F.pad(a, (1, 1)) | F.pad(a, (1, 1), 'constant', 0) | F.pad(a, (1, 2, 0, 1)) | F.pad(a, (1, 1, 1, 1, 1, 1), value=1.0) | F.pad(a, [0, 1, 2, 0], mode='constant') | F.pad(l, (1, 1), mode='reflect') | F.pad(x, (1, 1, 2, 2), mode='replicate') | F.pad(x, (1, 0, 1, 0), 'circular') | F.pad(a, (-1, 1)) | F.pad(a, (-1, -1)) | F.pad(a, (0, 0)) | F.pad(v, (1, 1)) | F.pad(m, (0, 0, 1, 1)) | F.pad(i, (1, 1), value=-1) | F.pad(k, (1, 1), value=True) | F.pad(input=a, pad=(1, 1)) | torch.constant_pad_nd(a, [1, 1], 0) | aten.constant_pad_nd(a, [1, 1, 2, 2]) | aten.pad(x, [1, 1, 1, 1], 'reflect') | F.pad(l[0], (1, 1), 'reflect') | F.pad(x[0], (1, 1, 1, 1), 'reflect') | F.pad(w, (1, 1, 1, 1, 1, 1), 'replicate') | F.pad(e, (1, 1)) | F.pad(e, (0, 0, 1, 1)) | F.pad(a, ()) | F.pad(a, (0, -2, -1, 0)) | F.pad(h, (1, 1)) | F.pad(a, (-2, -2)) | F.pad(w, (0, 0, 0, 0, 1, 1)) | F.pad(x, (0, 0, 0, 0, 1, 1)) | F.pad(x, (0, 0, 0, 0, 0, 0, 1, 0))",
    "torch.meshgrid(u, v, indexing='ij') | torch.meshgrid(u, v, indexing='xy') | torch.meshgrid([u, v], indexing='ij') | torch.meshgrid(u, indexing='ij') | torch.meshgrid(u, v, r, indexing='xy') | torch.meshgrid(torch.arange(3), torch.arange(2), indexing='ij') | torch.meshgrid(s, v, indexing='ij')",
    "torch.cartesian_prod(u, v) | torch.combinations(v) | torch.combinations(v, r=3, with_replacement=True) | torch.block_diag(m, n) | torch.block_diag(m, v, s) | torch.cartesian_prod(u)",
    "F.linear(a, torch.ones(5, 4)) | F.linear(a, torch.ones(5, 4), r) | F.linear(input=m, weight=torch.ones(5, 4), bias=r) | F.linear(v, torch.ones(5, 4), bias=r) | F.linear(a, v) | F.linear(v, v) | F.linear(x, torch.ones(3, 8)) | F.linear(e, torch.ones(2, 3)) | aten.linear(m, torch.ones(5, 4)) | F.linear(a, v, s) | F.linear(a, torch.ones(5, 4), s.expand(5))",
    "a @ n | a @ v | u @ m | v @ v | a @ b.mT | m @ n | torch.matmul(a, n) | torch.matmul(u, a) | a.matmul(other=n) | torch.matmul(v, n) | torch.mm(m, n) | m.mm(n) | torch.mm(input=m, mat2=n) | torch.bmm(a, b.mT) | a.bmm(mat2=b.transpose(1, 2)) | torch.mv(m, v) | m.mv(vec=v) | torch.dot(v, v) | v.dot(v) | torch.inner(m, m) | torch.inner(a, m) | torch.inner(v, v) | torch.inner(s, a) | torch.inner(a, v) | torch.vdot(v, v) | torch.linalg.matmul(a, n) | torch.linalg.vecdot(a, b) | torch.linalg.vecdot(a, b, dim=1) | torch.vecdot(a, b) if hasattr(torch, 'vecdot') else v | m.__rmatmul__(torch.ones(2, 3)) | aten.mm(m, n) | aten.bmm(a, b.mT) | aten.matmul(a, n) | aten.mv(m, v) | aten.dot(v, v) | torch.mm(m, n, out=torch.empty(3, 5)) | p @ q.mT | p @ q[0].mT | p[:, :1] @ q.mT | torch.matmul(p, v.repeat(2)) | torch.matmul(v[:3], p[0, 0, :3]) | e @ m | m.T @ m.T.mT | m.__matmul__(n) | torch.matmul(input=a, other=n) | torch.inner(input=a, other=m) | c @ c.T | a @ a.mT[:, :, :0] | torch.linalg.vecdot(v, a)",
    "torch.addmm(r, m, n) | torch.addmm(r, m, n, beta=0.5, alpha=2) | torch.addmm(input=s, mat1=m, mat2=n) | m.new_zeros(3, 5).addmm(m, n) | m.new_zeros(3, 5).addmm_(m, n) | torch.addmm(r, m, n, beta=0) | torch.addmv(u, m, v) | torch.addmv(u, m, v, alpha=2) | u.addmv_(m, v) | torch.baddbmm(a.new_zeros(2, 3, 3), a, b.mT) | torch.baddbmm(u, a, b.mT, beta=0, alpha=0.1) | torch.addbmm(u, a, b.mT) | torch.addbmm(g[:3, :3], a, b.mT, beta=2) | torch.addr(m, u, v) | torch.addr(s, u, v, beta=2, alpha=3) | m.addr_(u, v) | aten.addmm(r, m, n) | aten.baddbmm(u, a, b.mT) | torch.addmv(s, m, v, beta=0)",
    "torch.outer(u, v) | u.outer(v) | torch.ger(u, v) | torch.outer(input=u, vec2=v) | torch.outer(u, torch.tensor([1, 2])) | torch.outer(v, c[0])",
    "torch.einsum('ij,jk->ik', m, n) | torch.einsum('ij,jk', m, n) | torch.einsum('bij,bkj->bik', a, b) | torch.einsum('...j,jk->...k', a, n) | torch.einsum('b h i d, b h j d -> b h i j', p, q) | torch.einsum('ij->ji', m) | torch.einsum('ii->i', g) | torch.einsum('ii', g) | torch.einsum('ij->', m) | torch.einsum('i,j->ij', u, v) | torch.einsum('i,i->', v, v) | torch.einsum('ij,kj', m, m) | torch.einsum('...i,...i->...', a, m) | torch.einsum('bij,jk->bik', a, n) | torch.einsum('ij,j->i', m, v) | torch.einsum('ij,jk,kl->il', m, n, r.expand(5, 5)) | torch.einsum('ijk->kij', [a]) | torch.einsum('...ij->...ji', a) | torch.einsum('a...->...', a) | torch.einsum('ij,ij->ij', m, m) | torch.einsum('i...j,jk->ik...', a, n) | torch.einsum(m, [0, 1], n, [1, 2], [0, 2]) | torch.einsum('bhid,bhjd->bhij', (p, q)) | torch.einsum('ij, jk -> ik', m, n) | torch.einsum('Ab,bC->AC', m, n) | torch.einsum('ij->j', m) | torch.einsum(',ij->ij', s, m) | torch.einsum('bi...,b...->bi', a, a[:, 0]) | torch.einsum('...a,...a', a, m)",
    "F.bilinear(m, m, torch.ones(5, 4, 4)) | F.bilinear(a, b, torch.ones(5, 4, 4), r) | torch.bilinear(m, m, torch.ones(2, 4, 4), None) | torch.chain_matmul(m, n, torch.ones(5, 2)) | torch.linalg.multi_dot([m, n, torch.ones(5, 2)]) | torch.linalg.multi_dot((u, m, n)) | torch.linalg.multi_dot([u, m, v]) | torch.tensordot(m, n, 1) | torch.tensordot(a, b, dims=([1, 2], [1, 2])) | torch.tensordot(a, n, ([-1], [0])) | torch.tensordot(u, v, 0) | torch.tensordot(a, m, dims=([1, 2], [0, 1])) | torch.tensordot(m, n, dims=((1,), (0,))) | torch.linalg.multi_dot([m, n]) | torch.linalg.multi_dot([torch.ones(2, 30), torch.ones(30, 3), torch.ones(3, 40)]) | torch.chain_matmul(m, n)",
    "torch.zeros(2, 3) | torch.zeros((2, 3)) | torch.zeros(size=(2, 3)) | torch.ones([2], dtype=torch.int64) | torch.ones(()) | torch.empty(2, 0) | torch.rand(2, 3) | torch.randn((2, 3), dtype=torch.float64) | torch.zeros(2, dtype=torch.bool, device='cpu') | torch.empty_permuted((2, 3), (1, 0)) | torch.full((2, 3), 1) | torch.full((2,), 1.5) | torch.full((2,), True) | torch.full([2], 1, dtype=torch.float16) | torch.full(size=(3,), fill_value=2) | torch.full((), 2.0) | torch.full((2,), 1j) | a.new_full((2, 3), 1) | a.new_full(size=(2,), fill_value=3, dtype=torch.int64) | i.new_full((2,), 1.5) | torch.full((2,), s) | torch.zeros(a.shape) | torch.zeros(*a.shape[:2]) | torch.ones(a.size(0), a.size(1)) | torch.zeros([]) | torch.zeros(0)",
    "a.new_zeros(2, 3) | a.new_ones((2, 3)) | a.new_empty(size=(2,)) | i.new_zeros(3) | a.new_zeros(2, dtype=torch.int64) | a.new_tensor([1, 2]) | a.new_tensor([1, 2], dtype=torch.int32) | i.new_tensor(1.5) | a.new_empty_strided((2, 3), (3, 1)) | k.new_ones(4) | a.new_zeros(()) | a.new_zeros(b.shape) | a.new_ones(0, 2) | i.new_tensor([[1.5]])",
    "torch.zeros_like(a) | torch.ones_like(i) | torch.empty_like(a, dtype=torch.int32) | torch.full_like(a, 2) | torch.full_like(a, fill_value=2, dtype=torch.bool) | torch.rand_like(a) | torch.randn_like(h) | torch.randint_like(a, 5) | torch.randint_like(i, 0, 3) | torch.bernoulli(a / 10) | a.mul(0.01).bernoulli() | a.bernoulli(0.5) | torch.poisson(a) | torch.multinomial(v, 2) | torch.multinomial(m, 3, True) | torch.normal(a, b) | torch.normal(0.0, 1.0, (2, 3)) | torch.normal(a, 1.0) | torch.normal(0.0, b) | torch.zeros_like(e) | torch.zeros_like(s) | torch.zeros_like(input=a) | aten.zeros_like(a) | m.multinomial(2) | torch.normal(mean=0.0, std=1.0, size=(2, 2)) | aten.ones_like(i, dtype=torch.float32) | torch.normal(a, std=2.0) | torch.zeros_like(a, memory_format=torch.preserve_format)",
    "torch.arange(5) | torch.arange(2, 7) | torch.arange(0, 7, 2) | torch.arange(0.0, 1.0, 0.1) | torch.arange(5.0) | torch.arange(end=4) | torch.arange(start=1, end=6, step=2) | torch.arange(5, 0, -2) | torch.arange(3, dtype=torch.float32) | torch.arange(a.shape[1]) | torch.arange(0) | torch.arange(torch.tensor(4)) | torch.arange(0.5, 3) | torch.range(0, 4) | torch.range(1, 2, 0.5) | torch.arange(1, end=5) | torch.arange(0, 5, step=2) | torch.arange(0.0, 1.0, 1 / 3) | torch.arange(0, 10, 2.5) | torch.arange(1, 5, out=torch.empty(4)) | torch.arange(0, 0.3, 0.1) | torch.arange(0, 2.1, 0.7) | torch.arange(2**40, 2**40 + 3)",
    "torch.linspace(0, 1, 5) | torch.linspace(start=0, end=1, steps=3) | torch.linspace(0, 1, steps=5, dtype=torch.float64) | torch.logspace(0, 1, 5) | torch.logspace(0, 1, 4, 2.0) | torch.linspace(s, 1, 3) | torch.eye(3) | torch.eye(3, 4) | torch.eye(n=2, m=3, dtype=torch.int64) | torch.randperm(5) | torch.randperm(n=5, dtype=torch.int32) | torch.randint(5, (2, 3)) | torch.randint(0, 5, (2, 3)) | torch.randint(low=0, high=5, size=(2,)) | torch.randint(5, size=(2,), dtype=torch.int32) | torch.randint(high=3, size=(2,)) | torch.eye(0) | torch.linspace(0, 1, 0) | torch.eye(3, 0)",
    "torch.tril_indices(3, 4) | torch.triu_indices(3, 4, 1) | torch.hann_window(5) | torch.hamming_window(5, periodic=False) | torch.blackman_window(5, dtype=torch.float64) | torch.kaiser_window(5) | torch.tril_indices(3, 3, -1, dtype=torch.int32) | torch.tril_indices(row=2, col=2) | torch.hann_window(0)",
    "torch.tensor([1, 2]) | torch.tensor(1.5) | torch.tensor([[1.0]], dtype=torch.float64) | torch.tensor(True) | torch.as_tensor([1, 2]) | torch.as_tensor(a) | torch.as_tensor(a, dtype=torch.float64) | torch.asarray([1.0]) | torch.asarray(a) | torch.scalar_tensor(2) | torch.scalar_tensor(2.0, dtype=torch.int64) | torch.from_numpy(__import__('numpy').zeros((2, 3))) | torch.tensor(data=[1]) | torch.tensor([]) | torch.tensor(__import__('numpy').zeros(3)) | torch.tensor([[1, 2], [3, 4]], device='cpu') | torch.tensor(1j) | torch.tensor([2**40]) | torch.tensor(a.shape) | torch.asarray(a, dtype=torch.int64) | torch.as_tensor(__import__('numpy').arange(3, dtype='int32')) | torch.asarray(obj=[1, 2]) | torch.lift_fresh(torch.tensor(1)) if hasattr(torch, 'lift_fresh') else v | aten.lift_fresh(torch.ones(2)) | aten.scalar_tensor(2)",
    "a.to(torch.float64) | a.to(dtype=torch.int32) | a.to('cpu') | a.to('cpu', torch.float16) | a.to(d) | a.to(torch.device('cpu'), torch.float64, True) | a.to(device='cpu', dtype=torch.float16, non_blocking=True, copy=True) | a.to(torch.float32) | a.type(torch.int64) | a.type('torch.DoubleTensor') | a.type(torch.HalfTensor) | a.type_as(i) | a.float() | a.double() | a.half() | a.bfloat16() | a.long() | a.int() | a.short() | a.char() | a.byte() | a.bool() | a.cfloat() | a.cdouble() | a.cpu() | i.float() | k.float() | k.long() | c.to(torch.complex128) | a.to(c) | aten._to_copy(a, dtype=torch.float64) | aten.to(a, torch.float64) | op.prims.convert_element_type(a, torch.float64) | a.to('cpu', non_blocking=True) | s.to(torch.int64) | e.double() | a.to(memory_format=torch.contiguous_format) | aten._to_copy(a) | aten.to.dtype(a, torch.float16) | a.type(dtype=torch.float64)",
    "a.contiguous() | a.contiguous(memory_format=torch.contiguous_format) | a.detach() | a.data | a.requires_grad_(False) | aten.alias(a) | aten.detach(a) | a.clone() | torch.clone(a, memory_format=torch.preserve_format) | torch.detach(a) | aten.clone(a) | aten.lift(a) | __import__('copy').deepcopy(a) | __import__('copy').copy(a) | torch._lazy_clone(a) | x.contiguous(memory_format=torch.channels_last) | a.data.add_(1); a | a.data = b; a | a.requires_grad = False; a | a.as_subclass(torch.Tensor)",
    "F.batch_norm(x, v, v) | F.batch_norm(x, v, v, v, v) | F.batch_norm(x, v, v, v, v, True) | F.batch_norm(x, None, None, training=True) | F.batch_norm(x, None, None, v, v, True, 0.1, 1e-3) | F.batch_norm(x, running_mean=v, running_var=v, weight=v) | F.batch_norm(m, v, v, bias=v) | F.batch_norm(l, v, v, v, v) | F.batch_norm(w, v, v, v, v) | torch.batch_norm(x, v, v, v, v, False, 0.1, 1e-5, True) | torch.native_batch_norm(x, v, v, v, v, False, 0.1, 1e-5)[0] | torch.native_batch_norm(x, v, v, v, v, True, 0.1, 1e-5) | aten._native_batch_norm_legit(x, v, v, v, v, True, 0.1, 1e-5) | torch._native_batch_norm_legit(x, v, v, True, 0.1, 1e-5)[0] | aten._native_batch_norm_legit_no_training(x, v, v, v, v, 0.1, 1e-5)[0] | aten._native_batch_norm_legit.no_stats(x, v, v, True, 0.1, 1e-5)",
    "F.layer_norm(a, (4,)) | F.layer_norm(a, [3, 4]) | F.layer_norm(a, (4,), v, v) | F.layer_norm(a, (4,), weight=v, eps=1e-6) | F.layer_norm(a, (4,), None, v) | F.layer_norm(input=a, normalized_shape=(4,), bias=v) | torch.layer_norm(a, (4,), v, v, 1e-5, False) | torch.native_layer_norm(a, (4,), v, v, 1e-5) | aten.native_layer_norm(a, [3, 4], None, None, 1e-5) | F.layer_norm(a, a.shape) | F.layer_norm(a, torch.Size([4])) | F.rms_norm(a, (4,)) | F.rms_norm(a, [4], v) | F.rms_norm(a, (3, 4), m, 1e-6) | torch.rms_norm(a, (4,), weight=v, eps=1e-3) | aten._fused_rms_norm(a, [4], v, 1e-6) | F.layer_norm(h.float(), (4,))",
    "F.group_norm(x, 2) | F.group_norm(x, 2, v, v) | F.group_norm(x, num_groups=4, weight=v) | F.group_norm(l, 1, None, v) | torch.group_norm(x, 2, v, v, 1e-5, True) | F.group_norm(torch.ones(2, 4), 2) | torch.native_group_norm(x, v, v, 2, 4, 64, 2, 1e-5) | aten.native_group_norm(x, None, None, 2, 4, 64, 4, 1e-5) | F.instance_norm(x) | F.instance_norm(x, weight=v, bias=v) | F.instance_norm(x, v, v, v, v) | F.instance_norm(x, v, v, use_input_stats=False) | F.instance_norm(l, weight=v) | torch.instance_norm(x, None, None, v, v, True, 0.1, 1e-5, True) | F.instance_norm(w) | F.local_response_norm(x, 3) | F.local_response_norm(x, size=5, alpha=1e-3, beta=0.5, k=2.0) | F.local_response_norm(l, 2) | F.local_response_norm(w, 3)",
    "torch._weight_norm(m, o, 0) | torch._weight_norm(m, v[None], 1) | torch._weight_norm(m, o) | torch._weight_norm_interface(m, o, 0) | aten._weight_norm_interface(m, o, 0) | torch._weight_norm(torch.ones(4, 3, 2), torch.ones(4, 1, 1), 0)",
    "F.max_pool1d(l, 2) | F.max_pool1d(l, 3, 2, 1, 1, True) | F.max_pool1d(l[0], 2) | F.max_pool1d(l, 2, return_indices=True) | F.max_pool2d(x, 2) | F.max_pool2d(x, (2, 3), stride=(1, 2), padding=(1, 1)) | F.max_pool2d(x, 3, 2, 1, ceil_mode=True) | F.max_pool2d(x, kernel_size=3, dilation=2) | F.max_pool2d(x, 2, return_indices=True) | F.max_pool2d(x, 2, 2, 0, 1, False, True) | F.max_pool2d(x[0], 2) | F.max_pool3d(w, 2) | F.max_pool3d(w, (1, 2, 3), return_indices=True) | torch.max_pool1d(l, 2) | torch.max_pool2d(x, [2, 2]) | torch.max_pool3d(w, 3, 3) | torch.max_pool1d_with_indices(l, 2) | torch._C._nn.max_pool2d_with_indices(x, 2) | torch._C._nn.max_pool3d_with_indices(w, 2) | F.max_pool1d_with_indices(l, 2) | F.max_pool2d_with_indices(x, 3, 2) | F.max_pool3d_with_indices(w, 2) | aten.max_pool2d_with_indices(x, [2, 2]) | aten.max_pool2d(x, [2, 2]) | F.max_pool2d(x, 2, None) | F.max_pool2d(x, [3], [2], [1]) | F.max_pool2d(x, 3, ceil_mode=True, stride=3) | aten.max_pool2d_with_indices(x, [3, 3], [2, 2], [1, 1], [1, 1], True) | F.max_pool2d(x.half(), 2) | F.max_pool2d(x, 2, stride=[])",
    "F.avg_pool1d(l, 2) | F.avg_pool1d(l, 3, 2, 1, True, False) | F.avg_pool1d(l[0], (2,)) | F.avg_pool2d(x, 2) | F.avg_pool2d(x, (2, 3), (1, 2), (1, 1)) | F.avg_pool2d(x, 3, stride=2, ceil_mode=True, count_include_pad=False) | F.avg_pool2d(x, 2, divisor_override=3) | F.avg_pool3d(w, 2) | F.avg_pool3d(w, (1, 2, 2), 2, padding=(0, 1, 1)) | torch.avg_pool1d(l, 2) | aten.avg_pool2d(x, [2, 2]) | F.avg_pool2d(x[0], 2) | torch._C._nn.avg_pool2d(x, 2) | F.avg_pool2d(x, [2], None)",
    "F.lp_pool1d(l, 2, 3) | F.lp_pool1d(l, 2.0, kernel_size=2, stride=1) | F.lp_pool2d(x, 1, 2) | F.lp_pool2d(x, norm_type=2, kernel_size=(3, 2), ceil_mode=True) | F.lp_pool3d(w, 2, 2) | F.lp_pool2d(x, 2, 3, 2, True)",
    *(
        "F.adaptive_{0}_pool1d(l, 3) | F.adaptive_{0}_pool1d(l, (2,)) | F.adaptive_{0}_pool2d(x, 3) | F.adaptive_{0}_pool2d(x, (2, None)) | F.adaptive_{0}_pool2d(x, output_size=(1, 1)) | F.adaptive_{0}_pool2d(x[0], 1) | F.adaptive_{0}_pool3d(w, (1, 2, 3)) | F.adaptive_{0}_pool3d(w, 1) | F.adaptive_{0}_pool2d(x, [None, 5]) | F.adaptive_{0}_pool2d(x, 16)".format(
            name
        )
        for name in ("avg", "max")
    ),
    "torch.adaptive_avg_pool1d(l, 3) | aten._adaptive_avg_pool2d(x, [2, 3]) | aten._adaptive_avg_pool3d(w, [1, 1, 1]) | aten.adaptive_avg_pool2d(x, [1, 1]) | torch.adaptive_max_pool1d(l, 3) | torch._C._nn.adaptive_max_pool2d(x, 3) | aten.adaptive_max_pool2d(x, [2, 2]) | aten.adaptive_max_pool3d(w, [2, 2, 2]) | aten.adaptive_max_pool1d(l, [2]) | F.adaptive_max_pool1d(l, 3, return_indices=True) | F.adaptive_max_pool2d(x, 3, True) | F.adaptive_max_pool3d(w, 2, return_indices=True) | F.adaptive_max_pool1d_with_indices(l, 3) | F.adaptive_max_pool2d_with_indices(x, (3, 2)) | F.adaptive_max_pool3d_with_indices(w, 2) | F.adaptive_max_pool2d_with_indices(x, 2, True) | torch._C._nn.adaptive_max_pool3d(w, 2)",
    "F.max_unpool1d(*F.max_pool1d(l, 2, return_indices=True), 2) | F.max_unpool2d(*F.max_pool2d(x, 2, return_indices=True), 2) | F.max_unpool2d(*F.max_pool2d(x, 2, return_indices=True), kernel_size=2, stride=2, padding=0) | F.max_unpool2d(*F.max_pool2d(x, 3, 2, return_indices=True), 3, 2, output_size=(8, 8)) | F.max_unpool3d(*F.max_pool3d(w, 2, return_indices=True), 2) | F.max_unpool2d(*F.max_pool2d(x, 2, return_indices=True), 2, output_size=x.shape) | F.max_unpool2d(*F.max_pool2d(x[0], 2, return_indices=True), 2)",
    "torch.lstm(l, (torch.zeros(1, 4, 5), torch.zeros(1, 4, 5)), (torch.ones(20, 8), torch.ones(20, 5), torch.ones(20), torch.ones(20)), True, 1, 0.0, False, False, False) | torch.lstm(l, (torch.zeros(2, 2, 5), torch.zeros(2, 2, 5)), (torch.ones(20, 8), torch.ones(20, 5), torch.ones(20, 8), torch.ones(20, 5)), False, 1, 0.0, False, True, True) | torch.gru(l, torch.zeros(1, 2, 5), (torch.ones(15, 8), torch.ones(15, 5), torch.ones(15), torch.ones(15)), True, 1, 0.0, False, False, True) | torch.rnn_tanh(l, torch.zeros(1, 2, 5), (torch.ones(5, 8), torch.ones(5, 5), torch.ones(5), torch.ones(5)), True, 1, 0.0, False, False, True) | torch.rnn_relu(l, torch.zeros(1, 2, 5), (torch.ones(5, 8), torch.ones(5, 5), torch.ones(5), torch.ones(5)), True, 1, 0.0, True, False, True) | torch.lstm(l, (torch.zeros(1, 2, 3), torch.zeros(1, 2, 5)), (torch.ones(20, 8), torch.ones(20, 3), torch.ones(20), torch.ones(20), torch.ones(3, 5)), True, 1, 0.0, False, False, True)",
    "torch.lstm_cell(m, (torch.zeros(3, 5), torch.zeros(3, 5)), torch.ones(20, 4), torch.ones(20, 5), torch.ones(20), torch.ones(20)) | torch.gru_cell(m, torch.zeros(3, 5), torch.ones(15, 4), torch.ones(15, 5), torch.ones(15), torch.ones(15)) | torch.rnn_tanh_cell(m, torch.zeros(3, 5), torch.ones(5, 4), torch.ones(5, 5)) | torch.rnn_relu_cell(m, torch.zeros(3, 5), torch.ones(5, 4), torch.ones(5, 5), torch.ones(5), torch.ones(5)) | torch.lstm_cell(m, [torch.zeros(3, 5), torch.zeros(3, 5)], torch.ones(20, 4), torch.ones(20, 5)) | torch.gru_cell(input=m, hx=torch.zeros(3, 5), w_ih=torch.ones(15, 4), w_hh=torch.ones(15, 5), b_ih=torch.ones(15), b_hh=torch.ones(15))",
    *(
        "torch.{0}(a) | a.{0}() | a.{0}(0) | torch.{0}(a, dim=-1) | a.{0}(dim=1, keepdim=True) | torch.{0}(a, (0, 2)) | a.{0}([0, 1], True) | torch.{0}(a, axis=1) | torch.{0}(s) | a.{0}(()) | torch.{0}(input=a, dim=(1,), keepdim=True) | torch.{0}(s, 0) | torch.{0}(h)".format(
            name
        )
        for name in "sum nansum mean nanmean amax amin".split()
    ),
    "torch.sum(i) | torch.sum(k) | k.sum(0) | i.sum(dim=1) | torch.sum(a, dtype=torch.float64) | a.sum(0, dtype=torch.float64) | i.sum(dtype=torch.float32) | torch.sum(e) | e.sum(0) | e.sum(1) | e.mean(0) | a.mean(dtype=torch.float64) | i.mean(dtype=torch.float32) | torch.sum(c) | torch.mean(c) | torch.amax(i, 0) | torch.amax(k) | a.sum(axis=0, keepdims=True) | torch.nansum(i) | aten.sum(a, [0]) | aten.sum.dim_IntList(i, [1], True) | aten.mean(a, [1], True) | torch.sum(a, 0, out=torch.empty(3, 4)) | torch.sum(z) | sum(a) | torch.sum(s, -1) | torch.sum(y) | torch.sum(a, None) | aten.mean.dim(a, [-1, -2], True) | aten.amax(a, [0]) | torch.sum(a, dim=None, keepdim=True)",
    "torch.prod(a) | a.prod() | a.prod(0) | torch.prod(a, dim=-1, keepdim=True) | torch.prod(i) | torch.prod(k) | torch.prod(a, 1, dtype=torch.float64) | torch.prod(e) | s.prod() | i.prod(0) | torch.prod(c) | torch.prod(a, dtype=torch.float64)",
    "torch.logsumexp(a, 0) | a.logsumexp((0, 1)) | torch.logsumexp(a, dim=-1, keepdim=True) | torch.special.logsumexp(a, 1) | torch.logsumexp(i, 0) | torch.logsumexp(s, 0)",
    *(
        "torch.{0}(k) | k.{0}() | k.{0}(0) | torch.{0}(k, dim=1, keepdim=True) | torch.{0}(a) | torch.{0}(i, 0) | torch.{0}(k, dim=(0, 1)) | torch.{0}(k[:0]) | k.{0}(axis=-1)".format(
            name
        )
        for name in ("all", "any")
    ),
    "torch.all(z) | torch.any(z, 0) | z.all(dim=0) | torch.all(k, 0, out=torch.empty(3, 4, dtype=torch.bool)) | torch.all(s) | torch.any(k, dim=None, keepdim=True) | torch.all(k, keepdim=True, dim=0)",
    "torch.count_nonzero(a) | a.count_nonzero(0) | torch.count_nonzero(i, dim=(0, 1)) | torch.count_nonzero(k, dim=1) | torch.count_nonzero(s)",
    *(
        "torch.{0}(a) | a.{0}() | a.{0}(0) | torch.{0}(a, dim=-1) | a.{0}(dim=1, keepdim=True) | torch.{0}(a, (0, 2)) | a.{0}(unbiased=False) | torch.{0}(a, False) | torch.{0}(a, 1, False) | torch.{0}(a, 1, True, True) | torch.{0}(a, dim=1, correction=0, keepdim=True) | torch.{0}(a, correction=0) | a.{0}(1, unbiased=False, keepdim=True) | torch.{0}(a, dim=(0, 1), unbiased=True) | torch.{0}(d) | torch.{0}(a, axis=1)".format(
            name
        )
        for name in ("var", "std")
    ),
    *(
        "torch.{0}(a) | torch.{0}(a, 1) | torch.{0}(a, dim=(0, 1), keepdim=True) | torch.{0}(a, 1, False, True) | torch.{0}(a, dim=1, correction=0) | torch.{0}(a, unbiased=False) | torch.{0}(a, False)".format(
            name
        )
        for name in ("var_mean", "std_mean")
    ),
    "aten.var_mean.correction(a, [1], correction=0, keepdim=True) | aten.var.correction(a, [0]) | torch.var(c) | aten.std.correction(a)",
    "torch.norm(a) | a.norm() | a.norm(2, 1) | torch.norm(a, p=1, dim=-1) | torch.norm(a, p='fro') | torch.norm(a, p=float('inf'), dim=0) | a.norm(dim=1, keepdim=True) | torch.norm(a, 2, (0, 1), True) | a.norm(p=2, dim=1, keepdim=True) | torch.norm(a, dim=1, dtype=torch.float64) | torch.linalg.norm(a) | torch.linalg.norm(a, dim=-1) | torch.linalg.norm(a, 2, -1) | torch.linalg.norm(m, 'fro') | torch.linalg.norm(a, ord=1, dim=1, keepdim=True) | torch.linalg.norm(m, ord=2) | torch.linalg.norm(m, 1) | torch.linalg.norm(m, 'nuc') | torch.linalg.norm(a, float('inf'), 1) | torch.linalg.norm(m, float('inf')) | torch.linalg.norm(v, 3) | torch.linalg.vector_norm(a) | torch.linalg.vector_norm(a, 2, -1) | torch.linalg.vector_norm(a, ord=1, dim=(0, 1), keepdim=True) | torch.linalg.vector_norm(c) | torch.frobenius_norm(a, (0, 1)) if hasattr(torch, 'frobenius_norm') else a | torch.norm(s) | torch.linalg.norm(c) | torch.norm(c) | torch.norm(a, p=float('-inf')) | torch.norm(a, 0) | torch.linalg.norm(a, 'fro', (0, 1)) | torch.linalg.norm(a, 2, (1, 2)) | torch.norm(m, 'nuc') | torch.linalg.vector_norm(a, float('inf')) | torch.linalg.vector_norm(a, dtype=torch.float64) | aten.linalg_vector_norm(a, 2, [1], True) | aten.norm.ScalarOpt_dim(a, 2, [1], True) | torch.linalg.vector_norm(h) | aten.frobenius_norm(a, [0, 1]) | F.normalize(a) | F.normalize(a, p=1.0, dim=-1) | F.normalize(a, dim=0, eps=1e-3) | F.cosine_similarity(a, b) | F.cosine_similarity(a, b, dim=-1) | F.pairwise_distance(m, m)",
    *(
        "torch.{0}(a) | a.{0}() | a.{0}(0) | torch.{0}(a, dim=-1) | a.{0}(dim=1, keepdim=True) | torch.{0}(s) | torch.{0}(i, 1) | torch.{0}(a, dim=None, keepdim=True) | torch.{0}(s, 0)".format(
            name
        )
        for name in ("argmax", "argmin")
    ),
    *(
        "torch.{0}(a) | a.{0}() | a.{0}(0) | torch.{0}(a, dim=-1) | a.{0}(dim=1, keepdim=True)[0] | torch.{0}(a, b) | torch.{0}(a, other=b) | a.{0}(1)[1] | a.{0}(1).values | a.{0}(1, True).indices | torch.{0}(a, m) | torch.{0}(s) | torch.{0}(s, 0) | torch.{0}(i) | torch.{0}(i, a) | torch.{0}(k) | torch.{0}(h, 1)".format(
            name
        )
        for name in ("max", "min")
    ),
    *(
        "torch.{0}(a, 0) | a.{0}(dim=-1) | torch.{0}(a, dim=1, keepdim=True) | torch.{0}(a, 1, True) | torch.{0}(a, 1).values | torch.{0}(i, 0)".format(
            name
        )
        for name in ("median", "nanmedian", "mode")
    ),
    "torch.median(a) | a.nanmedian() | torch.mode(a) | a.kthvalue(1) | torch.kthvalue(a, 2, 1) | torch.kthvalue(a, k=1, dim=0, keepdim=True) | a.kthvalue(1, 0, True).values | torch.median(s) | torch.aminmax(a) | torch.aminmax(a, dim=1) | a.aminmax(dim=-1, keepdim=True) | torch.aminmax(a).min | torch.aminmax(i, dim=0).max",
    *(
        "torch.{0}(a, 0) | a.{0}(dim=-1) | torch.{0}(input=a, dim=1) | torch.{0}(s, 0)".format(name)
        for name in "cumsum cumprod logcumsumexp cummax cummin".split()
    ),
    "torch.cumsum(i, 0) | k.cumsum(1) | torch.cumsum(a, 0, dtype=torch.float64) | torch.cumsum(z, dim=0) | a.cumsum_(0) | torch.cumprod(i, 1, dtype=torch.float32) | torch.cummax(a, 1).values | torch.cummin(i, 0).indices | torch.cumsum(e, 0) | torch.cumsum(a, axis=0) | a.cumprod_(1)",
    "F.interpolate(x, 4) | F.interpolate(x, (3, 5)) | F.interpolate(x, scale_factor=2) | F.interpolate(x, scale_factor=(1.5, 2)) | F.interpolate(x, size=(16, 16), mode='bilinear') | F.interpolate(x, scale_factor=0.5, mode='bilinear', align_corners=True) | F.interpolate(l, 4, mode='linear') | F.interpolate(w, scale_factor=2, mode='trilinear') | F.interpolate(x, size=5, mode='bicubic') | F.interpolate(x, size=5, mode='area') | F.interpolate(x, size=5, mode='nearest-exact') | F.interpolate(x, size=(4, 4), mode='bilinear', antialias=True) | F.interpolate(x, size=(16, 16), mode='bicubic', antialias=True) | F.interpolate(l, scale_factor=1.7) | F.interpolate(w, 3) | F.interpolate(x, scale_factor=1.3, recompute_scale_factor=True) | F.upsample(x, scale_factor=2) | F.upsample(x, 5, mode='bilinear') | F.interpolate(x, None, 2.0) | F.interpolate(x, [4, 3]) | F.interpolate(x, scale_factor=0.7, mode='area') | F.interpolate(x, scale_factor=[0.3, 1.9], mode='bilinear') | F.interpolate(x, size=torch.Size([4, 4])) | F.interpolate(w, 3, mode='area') | F.interpolate(l, 3, mode='nearest-exact')",
    "aten.upsample_nearest1d(l, [4]) | aten.upsample_nearest2d(x, [4, 4]) | aten.upsample_nearest3d(w, [3, 3, 3]) | aten.upsample_linear1d(l, [4], False) | aten.upsample_bilinear2d(x, [4, 4], True) | aten.upsample_trilinear3d(w, [3, 3, 3], False) | aten.upsample_bicubic2d(x, [4, 4], False) | aten._upsample_nearest_exact2d(x, [4, 4]) | torch._C._nn.upsample_nearest2d(x, (4, 4)) | torch._C._nn.upsample_nearest2d(x, None, (2.0, 2.0)) | torch._C._nn.upsample_bilinear2d(x, (4, 4), False) | torch._C._nn.upsample_bicubic2d(x, (4, 4), False) | torch._C._nn.upsample_linear1d(l, (4,), False) | torch._C._nn.upsample_nearest1d(l, (4,)) | torch._C._nn.upsample_nearest3d(w, (4, 4, 4)) | torch._C._nn.upsample_trilinear3d(w, (4, 4, 4), False) | torch._C._nn._upsample_nearest_exact2d(x, (4, 4)) | aten.upsample_bilinear2d(x, [16, 16], False, 2.0, 2.0) | aten.upsample_nearest2d.vec(x, None, [2.0, 2.0])",
    "F.grid_sample(x, torch.zeros(2, 5, 6, 2)) | F.grid_sample(x, torch.zeros(2, 5, 6, 2), 'nearest', 'border', True) | F.grid_sample(x, grid=torch.zeros(2, 5, 6, 2), mode='bicubic', padding_mode='reflection') | F.grid_sample(w, torch.zeros(2, 3, 3, 3, 3), align_corners=False) | torch.grid_sampler(x, torch.zeros(2, 5, 6, 2), 0, 0, False) | torch.grid_sampler_2d(x, torch.zeros(2, 5, 6, 2), 1, 1, True) | torch.grid_sampler_3d(w, torch.zeros(2, 3, 3, 3, 3), 0, 0, False) | aten.grid_sampler_2d(x, torch.zeros(2, 5, 6, 2), 0, 0, False)",
    *(
        "torch.fft.{0}(a) | torch.fft.{0}(a, 5) | torch.fft.{0}(a, n=3, dim=1) | torch.fft.{0}(a, dim=0) | torch.fft.{0}(a, norm='ortho') | torch.fft.{0}(d) | torch.fft.{0}(i)".format(
            name
        )
        for name in ("fft", "ifft", "rfft", "irfft")
    ),
    *(
        "torch.fft.{0}2(a) | torch.fft.{0}2(a, (4, 4)) | torch.fft.{0}2(a, s=(2, 2), dim=(0, 1)) | torch.fft.{0}n(a) | torch.fft.{0}n(a, dim=(1, 2)) | torch.fft.{0}n(a, s=(4, 4)) | torch.fft.{0}n(a, dim=(0, 2), norm='ortho') | torch.fft.{0}2(x) | torch.fft.{0}n(a, (3, 3), (0, 1))".format(
            name
        )
        for name in ("fft", "ifft", "rfft", "irfft")
    ),
    "torch.fft.fft(c) | torch.fft.irfft(c) | torch.fft.irfft2(c) | torch.fft.fftshift(a) | torch.fft.ifftshift(a, dim=1) | torch.fft.fftshift(i, (0, 1)) | torch.fft.irfft(c, n=7) | torch.fft.ifft2(c)",
    "F.affine_grid(a[:, :2, :3], [2, 3, 5, 6]) | F.affine_grid(a[:, :2, :3], (2, 3, 5, 6), align_corners=True) | F.affine_grid(a[:, :3, :4], (2, 1, 2, 3, 4)) | F.affine_grid(theta=a[:, :2, :3], size=torch.Size((2, 3, 4, 4)))",
    "torch.sort(a) | a.sort(0) | torch.sort(a, dim=1, descending=True) | a.sort(descending=True)[0] | a.sort().values | torch.sort(a, stable=True) | torch.sort(a, stable=True, dim=0) | torch.argsort(a) | a.argsort(0, True) | torch.argsort(a, dim=-1, descending=True) | torch.argsort(a, stable=True) | torch.msort(a) | a.msort() | torch.sort(s) | torch.argsort(s) | torch.sort(i) | torch.topk(a, 2) | a.topk(2, 1) | torch.topk(a, k=1, dim=0, largest=False) | a.topk(3)[1] | a.topk(2).values | torch.topk(a, 2, 1, True, False) | torch.topk(i, 1) | torch.topk(s, 1) | aten.sort(a, 1) | aten.topk(a, 2) | a.argsort(descending=True) | torch.msort(i) | torch.topk(a, 0)",
    "torch._assert(True, 'no'); a | f'{a.shape}' and a | torch._assert_async(torch.tensor(True)); a | aten._assert_tensor_metadata(a, None, None, torch.float32); a",
    "F.smooth_l1_loss(a, b) | F.mse_loss(a, b) | F.cross_entropy(m, j[0]) | F.l1_loss(a, b, reduction='none') | F.binary_cross_entropy_with_logits(a, b) | F.kl_div(a, b) | F.huber_loss(a, b) | F.nll_loss(m, j[0])",
    "F.multi_head_attention_forward(l.transpose(0, 1), l.transpose(0, 1), l.transpose(0, 1), 8, 2, torch.ones(24, 8), torch.ones(24), None, None, False, 0.0, torch.ones(8, 8), torch.ones(8)) | torch.cdist(m, m) | torch.cross(a[..., :3], b[..., :3], dim=-1) | torch.kron(m, n) | torch.trace(g) | torch.cov(m) | torch.corrcoef(m) | torch.trapezoid(a) | torch.diff(a) | torch.hypot(a, b) | torch.logaddexp(a, b) | torch.deg2rad(a) | torch.sinc(a) | torch.heaviside(a, b) | torch.xlogy(a, b) | torch.nn.functional.pdist(m) | torch.renorm(m, 2, 0, 1.0) | torch.dist(a, b) | torch.quantile(a, 0.5) | torch.logit(a) | torch.erfinv(a) | torch.lgamma(a) | torch.digamma(a) | torch.special.i0(a) | torch.vander(v) | torch.linalg.det(g) | torch.linalg.svd(m)[0] | torch.linalg.qr(m)[0] | torch.linalg.cholesky(g + 100 * torch.eye(6)) | torch.stft(l[0], 4, return_complex=True) | torch.nn.functional.ctc_loss(torch.ones(5, 2, 3), torch.ones(2, 2, dtype=torch.long), torch.tensor([5, 5]), torch.tensor([2, 2])) | torch.unravel_index(j, (2, 3))[0] | torch.diag_embed(a) | torch.tril(a.diag_embed()) | torch.addbmm(u, a, b.mT)",
    "torch.baddbmm(u, a, b.mT) | aten.add.Tensor(a, b) | aten.add.Scalar(a, 1) | aten.mul.Tensor(a, s) | aten.sub.Tensor(a, b, alpha=2) | aten.div.Tensor(a, b) | aten.div.Tensor_mode(a, b, rounding_mode='floor') | aten.rsub.Scalar(a, 1) | aten.pow.Tensor_Scalar(a, 2) | aten.add_(a, b) | aten.eq.Scalar(a, 1) | aten.bitwise_and.Tensor(k, k) | aten.bitwise_not(k) | aten.logical_not(a) | aten.masked_fill.Scalar(a, k, 1) | aten.neg(a) | aten.sqrt(a) | aten.rsqrt(a) | aten.exp(a) | aten.sigmoid_(a) | aten.arange(3) | aten.zeros([2, 3]) | aten.full([2], 1) | aten.empty([2, 3], dtype=torch.int64) | aten.new_zeros(a, [2]) | aten.argmax(a, 1) | aten.max.dim(a, 1) | aten.cumsum(a, 0) | aten.maximum(a, b) | aten.constant_pad_nd(x, [1, 1, 1, 1], 0.0) | aten.log_softmax.int(a, 1) | aten.softmax.int(a, 1)",
]

_REAL_ROWS = [
    "a[j[0].tolist()] | torch.equal(a, b) | torch.allclose(a, b) | a.equal(b) | a.allclose(b, rtol=0.1) | s.item() | t.item() | a.tolist() | m.numpy() | bool(s) | int(t) | float(s) | complex(s) | 1 in i | torch.is_nonzero(s) | s.is_nonzero() | aten._local_scalar_dense(s) | [1, 2][t] | a.__array__() | list(reversed(m))[0] | t.__index__() | torch.equal(i, i) | a.numpy().sum() | range(t) | len(a) | a.shape[t] | v[: int(t) + 1] | s.__bool__() | s.__float__() | s.__int__() | s.__complex__() | i.__contains__(1) | m.__reversed__()",
    "torch.nonzero(k) | k.nonzero() | torch.nonzero(k, as_tuple=True) | k.nonzero(as_tuple=True)[0] | torch.argwhere(k) | k.argwhere() | torch.masked_select(a, k) | a.masked_select(k) | torch.unique(i) | i.unique(return_counts=True) | torch.unique(i, dim=0) | torch.unique(i, return_inverse=True) | torch.unique_consecutive(i) | i.unique_consecutive(return_counts=True) | torch._unique2(i) | aten.unique_dim(i, 0) | a[k] | a[i > 0] | torch.where(k) | torch.where(k)[0] | a[k] = 0; a | F.one_hot(j) | torch.bincount(j.flatten()) | a[k].mean() | aten.nonzero(k) | torch.unique(i, sorted=False) | aten.masked_select(a, k)",
    "torch.nn.utils.rnn.pack_padded_sequence(l, torch.tensor([4, 2]), batch_first=True).data | torch.nn.utils.rnn.pad_packed_sequence(torch.nn.utils.rnn.pack_padded_sequence(l, [4, 2], batch_first=True), batch_first=True) | torch._VF._pack_padded_sequence(l, torch.tensor([4, 2]), True) | torch._VF._pad_packed_sequence(m, torch.tensor([2, 1]), True, 0.0, 0)",
    "repr(s) and s | str(a) and a | f'{s}' and s | format(s) and s | a.__repr__() and a | a.__str__() and a | a.__format__('') and a",
    "torch.linspace(0, 1, int(t) + 2) | torch.zeros(int(t) + 1) | torch.arange(t + 3) | a.expand(t + 1, 2, 3, 4) | x.narrow(0, t, 1) | a[t:] | a.view(t + 2, -1) | v.repeat(t + 1)",
]


def _rows(texts: list[str], real: bool) -> list[Call]:
    found = [part.strip() for text in texts for line in text.strip().splitlines() for part in line.split(" | ")]
    return [Call(text, real) for text in dict.fromkeys(found) if text]


CALLS = _rows(_ROWS, False)
"""Calls whose answer follows from shapes."""
REAL = _rows(_REAL_ROWS, True)
"""Calls that ask for values."""

ONLY_ELSEWHERE: dict[str, str] = {
    name: reason
    for reason, names in {
        "PyTorch calls it by its plain name": "__abs__ __add__ __copy__ __div__ __ge__ __gt__ __iter__ __le__ __lt__ __matmul__ __mod__ __mul__ __ne__ __neg__ __pos__ __pow__ __radd__ __rand__ __rmul__ __ror__ __rtruediv__ __rxor__ __str__ __sub__ __truediv__ logsigmoid new_tensor_of convert_element_type positive_ resolve copy.deepcopy upsample vecdot names.__set__ trunc_normal_",
        "a kernel of another device": "_scaled_dot_product_cudnn_attention _scaled_dot_product_efficient_attention _scaled_dot_product_flash_attention _scaled_dot_product_fused_attention_overrideable convolution_overrideable cudnn_batch_norm cuda pin_memory record_stream",
        "not handed to whoever watches": "range from_numpy as_subclass",
        "it has no answer, or one that is no tensor of the network": "_assert_scalar _functional_assert_async sym_constrain_range backward grad grad.__set__ register_hook retain_grad share_memory_",
        "named, sparse and quantised tensors": "align_to refine_names rename to_dense",
        "torchvision's": "deform_conv2d torchvision::deform_conv2d nms torchvision::nms torchvision::qnms",
        "needs a compiler": "flex_attention",
        "in place on a view it is refused": "detach_",
    }.items()
    for name in names.split()
}
"""Rules of names that no call on a CPU reaches, and why."""

UNSEEN: dict[str, tuple[int, int]] = {
    "torch.ops.aten._scaled_dot_product_flash_attention_for_cpu(p, q, q)[0]": (6720, 0),
    "torch.ops.aten._scaled_dot_product_flash_attention_for_cpu(p, q, q, 0.0, True)[0]": (6720, 0),
    "aten._scaled_dot_product_flash_attention_for_cpu(p, q, q, attn_mask=torch.zeros(5, 7))[0]": (6720, 0),
    "F.conv2d(x + 0j, torch.ones(6, 4, 3, 3) + 0j)": (31104, 93312),
    "F.linear(a, v)": (48, 0),
    "F.linear(v, v)": (8, 0),
    "F.linear(a, v, s)": (48, 0),
    "a @ v": (48, 0),
    "v @ v": (8, 0),
    "torch.mv(m, v)": (24, 0),
    "m.mv(vec=v)": (24, 0),
    "torch.dot(v, v)": (8, 0),
    "v.dot(v)": (8, 0),
    "torch.inner(v, v)": (8, 0),
    "torch.vdot(v, v)": (8, 0),
    "aten.mv(m, v)": (24, 0),
    "aten.dot(v, v)": (8, 0),
    "torch.matmul(p, v.repeat(2))": (480, 0),
    "m.new_zeros(3, 5).addmm_(m, n)": (120, 0),
    "torch.addmv(u, m, v)": (24, 0),
    "torch.addmv(u, m, v, alpha=2)": (24, 0),
    "u.addmv_(m, v)": (24, 0),
    "torch.addbmm(u, a, b.mT)": (144, 0),
    "torch.addbmm(g[:3, :3], a, b.mT, beta=2)": (144, 0),
    "torch.addmv(s, m, v, beta=0)": (24, 0),
    "F.bilinear(m, m, torch.ones(5, 4, 4))": (600, 0),
    "F.bilinear(a, b, torch.ones(5, 4, 4), r)": (1200, 0),
    "torch.bilinear(m, m, torch.ones(2, 4, 4), None)": (240, 0),
    "torch.tensordot(u, v, 0)": (0, 24),
    "F.affine_grid(a[:, :2, :3], [2, 3, 5, 6])": (720, 0),
    "F.affine_grid(a[:, :2, :3], (2, 3, 5, 6), align_corners=True)": (720, 0),
    "F.affine_grid(a[:, :3, :4], (2, 1, 2, 3, 4))": (1152, 0),
    "F.affine_grid(theta=a[:, :2, :3], size=torch.Size((2, 3, 4, 4)))": (384, 0),
}
"""Products that FlopCounterMode does not see (kernels it does not know: vectors, in place, bilinear, grids), or sees otherwise
(a product of two vectors as a matrix product, complex products as three real ones): our FLOPs, and its own."""

KNOWN: dict[str, str] = {
    text: reason
    for reason, texts in {
        "the kernel takes the weight first, and writes to it": [
            "torch.embedding_renorm_(m, j, 1.0, 2.0)",
        ],
        "no kernel on meta, and no rule": [
            "torch.bincount(torch.tensor([1, 2, 2]))",
            "torch.nn.functional.ctc_loss(torch.ones(5, 2, 3), torch.ones(2, 2, dtype=torch.long), torch.tensor([5, 5]), torch.tensor([2, 2]))",
            "torch.bincount(j.flatten())",
        ],
    }.items()
    for text in texts
}
"""Calls that are answered wrongly today, and why."""
