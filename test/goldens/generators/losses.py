"""Losses by every reduction, with the gradients of prediction and target."""
import torch
import torch.nn.functional as F

from golden import Family

REDUCTIONS = ("mean", "sum", "none")


def rows(t):
    """PyTorch wants classes in the second dimension; wgrad in the last."""
    return t.movedim(-1, 1)


def elements(f):
    def each(op, inputs, fn, attrs=None, extra=()):
        for reduction in (*REDUCTIONS, *extra):
            given = {**(attrs or {}), "reduction": reduction}
            f.case(op, inputs, lambda *t: fn(*t, reduction="batchmean" if reduction == "batchMean" else reduction), given)

    pair = lambda: {"x": f.rand(3, 5), "target": f.rand(3, 5)}
    # Equal elements, and in Huber's loss both sides of its border.
    equal = {"x": f.given([[1, 2, -3], [0, 0.5, -1]]), "target": f.given([[1, 0, -3], [2, 0.5, 4]])}
    for inputs in (pair(), equal):
        each("mseLoss", inputs, F.mse_loss)
        each("l1Loss", inputs, F.l1_loss)
        each("huberLoss", inputs, lambda x, t, reduction: F.huber_loss(x, t, reduction=reduction))
    each("huberLoss", pair(), lambda x, t, reduction: F.huber_loss(x, t, reduction=reduction, delta=0.4), {"delta": 0.4})

    p = {"x": f.rand(3, 4, low=0.02, high=0.98), "target": f.rand(3, 4, low=0, high=1)}
    each("bce", p, F.binary_cross_entropy)
    weighted = {**p, "weight": f.rand(4, low=0.2, high=3)}
    bce = lambda x, t, w, reduction: F.binary_cross_entropy(x, t, w, reduction=reduction)
    for reduction in REDUCTIONS:
        f.case("bce", weighted, lambda *t: bce(*t, reduction), {"reduction": reduction}, grads=["x", "target"])
    sure = {"x": f.given([0, 1, 0, 1]), "target": f.given([0, 1, 1, 0])}
    f.case("bce", sure, lambda x, t: F.binary_cross_entropy(x, t, reduction="none"), {"reduction": "none"}, "sure", grads=[])

    logits = {"x": f.rand(3, 4, low=-4, high=4), "target": f.rand(3, 4, low=0, high=1)}
    each("bceWithLogits", logits, F.binary_cross_entropy_with_logits)
    factors = {"weight": f.rand(3, 4, low=0.2, high=3), "posWeight": f.rand(4, low=0.2, high=4)}

    def with_factors(x, t, w, p, reduction):
        return F.binary_cross_entropy_with_logits(x, t, w, pos_weight=p, reduction=reduction)

    for reduction in REDUCTIONS:
        fn = lambda *t: with_factors(*t, reduction)
        f.case("bceWithLogits", {**logits, **factors}, fn, {"reduction": reduction}, grads=["x", "target"])
    large = {"x": f.given([[100, -100, 1e4], [-1e4, 30, -30]]), "target": f.given([[0, 1, 1], [0, 0.5, 0.25]])}
    fn = lambda x, t: F.binary_cross_entropy_with_logits(x, t, reduction="none")
    f.case("bceWithLogits", large, fn, {"reduction": "none"}, "large")

    q = torch.softmax(f.rand(3, 5), -1)
    log_p = f.given(torch.round(torch.log_softmax(f.rand(3, 5), -1), decimals=4))
    soft = {"x": log_p, "target": f.given(torch.round(q, decimals=4))}
    each("klDiv", soft, F.kl_div, extra=("batchMean",))
    logs = {"x": log_p, "target": f.given(torch.round(torch.log(q), decimals=4))}
    kl_log = lambda x, t, reduction: F.kl_div(x, t, reduction=reduction, log_target=True)
    each("klDiv", logs, kl_log, {"logTarget": True}, extra=("batchMean",))
    zero = {"x": log_p[:, :3], "target": f.given([[0, 1, 0], [0.5, 0, 0.5], [0, 0, 1]])}
    f.case("klDiv", zero, lambda x, t: F.kl_div(x, t, reduction="sum"), {"reduction": "sum"}, "zeros", grads=["x"])

    signs = lambda *shape: f.ints(*shape, low=0, high=2).double() * 2 - 1
    hinge = {"x": f.rand(3, 5), "y": signs(3, 5)}
    for reduction in REDUCTIONS:
        reduce = {"mean": torch.mean, "sum": torch.sum, "none": lambda t: t}[reduction]
        f.case("hingeLoss", hinge, lambda x, y: reduce(torch.clamp(1 - x * y, min=0)), {"reduction": reduction})


def classes(f):
    weight = f.rand(5, low=0.2, high=3)

    def sets():
        yield {}, (4, 5), f.ints(4, high=5)
        yield {"ignoreIndex": 2}, (6, 5), torch.tensor([2, 0, 4, 2, 1, 3])
        yield {"ignoreIndex": -100}, (2, 3, 5), torch.tensor([[0, -100, 4], [3, 3, -100]])

    def run(fn, options, x, labels, w, reduction, **more):
        given = {"ignore_index": options.get("ignoreIndex", -1), "reduction": reduction, **more}
        return fn(rows(x), labels.long(), w, **given)

    for options, shape, labels in sets():
        for w in (None, weight):
            x = f.rand(*shape)
            inputs = {"x": x, "labels": labels, **({"weight": w} if w is not None else {})}
            log_x = {**inputs, "x": f.given(torch.round(torch.log_softmax(x, -1), decimals=4))}
            for reduction in REDUCTIONS:
                attrs = {**options, "reduction": reduction}
                one = lambda x, l, w=None: run(F.nll_loss, options, x, l, w, reduction)
                f.case("nllLoss", log_x, one, attrs, grads=["x"])
                for smoothing in (0, 0.1):
                    more = {"labelSmoothing": smoothing} if smoothing else {}
                    fn = lambda x, l, w=None: run(F.cross_entropy, options, x, l, w, reduction, label_smoothing=smoothing)
                    f.case("softmaxCrossEntropy", inputs, fn, {**attrs, **more}, grads=["x"])
    for shape in ((4, 5), (2, 3, 5)):
        soft = {"x": f.rand(*shape), "labels": f.given(torch.round(torch.softmax(f.rand(*shape), -1), decimals=4))}
        for w in ({}, {"weight": weight}):
            for reduction in REDUCTIONS:
                for smoothing in (0, 0.2):
                    attrs = {"reduction": reduction, **({"labelSmoothing": smoothing} if smoothing else {})}
                    options = {"reduction": reduction, "label_smoothing": smoothing}
                    fn = lambda x, q, w=None: F.cross_entropy(rows(x), rows(q), w, **options)
                    f.case("softmaxCrossEntropy", {**soft, **w}, fn, attrs, grads=["x", "labels"])
    large = {"x": f.given([[1e4, 1e4 - 1, -1e4], [-200, 100, 99]]), "labels": torch.tensor([1, 2])}
    fn = lambda x, l: F.cross_entropy(x, l.long(), reduction="none")
    f.case("softmaxCrossEntropy", large, fn, {"reduction": "none"}, "large", grads=["x"])


def make():
    f = Family("losses")
    elements(f)
    classes(f)
    return f.json()
