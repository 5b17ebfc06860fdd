// What all optimizers have in common: groups of parameters, clipping by value, accumulation, averages of weights.
import { expect, test } from "vitest";
import { feed, parameter, type Tensor } from "../../src/graph/tensor";
import { LayerNorm } from "../../src/nn/layerNorm";
import { Linear } from "../../src/nn/linear";
import { Sequential } from "../../src/nn/sequential";
import { add } from "../../src/ops/add";
import { mean } from "../../src/ops/mean";
import { mul } from "../../src/ops/mul";
import { square } from "../../src/ops/square";
import { sub } from "../../src/ops/sub";
import { sum } from "../../src/ops/sum";
import { Adadelta } from "../../src/optim/adadelta";
import { Adagrad } from "../../src/optim/adagrad";
import { Adam, AdamW } from "../../src/optim/adam";
import { Adamax } from "../../src/optim/adamax";
import { ExponentialMovingAverage } from "../../src/optim/ema";
import { noDecay, type ParameterGroup, type Parameters } from "../../src/optim/groups";
import { Lion } from "../../src/optim/lion";
import { NAdam } from "../../src/optim/nadam";
import type { Optimizer, OptimizerOptions } from "../../src/optim/optimizer";
import { COMMON } from "../../src/optim/options";
import { RAdam } from "../../src/optim/radam";
import { RMSprop } from "../../src/optim/rmsprop";
import { SGD } from "../../src/optim/sgd";
import { loadCheckpoint, saveCheckpoint } from "../../src/train/checkpoint";
import { describeOnDawn } from "../device";

type Make = (p: Parameters, o: OptimizerOptions) => Optimizer;

const all: Record<string, Make> = {
  SGD: (p, o) => new SGD(p, o),
  momentum: (p, o) => new SGD(p, { ...o, momentum: 0.9 }),
  RMSprop: (p, o) => new RMSprop(p, o),
  Adagrad: (p, o) => new Adagrad(p, o),
  Adadelta: (p, o) => new Adadelta(p, o),
  Adam: (p, o) => new Adam(p, o),
  AdamW: (p, o) => new AdamW(p, o),
  Adamax: (p, o) => new Adamax(p, o),
  NAdam: (p, o) => new NAdam(p, o),
  RAdam: (p, o) => new RAdam(p, o),
  Lion: (p, o) => new Lion(p, o),
};

const values = [5, 130, 64].map((n, k) => Float32Array.from({ length: n }, (_, i) => Math.sin(1 + i + 10 * k)));
const make = () => values.map((v, i) => parameter(`p${i}`, { shape: [v.length], dtype: "f32" }, () => v.slice()));
const sumOfSquares = (parameters: readonly Tensor[]) =>
  parameters.map((p) => sum(square(p))).reduce((a, b) => add(a, b));

await describeOnDawn("optimizers' common options", (engine) => {
  const train = async (optimizer: Optimizer, steps: number) => {
    const step = await engine.capture({}, () => {
      const loss = sumOfSquares(optimizer.parameters);
      optimizer.step(loss);
      return { loss };
    });
    for (let i = 0; i < steps; i++) await step.run();
    return step;
  };

  test.each(Object.entries(all))("%s: groups in one launch = an optimizer for each group", async (_, of) => {
    const [a, b, c] = make();
    const groups: ParameterGroup[] = [
      { parameters: [a!, c!], weightDecay: 0.3 },
      { parameters: [b!], lrScale: 0.5 },
    ];
    const grouped = of(groups, { lr: 0.05, weightDecay: 0.1 });
    const step = await train(grouped, 5);
    expect(step.plan.dispatches.slice(step.plan.firstUpdate).length).toBeLessThanOrEqual(2);

    const [a2, b2, c2] = make();
    await train(of([a2!, c2!], { lr: 0.05, weightDecay: 0.3 }), 5);
    await train(of([b2!], { lr: 0.025, weightDecay: 0.1 }), 5);
    const expected = await engine.read([a2!, b2!, c2!]);
    const actual = await engine.read([a!, b!, c!]);
    for (const [k, p] of actual.entries()) for (const [i, v] of p.entries()) expect(v).toBeCloseTo(expected[k]![i]!, 6);
  });

  test("groups that are alike read no table", async () => {
    const [a, b] = make();
    const flat = await train(new SGD([a!, b!], { lr: 0.1 }), 0);
    const grouped = await train(new SGD([{ parameters: [a!] }, { parameters: [b!], weightDecay: 0 }], { lr: 0.1 }), 0);
    const keys = (s: typeof flat) => s.plan.dispatches.map((d) => d.variant.key);
    expect(keys(grouped)).toEqual(keys(flat));
  });

  test.each(Object.entries(all))("%s: a group with lrScale 0 stays, and is not asked for", async (name, of) => {
    const [a, b, c] = make();
    const noEps = ["SGD", "momentum", "Lion", "Adadelta"].includes(name) ? {} : { eps: 0 };
    const optimizer = of([{ parameters: [a!, c!] }, { parameters: [b!], lrScale: 0 }], { lr: 0.05, ...noEps } as never);
    const step = await engine.capture({}, () => {
      const loss = sumOfSquares([a!, c!]);
      optimizer.step(loss);
      return { loss };
    });
    for (let i = 0; i < 2; i++) await step.run();
    const [moved, stayed] = await engine.read([a!, b!]);
    expect(stayed).toEqual(values[1]);
    for (const [i, v] of moved!.entries()) expect(Math.abs(v)).toBeLessThan(Math.abs(values[0]![i]!));
  });

  test.each([1, 2])(
    "a group with lrScale 0 has no gradients, and no part in clipNorm: accumulate %i",
    async (accumulate) => {
      const [a, b] = make();
      const groups = [{ parameters: [b!], lrScale: 0 }, { parameters: [a!] }];
      const optimizer = new SGD(groups, { lr: 1, clipNorm: 1, accumulate });
      const step = await engine.capture({}, () => {
        const loss = add(sum(a!), mul(sum(square(b!)), 1e3));
        optimizer.step(loss);
        return { loss };
      });
      for (let i = 0; i < accumulate; i++) await step.run();
      const [moved, stayed, gradients] = await engine.read([a!, b!, optimizer.accumulated ?? optimizer.gradients]);
      for (const [i, v] of moved!.entries()) expect(v).toBeCloseTo(values[0]![i]! - 1 / Math.sqrt(5), 5);
      expect(stayed).toEqual(values[1]);
      const at = optimizer.parameters.indexOf(a!) === 0 ? 0 : 192;
      const expected = new Float32Array(optimizer.arena.length);
      expected.fill(accumulate, at, at + 5);
      expect(gradients).toEqual(expected);
    },
  );

  test.each(Object.entries(all))("%s: an option that is undefined is not given", async (_, of) => {
    const names = [...COMMON, "betas", "eps", "alpha", "rho", "dampening", "lrDecay", "momentumDecay"];
    const moved = async (options: OptimizerOptions) => {
      const parameters = make();
      await train(of(parameters, options), 1);
      return engine.read(parameters);
    };
    expect(await moved(Object.fromEntries(names.map((name) => [name, undefined])))).toEqual(await moved({}));
  });

  test("noDecay leaves biases and norms alone", () => {
    const model = new Sequential(new Linear(3, 4), new LayerNorm(4), new Linear(4, 2, { bias: false }));
    const names = new Map(model.namedParameters().map(([name, t]) => [t, name]));
    const groups = noDecay(model).map((g) => [g.parameters.map((t) => names.get(t)), g.weightDecay]);
    expect(groups).toEqual([
      [["0.weight", "2.weight"], undefined],
      [["0.bias", "1.weight", "1.bias"], 0],
    ]);
    expect(noDecay(new Linear(2, 2, { bias: false })).length).toBe(1);
  });

  test("a run with groups and accumulation resumes from a checkpoint, in the middle of an update", async () => {
    const run = async () => {
      const model = new Linear(3, 2, { init: () => Float32Array.of(1, -2, 3, -4, 5, -6) });
      const optimizer = new AdamW(noDecay(model), { lr: 0.1, accumulate: 3, clipValue: 4 });
      const x = feed("x", { shape: [1, 3], dtype: "f32" });
      const step = await engine.capture({ x }, ({ x }) => {
        const loss = sum(square(model.forward(x!)));
        optimizer.step(loss);
        return { loss };
      });
      engine.write(model.bias!, Float32Array.of(0.5, -0.5));
      const train = async (from: number, to: number) => {
        for (let i = from; i < to; i++) await step.run({ x: Float32Array.of(Math.sin(i), Math.cos(i), 1) });
        return (await engine.read(model.parameters())).map((a) => [...a]);
      };
      return { states: { model, optimizer }, train };
    };
    const whole = await (await run()).train(0, 9);
    const first = await run();
    await first.train(0, 5);
    const bytes = await saveCheckpoint(engine, first.states);
    const second = await run();
    loadCheckpoint(engine, bytes, second.states);
    expect(await second.train(5, 9)).toEqual(whole);
  });

  test("clipValue clips each element, after the norm", async () => {
    for (const clipNorm of [undefined, 10]) {
      const [p] = make();
      const optimizer = new SGD([p!], { lr: 1, clipValue: 0.75, ...(clipNorm && { clipNorm }) });
      await train(optimizer, 1);
      const [after] = await engine.read([p!]);
      const factor = clipNorm ? Math.min(1, clipNorm / Math.hypot(...values[0]!.map((v) => 2 * v))) : 1;
      after!.forEach((v, i) => {
        const g = 2 * values[0]![i]! * factor;
        expect(v).toBeCloseTo(values[0]![i]! - Math.max(-0.75, Math.min(0.75, g)), 5);
      });
    }
  });

  test.each(["momentum", "Adam", "Lion"])("%s: accumulated micro-batches = one large batch", async (name) => {
    const [ROWS, N] = [3, 4];
    const rows = Float32Array.from({ length: N * ROWS * 5 }, (_, i) => Math.cos(i * i));
    const trained = async (rowsOfStep: number, options: OptimizerOptions) => {
      const [p] = make();
      const optimizer = all[name]!([p!], { lr: 0.1, clipNorm: 0.3, ...options });
      const x = feed("x", { shape: [rowsOfStep, 5], dtype: "f32" });
      const step = await engine.capture({ x }, ({ x }) => {
        const loss = mean(square(sub(x!, p!)));
        optimizer.step(loss);
        return { loss };
      });
      for (let update = 0; update < 3; update++)
        for (let at = 0; at < rows.length; at += rowsOfStep * 5) {
          const before = await engine.read(p!);
          await step.run({ x: rows.slice(at, at + rowsOfStep * 5) });
          const last = at + rowsOfStep * 5 === rows.length;
          if (!last) expect(await engine.read(p!)).toEqual(before);
        }
      return [...(await engine.read(p!)), (await engine.read(optimizer.gradientScale))[1]!];
    };
    const whole = await trained(N * ROWS, {});
    for (const [i, v] of (await trained(ROWS, { accumulate: N })).entries()) expect(v).toBeCloseTo(whole[i]!, 5);
  });

  test("an overflow in one micro-batch leaves the whole update out, and no trace in the next", async () => {
    const [p] = make();
    const optimizer = new SGD([p!], { lr: 0.1, accumulate: 2, lossScale: "dynamic" });
    const factor = feed("factor", { shape: [], dtype: "f32" });
    const step = await engine.capture({ factor }, ({ factor }) => {
      const loss = mul(sum(square(p!)), factor!);
      optimizer.step(loss);
      return { loss };
    });
    const run = async (...factors: number[]) => {
      for (const f of factors) await step.run({ factor: Float32Array.of(f) });
    };
    await run(3e38, 1);
    expect(await engine.read(p!)).toEqual(values[0]);
    expect([...(await engine.read(optimizer.gradientScale))].slice(2, 4)).toEqual([32768, 1]);
    await run(1, 2);
    (await engine.read(p!)).forEach((v, i) => {
      expect(v).toBeCloseTo(values[0]![i]! * (1 - 0.1 * 2 * 1.5), 5);
    });
  });

  test("an average of weights, without bias; evaluation with it, and back without loss", async () => {
    const parameters = make();
    const optimizer = new SGD(parameters, { lr: 0.1 });
    const average = new ExponentialMovingAverage([...parameters].reverse(), { decay: 0.9 });
    const step = await engine.capture({}, () => {
      const loss = sumOfSquares(parameters);
      optimizer.step(loss);
      average.update(optimizer);
      return { loss };
    });
    const history: number[] = [];
    for (let t = 0; t < 6; t++) {
      await step.run();
      history.push(0.8 ** (t + 1));
    }
    const weights = history.map((_, t) => 0.9 ** (history.length - 1 - t));
    const factor = history.reduce((n, h, t) => n + h * weights[t]!, 0) / weights.reduce((a, b) => a + b);

    const before = await engine.read(parameters);
    average.apply();
    await engine.read(parameters[0]!);
    average.apply();
    const averaged = await engine.read(parameters);
    averaged.forEach((p, k) => {
      p.forEach((v, i) => {
        expect(v).toBeCloseTo(values[k]![i]! * factor, 5);
      });
    });
    const total = await engine.read(average.total);
    average.update();
    expect(await engine.read(average.total)).toEqual(total);
    average.restore();
    expect(await engine.read(parameters)).toEqual(before);
    average.restore();
    expect(await engine.read(parameters)).toEqual(before);
  });

  test("an average waits for the steps that make up an update", async () => {
    const [p] = make();
    const optimizer = new SGD([p!], { lr: 0.1, accumulate: 3 });
    const average = new ExponentialMovingAverage([p!], { decay: 0.5 });
    const step = await engine.capture({}, () => {
      const loss = sum(square(p!));
      optimizer.step(loss);
      average.update(optimizer);
      return { loss };
    });
    for (let i = 0; i < 7; i++) await step.run();
    expect([...(await engine.read(average.total))]).toEqual([0.75]);
  });
});
