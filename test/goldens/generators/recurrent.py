"""Recurrent networks over sequences, with the gradients of inputs, first states and all weights."""
import torch
from torch import nn

from golden import Family

LAYERS = {"lstm": (nn.LSTM, {}), "gru": (nn.GRU, {}), "rnn": (nn.RNN, {}), "rnn relu": (nn.RNN, {"nonlinearity": "relu"})}
FUNCTIONS = {"lstm": torch.lstm, "gru": torch.gru, "rnn": torch.rnn_tanh, "rnn relu": torch.rnn_relu}
STEPS, BATCH, FEATURES, HIDDEN = 4, 2, 3, 3


def make():
    f = Family("recurrent")

    def case(op, layers, bidirectional, states, bias=True, lengths=None):
        kind, options = LAYERS[op]
        size = dict(num_layers=layers, bidirectional=bidirectional, bias=bias)
        layer = kind(FEATURES, HIDDEN, **size, **options)
        inputs = {"x": f.rand(STEPS, BATCH, FEATURES)}
        count = layers * (2 if bidirectional else 1)
        for name in ("h0", "c0")[: 2 if op == "lstm" else 1] if states else ():
            inputs[name] = f.rand(count, BATCH, HIDDEN, low=-1, high=1)
        weights = {name: f.rand(*p.shape, low=-1, high=1) for name, p in layer.named_parameters()}

        def run(*tensors):
            x, first, flat = tensors[0], list(tensors[1 : len(inputs)]), list(tensors[len(inputs) :])
            zero = torch.zeros(count, BATCH, HIDDEN, dtype=x.dtype)
            state = first or [zero] * (2 if op == "lstm" else 1)
            # What is behind the modules: their weights are arguments here.
            sequence = (x, state if op == "lstm" else state[0])
            if lengths:
                packed = nn.utils.rnn.pack_padded_sequence(x, torch.tensor(lengths), enforce_sorted=False)
                state = [t[:, packed.sorted_indices] for t in state]
                sequence = (packed.data, packed.batch_sizes, state if op == "lstm" else state[0])
            # biases?, layers, dropout, training, both directions; and for sequences of one length: batch first.
            rest = (bias, layers, 0.0, False, bidirectional, *(() if lengths else (False,)))
            out, *last = FUNCTIONS[op](*sequence, flat, *rest)
            if lengths:
                out = nn.utils.rnn.PackedSequence(out, packed.batch_sizes, packed.sorted_indices, packed.unsorted_indices)
                out, _ = nn.utils.rnn.pad_packed_sequence(out, total_length=STEPS)
                last = [t[:, packed.unsorted_indices] for t in last]
            return (out, *last)

        attrs = {"numLayers": layers, "bidirectional": bidirectional, **options, **({} if bias else {"bias": False})}
        f.case(op.split()[0], {**inputs, **weights}, run, {**attrs, **({"lengths": lengths} if lengths else {})})

    for op in LAYERS:
        case(op, 1, False, False)
        case(op, 2, True, True)
        if op != "rnn relu":
            case(op, 1, True, False, bias=False)
            case(op, 2, False, True)
            case(op, 1, True, True, lengths=[2, 4])
    return f.json()
