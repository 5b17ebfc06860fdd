"""Pooling and resizing, with gradients."""
import torch.nn.functional as F

from golden import Family


def make():
    f = Family("pooling")
    x = lambda *shape: {"x": f.rand(*shape)}
    # Small whole numbers: many windows have several maxima, of which one gets the gradient.
    ties = lambda *shape: {"x": f.ints(*shape, low=-1, high=2).double()}

    def pool(op, inputs, kernel, **attrs):
        names = {"countIncludePad": "count_include_pad"}
        given = {names.get(k, k): v for k, v in attrs.items()}
        fn = getattr(F, {"max": "max_pool", "avg": "avg_pool"}[op[:3]] + op[-2:])
        f.case(op, inputs, lambda t: fn(t, kernel, **given), {"kernelSize": kernel, **attrs})

    pool("maxPool1d", x(2, 3, 9), 3, stride=2, padding=1)
    pool("avgPool1d", x(2, 3, 9), 3, stride=2, padding=1)
    pool("avgPool1d", x(2, 3, 9), 3, stride=2, padding=1, countIncludePad=False)
    pool("maxPool2d", x(1, 3, 8, 8), 2)
    pool("maxPool2d", x(1, 2, 9, 7), 2)
    pool("maxPool2d", x(1, 3, 9, 8), 3, stride=2, padding=1)
    pool("maxPool2d", x(1, 2, 7, 9), [2, 3], stride=[1, 2], padding=[1, 0])
    pool("maxPool2d", x(1, 2, 6, 9), 3)
    pool("maxPool2d", ties(2, 2, 8, 8), 2)
    pool("maxPool2d", ties(2, 2, 9, 9), 3)
    pool("maxPool2d", ties(2, 2, 7, 7), 3, stride=2, padding=1)
    pool("avgPool2d", x(1, 3, 8, 6), 2)
    pool("avgPool2d", x(1, 2, 9, 8), 3, stride=2, padding=1)
    pool("avgPool2d", x(1, 2, 9, 8), 3, stride=2, padding=1, countIncludePad=False)
    pool("avgPool2d", x(1, 2, 7, 6), [3, 2], stride=[2, 1], padding=[1, 1], countIncludePad=False)

    def adaptive(kind, inputs, size):
        op = f"adaptive{kind.title()}Pool2d"
        fn = getattr(F, f"adaptive_{kind}_pool2d")
        f.case(op, inputs, lambda t: fn(t, size), {"outputSize": size})

    for size, shape in (([3, 4], (2, 2, 6, 8)), ([3, 5], (1, 2, 7, 8)), (1, (2, 3, 5, 4)), ([6, 5], (1, 2, 4, 3))):
        adaptive("avg", x(*shape), size)
        adaptive("max", x(*shape), size)
    adaptive("max", ties(2, 2, 7, 8), [3, 5])
    adaptive("max", ties(2, 2, 8, 10), [4, 2])

    def upsample(inputs, mode="nearest", alignCorners=None, scale=None, size=None):
        attrs = {"mode": mode, "alignCorners": alignCorners, "scale": scale, "size": size}
        attrs = {k: v for k, v in attrs.items() if v is not None}
        fn = lambda t: F.interpolate(t, size=size, scale_factor=scale, mode=mode, align_corners=alignCorners)
        f.case("upsample2d", inputs, fn, attrs)

    upsample(x(2, 2, 3, 4), scale=2)
    upsample(x(1, 2, 4, 5), scale=[1.5, 2.3])
    upsample(x(1, 2, 4, 5), size=[7, 3])
    upsample(x(1, 2, 8, 6), scale=0.5)
    for corners in (False, True):
        upsample(x(1, 2, 3, 4), "bilinear", corners, scale=2)
        upsample(x(1, 2, 4, 3), "bilinear", corners, scale=[1.5, 2.7])
        upsample(x(1, 2, 5, 6), "bilinear", corners, size=[8, 3])
        upsample(x(1, 2, 5, 6), "bilinear", corners, size=[1, 13])
    return f.json()
