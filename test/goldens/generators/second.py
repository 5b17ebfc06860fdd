"""Second derivatives: what is called is the gradient of an op for x, by x and what flows into the op."""
import torch
import torch.nn.functional as F

from golden import Family


def make():
    f = Family("second")
    ties = lambda *shape: f.ints(*shape, low=-1, high=2).double()

    def case(op, fn, inputs, **attrs):
        """fn: the op by PyTorch. inputs: x first; the others are operands of the op, which get a gradient too."""
        dOut = f.rand(*fn(*inputs.values()).shape)

        def slope(*given):
            # Inputs that get no gradient must be part of the graph all the same.
            out = fn(*given[:-1])
            (made,) = torch.autograd.grad(out, given[0], given[-1], create_graph=True)
            return made + 0 * sum(t.sum() for t in given)

        f.case(op, {**inputs, "dOut": dOut}, slope, attrs)

    def pool(x, kernel, **attrs):
        case("maxPool2d", lambda t: F.max_pool2d(t, kernel, **attrs), {"x": x}, kernelSize=kernel, **attrs)

    pool(ties(1, 2, 8, 8), 2)
    pool(ties(2, 2, 4, 4), 2)
    pool(ties(1, 2, 9, 8), 3, stride=2, padding=1)
    pool(ties(1, 2, 6, 9), 3)
    pool(ties(1, 2, 7, 7), 3, stride=2, padding=1)
    case("maxPool1d", lambda t: F.max_pool1d(t, 3), {"x": ties(2, 3, 9)}, kernelSize=3)
    case("adaptiveMaxPool2d", lambda t: F.adaptive_max_pool2d(t, (3, 5)), {"x": ties(1, 2, 7, 8)}, outputSize=[3, 5])

    bce = lambda x, t: F.binary_cross_entropy(x, t, reduction="none")
    case("bce", bce, {"x": f.rand(3, 4, low=0.05, high=0.95), "target": f.rand(3, 4, low=0, high=1)})
    # Certain, and right or undecided: 0 and large numbers. (Beside a certain mistake it is 1e24, of which little can be told.)
    case("bce", bce, {"x": f.given([0.5, 0, 1]), "target": f.given([0, 0, 1])})

    zeros = f.given([[2, 0, 3, 4], [0, 5, 0, 6], [-1, 2, -3, 4], [0, 0, 2, 0]])
    case("prod", lambda x: x.prod(1), {"x": zeros}, axes=1)
    case("prod", lambda x: x.prod(0), {"x": f.rand(4, 3)}, axes=0)
    case("cumprod", lambda x: x.cumprod(1), {"x": zeros}, axis=1)
    case("cumprod", lambda x: x.cumprod(0), {"x": f.rand(4, 3)}, axis=0)

    for p in (1, 1.5, 2, 3):
        case("norm", lambda x: x.norm(p, dim=1), {"x": f.rand(3, 4, low=0.2)}, p=p, axes=1)
    log = f.rand(3, 4, low=-3, high=-0.2)
    case("klDiv", lambda t, x: F.kl_div(x, t, reduction="none"), {"x": f.rand(3, 4, low=0.1, high=1), "log": log})

    def attend(query, key, value):
        seen = torch.ones(4, 4).tril() if query.shape[2] == 4 else None
        scores = query @ key.transpose(-2, -1) / query.shape[-1] ** 0.5
        if seen is not None:
            scores = scores.masked_fill(seen == 0, -torch.inf)
        return scores.softmax(-1) @ value

    for rows, causal in ((3, False), (4, True)):
        inputs = {"x": f.rand(1, 2, rows, 4), "key": f.rand(1, 2, 4, 4), "value": f.rand(1, 2, 4, 4)}
        case("scaledDotProductAttention", attend, inputs, causal=causal)
    return f.json()
