"""Convolutions and transposed convolutions, with the gradients of picture, weights and bias."""
import torch.nn.functional as F

from golden import Family


def make():
    f = Family("convolutions")

    def conv(dims, x, w, bias=True, **attrs):
        inputs = {"x": f.rand(*x), "weight": f.rand(*w, low=-1, high=1)}
        if bias:
            inputs["bias"] = f.rand(w[0], low=-1, high=1)
        f.case(f"conv{dims}d", inputs, lambda *t: getattr(F, f"conv{dims}d")(*t, **attrs), attrs)

    conv(1, (2, 3, 9), (4, 3, 3))
    conv(1, (2, 3, 10), (4, 3, 3), stride=2, padding=1)
    conv(1, (1, 2, 11), (3, 2, 3), dilation=3, padding=2)
    conv(1, (2, 4, 7), (6, 2, 3), groups=2, padding=1)
    conv(1, (2, 3, 8), (6, 1, 3), groups=3, stride=2, padding=1)
    conv(1, (1, 2, 7), (3, 2, 4), padding="same")
    conv(1, (2, 5, 6), (7, 5, 1), bias=False)
    conv(2, (2, 3, 7, 6), (5, 3, 3, 3))
    conv(2, (2, 3, 5, 4), (4, 3, 3, 3), padding=1)
    conv(2, (2, 3, 9, 7), (5, 3, 3, 2), stride=[2, 3], padding=[1, 0])
    conv(2, (1, 2, 9, 10), (3, 2, 3, 3), dilation=[2, 3], padding=[2, 1])
    conv(2, (1, 2, 8, 7), (3, 2, 2, 4), padding="same", dilation=[1, 2])
    conv(2, (1, 6, 4, 5), (9, 2, 3, 3), groups=3, padding=1)
    conv(2, (1, 5, 5, 6), (5, 1, 3, 3), groups=5, padding=1)
    conv(2, (1, 3, 7, 7), (6, 1, 5, 5), groups=3, stride=2, padding=2, bias=False)
    conv(2, (1, 9, 3, 4), (11, 9, 1, 1))
    conv(2, (1, 1, 6, 6), (2, 1, 6, 6))
    conv(2, (1, 17, 3, 3), (2, 17, 3, 3), padding=2)

    def transposed(dims, x, w, bias=True, **attrs):
        inputs = {"x": f.rand(*x), "weight": f.rand(*w, low=-1, high=1)}
        if bias:
            inputs["bias"] = f.rand(w[1] * attrs.get("groups", 1), low=-1, high=1)
        torch_attrs = {"output_padding" if k == "outputPadding" else k: v for k, v in attrs.items()}
        fn = getattr(F, f"conv_transpose{dims}d")
        f.case(f"convTranspose{dims}d", inputs, lambda *t: fn(*t, **torch_attrs), attrs)

    transposed(1, (2, 3, 5), (3, 4, 3), stride=2, padding=1, outputPadding=1)
    transposed(2, (1, 3, 4, 5), (3, 4, 3, 3))
    transposed(2, (1, 4, 4, 3), (4, 2, 2, 2), stride=2, bias=False)
    transposed(2, (2, 3, 4, 3), (3, 2, 3, 4), stride=[2, 3], padding=[1, 2], outputPadding=[1, 0])
    transposed(2, (1, 2, 5, 4), (2, 3, 3, 3), dilation=2, padding=1)
    transposed(2, (1, 4, 3, 4), (4, 3, 3, 3), groups=2, stride=2, padding=1, outputPadding=1)
    transposed(2, (1, 3, 4, 4), (3, 1, 4, 4), groups=3, stride=2, padding=1)
    return f.json()
