"""What the generators share: inputs, cases and their JSON."""
import json
import math
import warnings
import zlib

import torch

warnings.filterwarnings("ignore")
DIGITS = 7


def number(x):
    """A JSON number of few digits; what JSON has no number for is a word that JavaScript's Number() knows."""
    if isinstance(x, (bool, int)):
        return int(x)
    if math.isnan(x):
        return "NaN"
    if math.isinf(x):
        return "Infinity" if x > 0 else "-Infinity"
    short = float(f"{x:.{DIGITS}g}")
    return int(short) if short == int(short) and abs(short) < 1e15 and short != 0 else short


def numbers(t):
    return [number(x) for x in t.detach().reshape(-1).tolist()]


class Family:
    """The cases of one file. Every case is one call of an op, with values, and gradients of sum(out * dOut)."""

    def __init__(self, name):
        self.name = name
        self.cases = []
        self.random = torch.Generator().manual_seed(zlib.crc32(name.encode()))

    def rand(self, *shape, low=-2.0, high=2.0):
        """Numbers of two decimals, as f32 holds them: exactly what the JSON says."""
        x = low + (high - low) * torch.rand(shape, generator=self.random, dtype=torch.float64)
        return self.given(torch.round(x, decimals=2))

    def ints(self, *shape, low=0, high=10):
        return torch.randint(low, high, shape, generator=self.random)

    def given(self, values):
        """These numbers, as f32 holds them."""
        return torch.as_tensor(values, dtype=torch.float64).float().double()

    def case(self, op, inputs, fn, attrs=None, note=None, grads=None, tolerance=None):
        """
        op, attrs: as wgrad names them. inputs: tensors by name. fn: the same by PyTorch, from the tensors in order; gives
        one tensor or several. grads: names of the inputs whose gradients count; default all of floats. Integer tensors
        are i32. tolerance: where it is not the suite's.
        """
        floats = [k for k, t in inputs.items() if t.is_floating_point()]
        wanted = floats if grads is None else grads
        leaves = {k: t.clone().requires_grad_(k in wanted) for k, t in inputs.items()}
        outs = fn(*leaves.values())
        outs = list(outs) if isinstance(outs, (list, tuple)) else [outs]
        entry = {"op": op}
        if attrs:
            entry["attrs"] = attrs
        if note:
            entry["note"] = note
        if tolerance:
            entry["tolerance"] = tolerance
        entry["inputs"] = {k: self.tensor(t) for k, t in inputs.items()}
        entry["outs"] = [self.tensor(t) for t in outs]
        if wanted and any(t.requires_grad for t in outs):
            seeds = [self.rand(*t.shape) if t.requires_grad else None for t in outs]
            total = sum((t * s).sum() for t, s in zip(outs, seeds) if s is not None)
            made = torch.autograd.grad(total, [leaves[k] for k in wanted])
            entry["dOuts"] = [None if s is None else numbers(s) for s in seeds]
            entry["grads"] = {k: numbers(g) for k, g in zip(wanted, made)}
        self.cases.append(entry)

    @staticmethod
    def tensor(t):
        kind = {} if t.is_floating_point() else {"dtype": "u32" if t.dtype == torch.bool else "i32"}
        return {"shape": list(t.shape), **kind, "data": numbers(t)}

    def json(self):
        return document(self.cases)


def document(cases):
    """One case a line, so that a change shows as what it is."""
    lines = ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases)
    return f'{{"torch":"{torch.__version__}","cases":[\n{lines}\n]}}\n'
