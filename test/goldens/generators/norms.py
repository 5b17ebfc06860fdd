"""Normalisations with all gradients; batch norm with the running statistics that it leaves behind."""
import torch
import torch.nn.functional as F

from golden import Family


def make():
    f = Family("norms")

    def affine(shape):
        return {"weight": f.rand(*shape, low=0.3, high=2), "bias": f.rand(*shape)}

    def batch(shape, training, momentum=0.1, eps=1e-5, shift=0.0, note=None, tolerance=None):
        channels = (shape[1],)
        inputs = {
            "x": f.given(f.rand(*shape) + shift),
            **affine(channels),
            "runningMean": f.rand(*channels),
            "runningVar": f.rand(*channels, low=0.5, high=3),
        }

        def run(x, w, b, mean, var):
            mean, var = mean.clone(), var.clone()
            out = F.batch_norm(x, mean, var, w, b, training=training, momentum=momentum, eps=eps)
            return out, mean, var

        attrs = {"training": training, "momentum": momentum, "eps": eps}
        f.case("batchNorm", inputs, run, attrs, note, ["x", "weight", "bias"], tolerance)

    batch((6, 3), True)
    batch((3, 4, 5), True, momentum=0.3)
    batch((2, 3, 4, 5), True, eps=1e-3)
    # The mean itself, rounded to f32, is off by 1.5e-5 here, and a weight's gradient by 36 times that at most. PyTorch's
    # result in f32 differs from that in double as much.
    batch((4, 3, 3, 3), True, shift=300.0, note="far from 0", tolerance=3e-4)
    batch((6, 3), False)
    batch((2, 3, 4, 5), False, eps=1e-3)

    def layer(shape, normalized, weights="both", eps=1e-5):
        inputs = {"x": f.rand(*shape)}
        if weights != "none":
            inputs["weight"] = f.rand(*normalized, low=0.3, high=2)
        if weights == "both":
            inputs["bias"] = f.rand(*normalized)
        fn = lambda x, w=None, b=None: F.layer_norm(x, normalized, w, b, eps)
        f.case("layerNorm", inputs, fn, {"normalizedShape": list(normalized), "eps": eps})

    layer((5, 7), (7,))
    layer((2, 3, 8), (8,), eps=1e-3)
    layer((2, 3, 4, 5), (4, 5))
    layer((3, 4, 6), (6,), "none")
    layer((3, 4, 6), (6,), "weight")
    layer((2, 65), (65,))

    def group(shape, groups, weights=True, eps=1e-5):
        inputs = {"x": f.rand(*shape), **(affine((shape[1],)) if weights else {})}
        fn = lambda x, w=None, b=None: F.group_norm(x, groups, w, b, eps)
        f.case("groupNorm", inputs, fn, {"numGroups": groups, "eps": eps})

    group((2, 6, 3, 4), 3)
    group((3, 4, 5), 2, eps=1e-3)
    group((4, 6), 2)
    group((2, 4, 3, 3), 1, weights=False)
    group((2, 4, 3, 3), 4)

    def instance(shape, weights=True, eps=1e-5):
        inputs = {"x": f.rand(*shape), **(affine((shape[1],)) if weights else {})}
        fn = lambda x, w=None, b=None: F.instance_norm(x, weight=w, bias=b, eps=eps)
        f.case("instanceNorm", inputs, fn, {"eps": eps})

    instance((2, 3, 4, 5))
    instance((2, 3, 7), eps=1e-3)
    instance((2, 3, 4, 3), weights=False)

    for shape, axis in (((4, 7), -1), ((2, 5, 3), 1), ((3, 4), 0)):
        f.case("softmax", {"x": f.rand(*shape)}, lambda x: torch.softmax(x, axis), {"axis": axis})
        f.case("logSoftmax", {"x": f.rand(*shape)}, lambda x: torch.log_softmax(x, axis), {"axis": axis})
    large = f.given([[1e4, 1e4 - 1, -1e4], [-300, 0, 88], [1e30, -1e30, 0]])
    f.case("softmax", {"x": large}, lambda x: torch.softmax(x, -1), note="large")
    f.case("logSoftmax", {"x": large[:2]}, lambda x: torch.log_softmax(x, -1), note="large")
    return f.json()
