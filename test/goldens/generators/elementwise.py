"""Activations and arithmetic, element by element, with gradients; also at kinks, ties and large numbers."""
import torch
import torch.nn.functional as F

from golden import Family

SPREAD = [-1e4, -100, -30, -20.5, -10, -5, -3, -1.5, -1, -0.5, -0.1, -1e-3, 1e-3, 0.1, 0.5, 1, 2, 3, 5, 10, 20.5, 30, 88, 100, 1e4]


def activations(f):
    def at(op, fn, attrs=None, values=None, low=-3, high=3):
        f.case(op, {"x": f.rand(3, 7, low=low, high=high)}, fn, attrs)
        f.case(op, {"x": f.given(SPREAD if values is None else values)}, fn, attrs, "far from 0")

    at("relu", F.relu)
    at("relu", F.relu, values=[0, -0.5, 0.5])
    at("leakyRelu", F.leaky_relu)
    at("leakyRelu", lambda x: F.leaky_relu(x, 0.3), {"negativeSlope": 0.3}, values=[0, -1, 1])
    at("elu", F.elu)
    at("elu", lambda x: F.elu(x, 0.7), {"alpha": 0.7}, values=[0, -1e-4, 1e-4])
    at("gelu", F.gelu)
    at("gelu", lambda x: F.gelu(x, approximate="tanh"), {"approximate": "tanh"})
    at("silu", F.silu)
    at("softplus", F.softplus)
    at("softplus", lambda x: F.softplus(x, 2, 10), {"beta": 2, "threshold": 10})
    at("sigmoid", torch.sigmoid)
    at("tanh", torch.tanh)
    at("erf", torch.erf)
    at("abs", torch.abs, values=[0, 1, -1])
    at("sign", torch.sign, values=[0, 1e-30, -1e30])
    at("square", torch.square, values=[0, 1e10, -1e10])
    at("exp", torch.exp, values=[-100, -50, 20, 80, 0])
    at("expm1", torch.expm1, values=[-100, -1e-5, 1e-5, 1e-3, 0, 80])
    at("log", torch.log, low=0.01, high=4, values=[1e-30, 1e-10, 1, 1e10, 1e30])
    at("log1p", torch.log1p, low=-0.9, high=4, values=[-0.5, 1e-6, -1e-6, 1e10])
    at("sqrt", torch.sqrt, low=0.01, high=4, values=[1e-20, 1e-4, 1e20])
    at("rsqrt", torch.rsqrt, low=0.1, high=4, values=[1e-4, 1e4, 1e20])
    at("sin", torch.sin, values=[0, 3, -6, 10])
    at("cos", torch.cos, values=[0, 3, -6, 10])
    halves = [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 3.5, 0.49999997, 8388607.5, -0.2, 1e10]
    for op in ("floor", "ceil", "round"):
        at(op, getattr(torch, op), values=halves)
    # A gradient passes at both bounds.
    at("clamp", lambda x: torch.clamp(x, -1, 1.5), {"min": -1, "max": 1.5}, values=[-1, 1.5, -1.1, 1.6, 0])
    at("clamp", lambda x: torch.clamp(x, min=0.5), {"min": 0.5}, values=[0.5, 0.4, 1e30])


def arithmetic(f):
    def pair(op, fn, a, b, attrs=None, note=None):
        f.case(op, {"a": a, "b": b}, fn, attrs, note)

    for op in ("add", "sub", "mul", "div"):
        fn = getattr(torch, op)
        pair(op, fn, f.rand(3, 4), f.rand(3, 4, low=0.2, high=2))
        pair(op, fn, f.rand(2, 1, 4), f.rand(3, 1, low=0.2, high=2), note="broadcast")
    for op in ("maximum", "minimum"):
        pair(op, getattr(torch, op), f.rand(3, 4), f.rand(4))
        pair(op, getattr(torch, op), f.given([1, 2, -3.5, 0]), f.given([1, 2, 3, 0]), note="ties")

    pair("pow", torch.pow, f.rand(3, 4, low=0.1, high=3), f.rand(3, 4, low=-3, high=3))
    pair("pow", torch.pow, f.rand(3, 1, low=0.1, high=3), f.rand(4, low=-3, high=3), note="broadcast")
    # A base of 0 (and exponents below 1 of it, whose slope is infinite), negative bases with whole exponents.
    f.case(
        "pow",
        {"a": f.given([0, 0, 0, -2, -2, -1.5, -3]), "b": f.given([0, 1, 2, 2, 3, 0, -1])},
        torch.pow,
        note="edges",
        grads=["a"],
    )
    pair("pow", torch.pow, f.given([0, 0, 0, 1, 2]), f.given([0.5, 0, 2, 0, 0]), note="base 0, exponent 0")
    f.case("pow", {"a": f.given([-2, -0.5, 3]), "b": f.given([0.5, 1.5, 30])}, torch.pow, note="not a number", grads=[])
    for exponent in (0, 1, 2, 3, -1, -2, 0.5, -0.5, 1.5, 7):
        low = 0.2 if exponent != int(exponent) else -2
        x = f.rand(2, 5, low=low, high=2)
        f.case("powNumber", {"x": x}, lambda x: x**exponent, {"exponent": exponent})
    f.case("powNumber", {"x": torch.tensor([-3, 0, 2, 7]).int()}, lambda x: x**3, {"exponent": 3})

    a = f.given([5.5, -5.5, 5.5, -5.5, 7, -7, 0.3, 1e3, -0.25])
    b = f.given([2, 2, -2, -2, 3, 3, -0.7, 7.5, 4])
    pair("remainder", torch.remainder, a, b)
    pair("remainder", torch.remainder, f.rand(3, 4, low=-9, high=9), f.given([2.5, -2.5, 0.75, -4]))
    whole = {"a": torch.tensor([7, -7, 7, -7, 6, -6]).int(), "b": torch.tensor([3, 3, -3, -3, 3, -3]).int()}
    f.case("remainder", whole, torch.remainder)

    for op in ("equal", "notEqual", "less", "lessEqual", "greater", "greaterEqual"):
        name = {"equal": "eq", "notEqual": "ne", "less": "lt", "lessEqual": "le", "greater": "gt", "greaterEqual": "ge"}[op]
        f.case(op, {"a": f.given([1, 2, 3, -0.0]), "b": f.given([2, 2, 2, 0])}, getattr(torch, name), grads=[])
    mask = f.ints(3, 4, high=2).bool()
    f.case("where", {"condition": mask, "a": f.rand(3, 4), "b": f.rand(4)}, torch.where)


def make():
    f = Family("elementwise")
    activations(f)
    arithmetic(f)
    return f.json()
