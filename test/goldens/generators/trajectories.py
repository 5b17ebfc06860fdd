"""Losses of whole networks over 30 steps: a residual network, an encoder-decoder transformer, a GPT of its own parts, a
bidirectional GRU over sentences of different lengths, and a Wasserstein critic whose loss holds a gradient's norm."""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F

from golden import document, number

STEPS = 30


def wave(size, phase):
    """Numbers that both sides compute: sin(12.9898 (i + 1) + phase)."""
    return torch.sin(12.9898 * (torch.arange(size, dtype=torch.float64) + 1) + phase)


def started(model):
    """Parameters, in the order of their names, from waves; norms about 1."""
    model.double()
    for k, (name, p) in enumerate(sorted(model.named_parameters())):
        scale, shift = (0.1, 1.0) if is_norm(name) else (0.3, 0.0)
        p.data = (shift + scale * wave(p.numel(), k)).reshape(p.shape)
    return model


def is_norm(name):
    return "norm" in name and name.endswith("weight")


def tokens(*shape, vocabulary, factor, low=0):
    i = torch.arange(math.prod(shape))
    return (low + (i * i * factor + i) % (vocabulary - low)).reshape(shape)


class Block(nn.Module):
    def __init__(self, before, after, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(before, after, 3, stride, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(after)
        self.conv2 = nn.Conv2d(after, after, 3, 1, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(after)
        self.short = nn.Conv2d(before, after, 1, stride, bias=False) if stride > 1 else None

    def forward(self, x):
        y = self.norm2(self.conv2(F.relu(self.norm1(self.conv1(x)))))
        return F.relu(y + (self.short(x) if self.short else x))


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, 1, 1, bias=False)
        self.norm = nn.BatchNorm2d(4)
        self.blocks = nn.ModuleList([Block(4, 4, 1), Block(4, 8, 2)])
        self.out = nn.Linear(8, 5)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.norm(self.conv(x))), 3, 2, 1)
        for block in self.blocks:
            x = block(x)
        return self.out(x.mean((2, 3)))


def residual():
    model = started(Residual())
    x, y = wave(8 * 3 * 10 * 10, 0.5).reshape(8, 3, 10, 10), tokens(8, vocabulary=5, factor=3)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, nesterov=True, weight_decay=1e-4)
    losses = train(optimizer, lambda: F.cross_entropy(model(x), y))
    return [*losses, F.cross_entropy(model.eval()(x), y).item()]


class EncoderDecoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.source, self.target = nn.Embedding(15, 16), nn.Embedding(15, 16)
        options = dict(nhead=4, dim_feedforward=32, dropout=0.0, batch_first=True)
        self.encoder = nn.ModuleList([nn.TransformerEncoderLayer(16, **options) for _ in range(2)])
        self.decoder = nn.ModuleList([nn.TransformerDecoderLayer(16, **options) for _ in range(2)])
        self.out = nn.Linear(16, 15)

    def forward(self, source, target, lengths):
        padded = torch.arange(source.shape[1])[None] >= lengths[:, None]
        memory = self.source(source)
        for layer in self.encoder:
            memory = layer(memory, src_key_padding_mask=padded)
        later = torch.ones(target.shape[1], target.shape[1]).triu(1).bool()
        x = self.target(target)
        for layer in self.decoder:
            x = layer(x, memory, tgt_mask=later, memory_key_padding_mask=padded)
        return self.out(x)


def encoder_decoder():
    model = started(EncoderDecoder())
    source, target = tokens(4, 6, vocabulary=15, factor=3), tokens(4, 5, vocabulary=15, factor=5)
    labels = tokens(4, 5, vocabulary=15, factor=7)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.002, betas=(0.9, 0.98), weight_decay=0.01)
    seen = torch.tensor([6, 3, 5, 2])
    loss = lambda: F.cross_entropy(model(source, target, seen).reshape(-1, 15), labels.reshape(-1), label_smoothing=0.1)
    return train(optimizer, loss)


class GptBlock(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(16), nn.LayerNorm(16)
        self.qkv, self.project = nn.Linear(16, 48), nn.Linear(16, 16)
        self.widen, self.narrow = nn.Linear(16, 64), nn.Linear(64, 16)

    def forward(self, x):
        batch, time, width = x.shape
        q, k, v = (t.view(batch, time, 4, 4).transpose(1, 2) for t in self.qkv(self.norm1(x)).split(16, -1))
        scores = (q @ k.transpose(-2, -1)) / 2
        scores = scores.masked_fill(torch.ones(time, time).tril() == 0, -math.inf)
        mixed = (scores.softmax(-1) @ v).transpose(1, 2).reshape(batch, time, width)
        x = x + self.project(mixed)
        return x + self.narrow(F.gelu(self.widen(self.norm2(x))))


class Gpt(nn.Module):
    def __init__(self):
        super().__init__()
        self.token, self.place = nn.Embedding(17, 16), nn.Embedding(8, 16)
        self.blocks = nn.ModuleList([GptBlock(), GptBlock()])
        self.norm = nn.LayerNorm(16)

    def forward(self, x):
        h = self.token(x) + self.place(torch.arange(x.shape[1]))
        for block in self.blocks:
            h = block(h)
        return self.norm(h) @ self.token.weight.T


def gpt():
    model = started(Gpt())
    x, y = tokens(3, 8, vocabulary=17, factor=3), tokens(3, 8, vocabulary=17, factor=5)
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    return train(optimizer, lambda: F.cross_entropy(model(x).reshape(-1, 17), y.reshape(-1)))


class Sentences(nn.Module):
    def __init__(self):
        super().__init__()
        self.words = nn.Embedding(20, 8, padding_idx=0)
        self.gru = nn.GRU(8, 6, num_layers=2, bidirectional=True, batch_first=True)
        self.out = nn.Linear(12, 3)

    def forward(self, x, lengths):
        packed = nn.utils.rnn.pack_padded_sequence(self.words(x), lengths, batch_first=True, enforce_sorted=False)
        _, last = self.gru(packed)
        return self.out(torch.cat([last[-2], last[-1]], 1))


def sentences():
    model = started(Sentences())
    x, y, lengths = tokens(6, 7, vocabulary=20, factor=3, low=1), tokens(6, vocabulary=3, factor=2), [7, 3, 5, 1, 6, 2]
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    clip = lambda: nn.utils.clip_grad_norm_(model.parameters(), 0.5)
    return train(optimizer, lambda: F.cross_entropy(model(x, torch.tensor(lengths)), y), clip)


class Critic(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 4, 3, 1, 1), nn.Conv2d(4, 6, 3, 1, 1)
        self.norm, self.out = nn.LayerNorm(24), nn.Linear(24, 1)

    def forward(self, x):
        y = F.max_pool2d(F.leaky_relu(self.conv1(x), 0.2), 2)
        y = F.max_pool2d(F.leaky_relu(self.conv2(y), 0.2), 3, 2, 1)
        return self.out(self.norm(y.flatten(1)))[:, 0]


def critic():
    """Gulrajani et al. 2017, "Improved training of Wasserstein GANs", of one batch."""
    model = started(Critic())
    real, fake = (wave(4 * 64, phase).reshape(4, 1, 8, 8) for phase in (0.5, 1.7))
    share = torch.tensor([0.2, 0.9, 0.4, 0.6], dtype=torch.float64).reshape(4, 1, 1, 1)
    between = (fake + share * (real - fake)).requires_grad_()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.005, betas=(0.5, 0.9))

    def loss():
        (slope,) = torch.autograd.grad(model(between).sum(), between, create_graph=True)
        penalty = ((slope.flatten(1).norm(dim=1) - 1) ** 2).mean()
        return model(fake).mean() - model(real).mean() + 10 * penalty

    return train(optimizer, loss)


def train(optimizer, loss_of, before=lambda: None):
    losses = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = loss_of()
        loss.backward()
        before()
        optimizer.step()
        losses.append(loss.item())
    return losses


def make():
    networks = {"residual": residual, "encoderDecoder": encoder_decoder, "gpt": gpt, "sentences": sentences, "critic": critic}
    cases = [{"network": name, "losses": [number(v) for v in losses()]} for name, losses in networks.items()]
    return document(cases)
