"""Multi-head attention and the layers of transformers, with the gradients of inputs and all parameters."""
import torch
from torch import nn
from torch.nn.utils.stateless import functional_call

from golden import Family


def make():
    f = Family("attention")
    causal = lambda n: torch.ones(n, n).triu(1).bool()
    padding = lambda lengths, n: torch.arange(n)[None] >= lengths[:, None]

    def module(op, layer, inputs, call, attrs):
        """call: the layer's output from a function that is the layer, and the inputs. Dropout is 0, so training is evaluation."""
        layer = layer.double()
        weights = {name: f.rand(*p.shape, low=-0.6, high=0.6) for name, p in layer.named_parameters()}
        names = list(weights)

        def run(*tensors):
            given, parameters = tensors[: len(inputs)], dict(zip(names, tensors[len(inputs) :]))
            return call(lambda *a, **k: functional_call(layer, parameters, a, k), *given)

        f.case(op, {**inputs, **weights}, run, attrs)

    heads = dict(embed_dim=6, num_heads=2, batch_first=True)
    own = {"embedDim": 6, "numHeads": 2}
    x = lambda t: f.rand(2, t, 6)
    lengths = torch.tensor([3, 5]).int()
    attention = "MultiheadAttention"
    module(attention, nn.MultiheadAttention(**heads), {"x": x(4)}, lambda m, q: m(q, q, q)[0], own)
    module(attention, nn.MultiheadAttention(**heads, bias=False), {"x": x(3)}, lambda m, q: m(q, q, q)[0], {**own, "bias": False})
    masked = lambda m, q: m(q, q, q, attn_mask=causal(5))[0]
    module(attention, nn.MultiheadAttention(**heads), {"x": x(5)}, masked, {**own, "causal": True})
    padded = lambda m, q, l: m(q, q, q, key_padding_mask=padding(l, 5))[0]
    module(attention, nn.MultiheadAttention(**heads), {"x": x(5), "lengths": lengths}, padded, own)
    inputs = {"x": x(3), "key": x(5)}
    module(attention, nn.MultiheadAttention(**heads), inputs, lambda m, q, k: m(q, k, k)[0], own)
    inputs = {"x": x(3), "key": x(5), "value": x(5)}
    module(attention, nn.MultiheadAttention(**heads), inputs, lambda m, q, k, v: m(q, k, v)[0], own)

    for first, activation in ((False, "relu"), (True, "gelu")):
        size = dict(d_model=6, nhead=2, dim_feedforward=7, dropout=0.0, batch_first=True)
        attrs = {"dModel": 6, "numHeads": 2, "dimFeedforward": 7, "normFirst": first, "activation": activation}
        options = dict(**size, norm_first=first, activation=activation)
        encode = lambda m, t: m(t, src_mask=causal(4))
        layer = nn.TransformerEncoderLayer(**options)
        module("TransformerEncoderLayer", layer, {"x": x(4)}, encode, {**attrs, "causal": True})
        encode = lambda m, t, l: m(t, src_key_padding_mask=padding(l, 5))
        layer = nn.TransformerEncoderLayer(**options)
        module("TransformerEncoderLayer", layer, {"x": x(5), "lengths": lengths}, encode, attrs)
        decode = lambda m, t, s, l: m(t, s, tgt_mask=causal(3), memory_key_padding_mask=padding(l, 5))
        layer = nn.TransformerDecoderLayer(**options)
        inputs = {"x": x(3), "memory": x(5), "lengths": lengths}
        module("TransformerDecoderLayer", layer, inputs, decode, attrs)
    return f.json()
