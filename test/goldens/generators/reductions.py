"""Sums and products up to each element, order, extremes, norms and distances, with gradients."""
import torch
import torch.nn.functional as F

from golden import Family


def make():
    f = Family("reductions")
    ties = lambda *shape: {"x": f.ints(*shape, low=-2, high=3).double()}
    x = lambda *shape: {"x": f.rand(*shape)}

    for axes in ([0, 1, 2], [1], [0, 2]):
        f.case("min", ties(3, 4, 5), lambda t: t.amin(axes), {"axes": axes})
        f.case("logSumExp", x(3, 4, 5), lambda t: torch.logsumexp(t, axes), {"axes": axes})
        for correction in (1, 0):
            attrs = {"axes": axes, "correction": correction}
            f.case("variance", x(3, 4, 5), lambda t: torch.var(t, axes, correction=correction), attrs)
            f.case("std", x(3, 4, 5), lambda t: torch.std(t, axes, correction=correction), attrs)
        for p in (1, 2, 3, float("inf")):
            name = {"axes": axes, "p": "Infinity" if p == float("inf") else p}
            f.case("norm", x(3, 4, 5), lambda t: torch.linalg.vector_norm(t, p, axes), name)
    f.case("logSumExp", {"x": f.given([[1e4, 1e4 - 1], [-1e4, -1e4 + 2]])}, lambda t: torch.logsumexp(t, 1), {"axes": [1]})
    for axis in (0, 1):
        f.case("prod", x(3, 4), lambda t: torch.prod(t, axis), {"axes": [axis]})
        f.case("cumsum", x(3, 4, 2), lambda t: torch.cumsum(t, axis), {"axis": axis})
        f.case("cumprod", x(3, 4, 2), lambda t: torch.cumprod(t, axis), {"axis": axis})
    # Products with no zero, one, and two.
    zeros = {"x": f.given([[2, -3, 0.5], [0, 3, -2], [0, 1.5, 0]])}
    f.case("prod", zeros, lambda t: torch.prod(t, 1), {"axes": [1]}, "zeros")
    f.case("cumprod", zeros, lambda t: torch.cumprod(t, 1), {"axis": 1}, "zeros")

    for largest in (True, False):
        attrs = {"k": 3, "axis": 1, "largest": largest}
        f.case("topK", x(2, 6, 3), lambda t: torch.topk(t, 3, 1, largest), attrs)
        attrs = {"axis": 1, "descending": largest}
        f.case("sort", x(2, 6, 3), lambda t: torch.sort(t, stable=True, dim=1, descending=largest), attrs)
        f.case("sort", ties(3, 9), lambda t: torch.sort(t, stable=True, dim=1, descending=largest), attrs)
    for axis in (0, 1):
        f.case("argMax", x(4, 5), lambda t: torch.argmax(t, axis), {"axis": axis}, grads=[])
        f.case("argMin", x(4, 5), lambda t: torch.argmin(t, axis), {"axis": axis}, grads=[])

    pair = lambda a, b: {"a": f.rand(*a), "b": f.rand(*b)}
    f.case("cosineSimilarity", pair((4, 5), (4, 5)), F.cosine_similarity)
    f.case("cosineSimilarity", pair((3, 1, 4), (2, 4)), lambda a, b: F.cosine_similarity(a, b, 2), {"axis": 2})
    for p in (1, 2, 3):
        f.case("pairwiseDistance", pair((4, 5), (4, 5)), lambda a, b: F.pairwise_distance(a, b, p), {"p": p})
    f.case("cdist", pair((4, 3), (5, 3)), torch.cdist)
    # Many points: by a matrix product, which is right to 3e-4 of their spread, as its documentation says.
    f.case("cdist", pair((30, 2), (4, 2)), torch.cdist, note="by a product", tolerance=1e-3)
    f.case("l2Normalize", x(3, 5), F.normalize)
    f.case("l2Normalize", x(2, 3, 4), lambda t: F.normalize(t, dim=0), {"axis": 0})
    return f.json()
