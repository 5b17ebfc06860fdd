// Whole networks against PyTorch, loss by loss; see generators/trajectories.py, which has the same networks in the same order.
import { expect, test } from "vitest";
import * as w from "../../src/index";
import { describeOnDawn } from "../device";
import { readGoldens } from "./goldens";

interface Trajectory {
  readonly network: string;
  readonly losses: readonly number[];
}

/** Largest accepted difference, relative to 1 + the loss: rounding in f32 grows from step to step. */
const TOLERANCE = 5e-5;

/** Numbers that both sides compute. */
const wave = (size: number, phase: number) =>
  Float32Array.from({ length: size }, (_, i) => Math.sin(12.9898 * (i + 1) + phase));

const tokens = (shape: number[], vocabulary: number, factor: number, low = 0) =>
  w.tensor(
    Int32Array.from(
      { length: shape.reduce((a, b) => a * b, 1) },
      (_, i) => low + ((i * i * factor + i) % (vocabulary - low)),
    ),
    shape,
  );

/** Parameters, in the order of their names, from waves; norms about 1. */
function start(engine: w.Engine, model: w.AnyModule): void {
  const named = model.namedParameters().sort(([a], [b]) => (a < b ? -1 : 1));
  named.forEach(([name, p], k) => {
    const isNorm = name.includes("norm") && name.endsWith("weight");
    engine.write(
      p,
      wave(p.size, k).map((v) => (isNorm ? 1 + 0.1 * v : 0.3 * v)),
    );
  });
}

class Block extends w.Module {
  readonly conv1: w.Conv2d;
  readonly norm1: w.BatchNorm;
  readonly conv2: w.Conv2d;
  readonly norm2: w.BatchNorm;
  readonly short: w.Conv2d | undefined;

  constructor(before: number, after: number, stride: number) {
    super();
    this.conv1 = new w.Conv2d(before, after, 3, { stride, padding: 1, bias: false });
    this.norm1 = new w.BatchNorm(after);
    this.conv2 = new w.Conv2d(after, after, 3, { padding: 1, bias: false });
    this.norm2 = new w.BatchNorm(after);
    this.short = stride > 1 ? new w.Conv2d(before, after, 1, { stride, bias: false }) : undefined;
  }

  override forward(x: w.Tensor): w.Tensor {
    const y = this.norm2.forward(this.conv2.forward(this.norm1.forward(this.conv1.forward(x)).relu()));
    return y.add(this.short?.forward(x) ?? x).relu();
  }
}

class Residual extends w.Module {
  readonly conv = new w.Conv2d(3, 4, 3, { padding: 1, bias: false });
  readonly norm = new w.BatchNorm(4);
  readonly blocks = [new Block(4, 4, 1), new Block(4, 8, 2)];
  readonly out = new w.Linear(8, 5);

  override forward(x: w.Tensor): w.Tensor {
    const y = w.maxPool2d(this.norm.forward(this.conv.forward(x)).relu(), 3, { stride: 2, padding: 1 });
    return this.out.forward(this.blocks.reduce((h, block) => block.forward(h), y).mean([2, 3]));
  }
}

class EncoderDecoder extends w.Module<[w.Tensor, w.Tensor, w.Tensor]> {
  readonly source = new w.Embedding(15, 16);
  readonly target = new w.Embedding(15, 16);
  readonly encoder = [0, 1].map(() => new w.TransformerEncoderLayer(16, 4, { dimFeedforward: 32, dropout: 0 }));
  readonly decoder = [0, 1].map(() => new w.TransformerDecoderLayer(16, 4, { dimFeedforward: 32, dropout: 0 }));
  readonly out = new w.Linear(16, 15);

  override forward(source: w.Tensor, target: w.Tensor, lengths: w.Tensor): w.Tensor {
    const memory = this.encoder.reduce((h, layer) => layer.forward(h, { lengths }), this.source.forward(source));
    const seen = { memory: { lengths } };
    return this.out.forward(
      this.decoder.reduce((h, layer) => layer.forward(h, memory, seen), this.target.forward(target)),
    );
  }
}

class GptBlock extends w.Module {
  readonly norm1 = new w.LayerNorm(16);
  readonly norm2 = new w.LayerNorm(16);
  readonly qkv = new w.Linear(16, 48);
  readonly project = new w.Linear(16, 16);
  readonly widen = new w.Linear(16, 64);
  readonly narrow = new w.Linear(64, 16);

  override forward(x: w.Tensor): w.Tensor {
    const [batch, time, width] = x.shape as [number, number, number];
    const heads = (t: w.Tensor) => t.reshape([batch, time, 4, 4]).permute([0, 2, 1, 3]);
    const [q, k, v] = this.qkv.forward(this.norm1.forward(x)).split(16, -1).map(heads) as [
      w.Tensor,
      w.Tensor,
      w.Tensor,
    ];
    const scores = w.where(w.ones([time, time]).tril().equal(0), -Infinity, q.matmul(k, { transB: true }).div(2));
    const mixed = scores.softmax(-1).matmul(v).permute([0, 2, 1, 3]).reshape([batch, time, width]);
    const y = x.add(this.project.forward(mixed));
    return y.add(this.narrow.forward(this.widen.forward(this.norm2.forward(y)).gelu()));
  }
}

class Gpt extends w.Module {
  readonly token = new w.Embedding(17, 16);
  readonly place = new w.Embedding(8, 16);
  readonly blocks = [new GptBlock(), new GptBlock()];
  readonly norm = new w.LayerNorm(16);

  override forward(x: w.Tensor): w.Tensor {
    const places = this.place.forward(w.arange(0, x.shape[1]!, 1, "i32"));
    const h = this.blocks.reduce((y, block) => block.forward(y), this.token.forward(x).add(places));
    return this.norm.forward(h).matmul(this.token.weight, { transB: true });
  }
}

class Sentences extends w.Module<[w.Tensor, w.Tensor]> {
  readonly words = new w.Embedding(20, 8, { paddingIndex: 0 });
  readonly gru = new w.GRU(8, 6, { numLayers: 2, bidirectional: true, batchFirst: true });
  readonly out = new w.Linear(12, 3);

  override forward(x: w.Tensor, lengths: w.Tensor): w.Tensor {
    const { hN } = this.gru.run(this.words.forward(x), { lengths });
    return this.out.forward(w.concat([hN.slice(0, 2, 3), hN.slice(0, 3, 4)], -1).squeeze(0));
  }
}

class Critic extends w.Module {
  readonly conv1 = new w.Conv2d(1, 4, 3, { padding: 1 });
  readonly conv2 = new w.Conv2d(4, 6, 3, { padding: 1 });
  readonly norm = new w.LayerNorm(24);
  readonly out = new w.Linear(24, 1);

  override forward(x: w.Tensor): w.Tensor {
    const y = this.conv1.forward(x).leakyRelu({ negativeSlope: 0.2 }).maxPool2d(2);
    const z = this.conv2.forward(y).leakyRelu({ negativeSlope: 0.2 }).maxPool2d(3, { stride: 2, padding: 1 });
    return this.out.forward(this.norm.forward(z.reshape([-1, 24]))).squeeze(1);
  }
}

/** A network, its optimizer, and its loss; a second loss is asked for after the last step. */
interface Training {
  readonly model: w.AnyModule;
  readonly optimizer: w.Optimizer;
  loss(): w.Tensor;
  readonly atLast?: true;
}

const networks: Readonly<Record<string, () => Training>> = {
  residual() {
    const model = new Residual();
    const [x, y] = [w.tensor(wave(2400, 0.5), [8, 3, 10, 10]), tokens([8], 5, 3)];
    const options = { lr: 0.01, momentum: 0.9, nesterov: true, weightDecay: 1e-4 };
    const loss = () => w.softmaxCrossEntropy(model.forward(x), y);
    return { model, optimizer: new w.SGD(model.parameters(), options), loss, atLast: true };
  },
  encoderDecoder() {
    const model = new EncoderDecoder();
    const [source, target, labels] = [tokens([4, 6], 15, 3), tokens([4, 5], 15, 5), tokens([4, 5], 15, 7)];
    const lengths = w.tensor(Int32Array.of(6, 3, 5, 2));
    const optimizer = new w.AdamW(model.parameters(), { lr: 0.002, betas: [0.9, 0.98], weightDecay: 0.01 });
    const loss = () => w.softmaxCrossEntropy(model.forward(source, target, lengths), labels, { labelSmoothing: 0.1 });
    return { model, optimizer, loss };
  },
  gpt() {
    const model = new Gpt();
    const [x, y] = [tokens([3, 8], 17, 3), tokens([3, 8], 17, 5)];
    const optimizer = new w.Adam(model.parameters(), { lr: 3e-3 });
    return { model, optimizer, loss: () => w.softmaxCrossEntropy(model.forward(x), y) };
  },
  sentences() {
    const model = new Sentences();
    const [x, y] = [tokens([6, 7], 20, 3, 1), tokens([6], 3, 2)];
    const lengths = w.tensor(Int32Array.of(7, 3, 5, 1, 6, 2));
    const optimizer = new w.Adam(model.parameters(), { lr: 0.01, clipNorm: 0.5 });
    return { model, optimizer, loss: () => w.softmaxCrossEntropy(model.forward(x, lengths), y) };
  },
  critic() {
    const model = new Critic();
    const [real, fake] = [0.5, 1.7].map((phase) => w.tensor(wave(256, phase), [4, 1, 8, 8])) as [w.Tensor, w.Tensor];
    const between = fake.add(real.sub(fake).mul(w.tensor([0.2, 0.9, 0.4, 0.6], [4, 1, 1, 1])));
    const optimizer = new w.Adam(model.parameters(), { lr: 0.005, betas: [0.5, 0.9] });
    const loss = () => {
      const [slope] = w.gradients(model.forward(between).sum(), [between]);
      const penalty = slope!.norm([1, 2, 3]).sub(1).square().mean();
      return model.forward(fake).mean().sub(model.forward(real).mean()).add(penalty.mul(10));
    };
    return { model, optimizer, loss };
  },
};

await describeOnDawn("trajectories", (engine) => {
  test.each(readGoldens<Trajectory>("trajectories"))("$network", async ({ network, losses }) => {
    const { model, optimizer, loss, atLast } = networks[network]!();
    start(engine, model);
    const step = await engine.capture({}, () => {
      const value = loss();
      optimizer.step(value);
      return { loss: value };
    });
    const found: number[] = [];
    for (let i = 0; i < losses.length - (atLast ? 1 : 0); i++) {
      await step.run();
      found.push((await step.read("loss"))[0]!);
    }
    if (atLast) {
      model.eval();
      found.push((await engine.read(loss()))[0]!);
    }
    const off = found.map((v, i) => Math.abs(v - losses[i]!) / (1 + Math.abs(losses[i]!)));
    expect(Math.max(...off)).toBeLessThan(TOLERANCE);
    expect(losses.at(-1)!).toBeLessThan(losses[0]!);
    step.dispose();
  });
});
