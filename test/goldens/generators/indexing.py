"""Borders, picks by index, views, reductions and products, with gradients."""
import torch
import torch.nn.functional as F

from golden import Family


def borders(f):
    def pad(shape, padding, mode="constant", value=0.0):
        attrs = {"padding": padding, "mode": mode, **({"value": value} if value else {})}
        f.case("pad", {"x": f.rand(*shape)}, lambda x: F.pad(x, padding, mode, **({"value": value} if value else {})), attrs)

    pad((2, 3, 4), [1, 2])
    pad((2, 3, 4), [1, 0, 0, 2, 3, 1], value=1.5)
    for mode in ("reflect", "replicate", "circular"):
        pad((2, 2, 5), [2, 3], mode)
        pad((1, 2, 4, 5), [2, 1, 3, 0], mode)
    pad((1, 2, 3, 4), [4, 6, 5, 3], "replicate")
    pad((1, 1, 3, 4), [4, 4, 3, 3], "circular")
    pad((1, 1, 3, 4), [3, 3, 2, 2], "reflect")


def picks(f):
    x = f.rand(4, 5)
    index = f.ints(3, 5, high=4)
    f.case("gather", {"x": x, "index": index}, lambda x, i: torch.gather(x, 0, i), {"axis": 0})
    f.case("gather", {"x": x, "index": f.ints(3, 7, high=5)}, lambda x, i: torch.gather(x, 1, i), {"axis": 1})
    cube = {"x": f.rand(2, 4, 3), "index": f.ints(2, 6, 2, high=4)}
    f.case("gather", cube, lambda x, i: torch.gather(x, -2, i), {"axis": -2})
    add = lambda axis: lambda x, i, s: torch.scatter_add(x, axis, i, s)
    f.case("scatterAdd", {"x": x, "index": index, "source": f.rand(3, 5)}, add(0), {"axis": 0})
    f.case("scatterAdd", {"x": x, "index": f.ints(3, 9, high=5), "source": f.rand(3, 9)}, add(1), {"axis": 1})
    f.case("scatterAdd", {"x": f.rand(2, 3, 2), "index": f.ints(2, 7, 2, high=3), "source": f.rand(2, 7, 2)}, add(1), {"axis": 1})
    select = {"x": f.rand(4, 5, 2), "indices": torch.tensor([3, 0, 3, 4, 3, 1])}
    f.case("indexSelect", select, lambda x, i: torch.index_select(x, 1, i), {"axis": 1})
    weight = f.rand(6, 3)
    f.case("embedding", {"weight": weight, "indices": f.ints(2, 5, high=6)}, lambda w, i: F.embedding(i, w))
    rows = torch.tensor([[0, 2, 2], [5, 2, 1]])
    for row in (2, -1):
        fn = lambda w, i: F.embedding(i, w, padding_idx=row)
        f.case("embedding", {"weight": weight, "indices": rows}, fn, {"paddingIndex": row})


def views(f):
    x = lambda *shape: {"x": f.rand(*shape)}
    for diagonal in (0, 1, -2):
        f.case("tril", x(2, 4, 5), lambda t: torch.tril(t, diagonal), {"diagonal": diagonal})
        f.case("triu", x(2, 4, 5), lambda t: torch.triu(t, diagonal), {"diagonal": diagonal})
    f.case("flip", x(2, 3, 4), lambda t: torch.flip(t, [0, 2]), {"axes": [0, 2]})
    f.case("roll", x(3, 4), lambda t: torch.roll(t, [1, -2], [0, 1]), {"shifts": [1, -2], "axes": [0, 1]})
    f.case("roll", x(3, 4), lambda t: torch.roll(t, 5), {"shifts": 5})
    f.case("tile", x(2, 3), lambda t: torch.tile(t, (2,)), {"repeats": [2]})
    f.case("tile", x(2, 3), lambda t: torch.tile(t, (2, 1, 3)), {"repeats": [2, 1, 3]})
    f.case("permute", x(2, 3, 4), lambda t: t.permute(2, 0, 1), {"axes": [2, 0, 1]})
    f.case("expand", x(3, 1), lambda t: t.expand(2, 3, 4), {"shape": [2, 3, 4]})
    f.case("split", x(7, 2), lambda t: torch.split(t, 3), {"sizes": 3, "axis": 0})
    f.case("split", x(2, 7), lambda t: torch.split(t, [1, 4, 2], 1), {"sizes": [1, 4, 2], "axis": 1})
    f.case("chunk", x(2, 7), lambda t: torch.chunk(t, 3, 1), {"chunks": 3, "axis": 1})
    f.case("stack", {"a": f.rand(2, 3), "b": f.rand(2, 3)}, lambda *t: torch.stack(t, 1), {"axis": 1})
    f.case("concat", {"a": f.rand(2, 3), "b": f.rand(2, 1)}, lambda *t: torch.cat(t, 1), {"axis": 1})


def sums(f):
    for axes in (None, 0, [1], [0, 2], -1):
        dims = tuple(range(3)) if axes is None else axes
        attrs = {} if axes is None else {"axes": axes}
        shape = (3, 4, 5)
        f.case("sum", {"x": f.rand(*shape)}, lambda t: t.sum(dims), attrs)
        f.case("mean", {"x": f.rand(*shape)}, lambda t: t.mean(dims, keepdim=True), {**attrs, "keepDims": True})
        # Equal maxima share the gradient.
        f.case("max", {"x": f.ints(*shape, low=-2, high=2).double()}, lambda t: t.amax(dims), attrs)


def products(f):
    def pair(op, a, b, fn, attrs=None):
        f.case(op, {"a": f.rand(*a), "b": f.rand(*b)}, fn, attrs)

    pair("matmul", (3, 5), (5, 4), torch.matmul)
    pair("matmul", (5,), (5, 4), torch.matmul)
    pair("matmul", (3, 5), (5,), torch.matmul)
    pair("matmul", (2, 3, 5), (5, 4), torch.matmul)
    pair("matmul", (3, 1, 2, 5), (4, 5, 3), torch.matmul)
    pair("matmul", (2, 5, 3), (2, 4, 5), lambda a, b: a.mT @ b.mT, {"transA": True, "transB": True})
    pair("dot", (7,), (7,), torch.dot)
    pair("outer", (3,), (4,), torch.outer)
    for equation, a, b in (
        ("bij,bjk->bik", (2, 3, 4), (2, 4, 5)),
        ("ij,kj->ki", (3, 4), (2, 4)),
        ("abc,dc->", (2, 3, 4), (5, 4)),
        ("...ij,...jk", (2, 1, 3, 4), (2, 4, 2)),
    ):
        pair("einsum", a, b, lambda *t: torch.einsum(equation, *t), {"equation": equation})


def make():
    f = Family("indexing")
    for part in (borders, picks, views, sums, products):
        part(f)
    return f.json()
