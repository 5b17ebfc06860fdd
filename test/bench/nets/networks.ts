// Training steps of networks that a course has, beside the four that are raced: what their plans look like, and how long they take.
import * as w from "../../../src/index";

/** A network with its optimizer: `loss` is recorded once, with the optimizer's step after it. */
export interface Training {
  readonly optimizer: w.Optimizer;
  loss(): w.Tensor;
}

const wave = (...shape: number[]) =>
  w.tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(12.9898 * (i + 1))),
    shape,
  );

const tokens = (vocabulary: number, ...shape: number[]) =>
  w.tensor(
    Int32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => (i * i * 7 + i) % vocabulary),
    shape,
  );

const adam = (model: w.AnyModule) => new w.Adam(model.parameters());

/** What a picture goes through: a convolution, batch normalisation and a rectifier. */
class Stage extends w.Module {
  readonly conv: w.Conv2d;
  readonly norm: w.BatchNorm;

  constructor(from: number, to: number, kernel: number, options: w.Conv2dLayerOptions = {}) {
    super();
    this.conv = new w.Conv2d(from, to, kernel, { padding: "same", bias: false, ...options });
    this.norm = new w.BatchNorm(to);
  }

  override forward(x: w.Tensor): w.Tensor {
    return this.norm.forward(this.conv.forward(x)).relu();
  }
}

class Residual extends w.Module {
  readonly first: Stage;
  readonly second: w.Conv2d;
  readonly norm: w.BatchNorm;
  readonly short: w.Conv2d | undefined;

  constructor(from: number, to: number) {
    super();
    const stride = to > from ? 2 : 1;
    this.first = new Stage(from, to, 3, { stride, padding: 1 });
    this.second = new w.Conv2d(to, to, 3, { padding: 1, bias: false });
    this.norm = new w.BatchNorm(to);
    if (stride > 1) this.short = new w.Conv2d(from, to, 1, { stride, bias: false });
  }

  override forward(x: w.Tensor): w.Tensor {
    return this.norm
      .forward(this.second.forward(this.first.forward(x)))
      .add(this.short?.forward(x) ?? x)
      .relu();
  }
}

/** As MobileNetV2 has it: wide within, a depthwise convolution there. */
class Inverted extends w.Module {
  readonly widen: Stage;
  readonly depthwise: Stage;
  readonly narrow: w.Conv2d;
  readonly norm: w.BatchNorm;

  constructor(readonly channels: number) {
    super();
    const wide = 4 * channels;
    this.widen = new Stage(channels, wide, 1);
    this.depthwise = new Stage(wide, wide, 3, { groups: wide });
    this.narrow = new w.Conv2d(wide, channels, 1, { bias: false });
    this.norm = new w.BatchNorm(channels);
  }

  override forward(x: w.Tensor): w.Tensor {
    return this.norm.forward(this.narrow.forward(this.depthwise.forward(this.widen.forward(x)))).add(x);
  }
}

/** A classifier of pictures, with what `body` makes of them. */
function pictures(batch: number, size: number, body: w.AnyModule & w.Module, channels: number): Training {
  const head = new w.Linear(channels, 10);
  const [x, y] = [wave(batch, 3, size, size), tokens(10, batch)];
  const optimizer = new w.SGD([...body.parameters(), ...head.parameters()], { lr: 0.05, momentum: 0.9 });
  const loss = () => w.softmaxCrossEntropy(head.forward(body.forward(x).mean([2, 3])), y);
  return { optimizer, loss };
}

class Unet extends w.Module {
  readonly down = [new Stage(3, 16, 3), new Stage(16, 32, 3), new Stage(32, 64, 3)];
  readonly up = [new w.ConvTranspose2d(64, 32, 2, { stride: 2 }), new w.ConvTranspose2d(32, 16, 2, { stride: 2 })];
  readonly join = [new Stage(64, 32, 3), new Stage(32, 16, 3)];
  readonly out = new w.Conv2d(16, 4, 1);

  override forward(x: w.Tensor): w.Tensor {
    const first = this.down[0]!.forward(x);
    const second = this.down[1]!.forward(w.maxPool2d(first, 2));
    const deep = this.down[2]!.forward(w.maxPool2d(second, 2));
    const middle = this.join[0]!.forward(w.concat([this.up[0]!.forward(deep), second], 1));
    return this.out.forward(this.join[1]!.forward(w.concat([this.up[1]!.forward(middle), first], 1)));
  }
}

class VisionTransformer extends w.Module {
  readonly patches = new w.Conv2d(3, 64, 4, { stride: 4 });
  readonly token = w.parameter("token", { shape: [1, 1, 64], dtype: "f32" }, () => new Float32Array(64));
  readonly places = new w.LearnedPositions(65, 64);
  readonly blocks = [0, 1, 2].map(() => new w.TransformerEncoderLayer(64, 4, { dimFeedforward: 128, dropout: 0.1 }));
  readonly out = new w.Linear(64, 10);

  override forward(x: w.Tensor): w.Tensor {
    const patches = this.patches.forward(x).flatten(2).transpose(1, 2);
    const all = w.concat([this.token.expand([x.shape[0]!, -1, -1]), patches], 1);
    const made = this.blocks.reduce((h, block) => block.forward(h), this.places.forward(all));
    return this.out.forward(made.slice(1, 0, 1).squeeze(1));
  }
}

class EncoderDecoder extends w.Module<[w.Tensor, w.Tensor, w.Tensor]> {
  readonly source = new w.Embedding(200, 64);
  readonly target = new w.Embedding(200, 64);
  readonly encoder = [0, 1].map(() => new w.TransformerEncoderLayer(64, 4, { dimFeedforward: 128, dropout: 0.1 }));
  readonly decoder = [0, 1].map(() => new w.TransformerDecoderLayer(64, 4, { dimFeedforward: 128, dropout: 0.1 }));
  readonly out = new w.Linear(64, 200);

  override forward(source: w.Tensor, target: w.Tensor, lengths: w.Tensor): w.Tensor {
    const memory = this.encoder.reduce((h, layer) => layer.forward(h, { lengths }), this.source.forward(source));
    const seen = { memory: { lengths } };
    return this.out.forward(this.decoder.reduce((h, d) => d.forward(h, memory, seen), this.target.forward(target)));
  }
}

/** By name; `times` multiplies the batch. */
export const NETWORKS: Readonly<Record<string, (times: number) => Training>> = {
  logistic(times) {
    const model = new w.Linear(784, 10);
    const [x, y] = [wave(1024 * times, 784), tokens(10, 1024 * times)];
    return { optimizer: new w.SGD(model.parameters()), loss: () => w.softmaxCrossEntropy(model.forward(x), y) };
  },
  mlp(times) {
    const [hidden, norm] = [new w.Linear(784, 256), new w.BatchNorm(256)];
    const out = new w.Linear(256, 10);
    const [x, y] = [wave(256 * times, 784), tokens(10, 256 * times)];
    const optimizer = new w.Adam([...hidden.parameters(), ...norm.parameters(), ...out.parameters()], { clipNorm: 1 });
    const inner = () => w.dropout(norm.forward(hidden.forward(x)).relu(), 0.5);
    return { optimizer, loss: () => w.softmaxCrossEntropy(out.forward(inner()), y) };
  },
  resnet: (times) =>
    pictures(
      16 * times,
      32,
      new w.Sequential(new Stage(3, 16, 3), new Residual(16, 16), new Residual(16, 32), new Residual(32, 64)),
      64,
    ),
  mobilenet: (times) =>
    pictures(8 * times, 32, new w.Sequential(new Stage(3, 24, 3), new Inverted(24), new Inverted(24)), 24),
  unet(times) {
    const model = new Unet();
    const [x, y] = [wave(4 * times, 3, 48, 48), tokens(4, 4 * times, 48, 48)];
    return {
      optimizer: adam(model),
      loss: () => w.softmaxCrossEntropy(model.forward(x).permute([0, 2, 3, 1]), y),
    };
  },
  autoencoder(times) {
    const [inner, mean, spread] = [new w.Linear(784, 256), new w.Linear(256, 16), new w.Linear(256, 16)];
    const [back, out] = [new w.Linear(16, 256), new w.Linear(256, 784)];
    const x = wave(128 * times, 784).abs();
    const optimizer = new w.Adam([inner, mean, spread, back, out].flatMap((layer) => layer.parameters()));
    const loss = () => {
      const h = inner.forward(x).relu();
      const [m, s] = [mean.forward(h), spread.forward(h)];
      const z = m.add(s.mul(0.5).exp().mul(w.normal(m.shape)));
      const shown = w.bceWithLogits(out.forward(back.forward(z).relu()), x, { reduction: "sum" });
      return shown.sub(s.add(1).sub(m.square()).sub(s.exp()).sum().mul(0.5)).mul(1 / x.shape[0]!);
    };
    return { optimizer, loss };
  },
  bigru(times) {
    const words = new w.Embedding(1000, 64, { paddingIndex: 0 });
    const gru = new w.GRU(64, 64, { bidirectional: true, batchFirst: true });
    const out = new w.Linear(128, 2);
    const batch = 32 * times;
    const [x, y] = [tokens(1000, batch, 40), tokens(2, batch)];
    const lengths = w.tensor(Int32Array.from({ length: batch }, (_, i) => 1 + ((i * 7) % 40)));
    const optimizer = new w.Adam([words, gru, out].flatMap((layer) => layer.parameters()));
    const last = () => gru.run(words.forward(x), { lengths }).hN.permute([1, 0, 2]).flatten(1);
    return { optimizer, loss: () => w.softmaxCrossEntropy(out.forward(last()), y) };
  },
  vit(times) {
    const model = new VisionTransformer();
    const [x, y] = [wave(8 * times, 3, 32, 32), tokens(10, 8 * times)];
    return { optimizer: adam(model), loss: () => w.softmaxCrossEntropy(model.forward(x), y) };
  },
  encoderDecoder(times) {
    const model = new EncoderDecoder();
    const batch = 16 * times;
    const [source, target] = [tokens(200, batch, 24), tokens(200, batch, 20)];
    const lengths = w.tensor(Int32Array.from({ length: batch }, (_, i) => 4 + ((i * 5) % 21)));
    const loss = () => w.softmaxCrossEntropy(model.forward(source, target, lengths), target, { labelSmoothing: 0.1 });
    return { optimizer: new w.AdamW(model.parameters()), loss };
  },
};
