// Each optimizer against its formula in f64, over several steps, with parameters of odd sizes in one arena.
import { expect, test } from "vitest";
import { feed, parameter } from "../../src/graph/tensor";
import { add } from "../../src/ops/add";
import { mul } from "../../src/ops/mul";
import { square } from "../../src/ops/square";
import { sum } from "../../src/ops/sum";
import { Adam, AdamW } from "../../src/optim/adam";
import type { Optimizer, OptimizerOptions } from "../../src/optim/optimizer";
import { RMSprop } from "../../src/optim/rmsprop";
import { cosineSchedule, exponentialSchedule, stepSchedule } from "../../src/optim/schedules";
import { SGD } from "../../src/optim/sgd";
import { describeOnDawn } from "../device";

type Tensors = ConstructorParameters<typeof SGD>[0];
/** One element's update: parameter, gradient, its own state, and the step's number from 1. */
type Formula = (p: number, g: number, s: { a: number; b: number }, t: number) => number;

const [LR, DECAY] = [0.05, 0.1];
const adam =
  (decay: number, decoupled: boolean): Formula =>
  (p0, g0, s, t) => {
    const p = decoupled ? p0 - LR * decay * p0 : p0;
    const g = decoupled ? g0 : g0 + decay * p0;
    s.a = 0.9 * s.a + 0.1 * g;
    s.b = 0.999 * s.b + 0.001 * g * g;
    return p - (LR * (s.a / (1 - 0.9 ** t))) / (Math.sqrt(s.b / (1 - 0.999 ** t)) + 1e-8);
  };

const cases: [string, (p: Tensors, o: OptimizerOptions) => Optimizer, Formula, OptimizerOptions][] = [
  ["SGD", (p, o) => new SGD(p, o), (p, g) => p - LR * (g + DECAY * p), { lr: LR, weightDecay: DECAY }],
  [
    "SGD with momentum",
    (p, o) => new SGD(p, { ...o, momentum: 0.9 }),
    (p, g, s) => {
      s.a = 0.9 * s.a + g;
      return p - LR * s.a;
    },
    { lr: LR },
  ],
  [
    "SGD with Nesterov's momentum",
    (p, o) => new SGD(p, { ...o, momentum: 0.9, nesterov: true }),
    (p, g, s) => {
      s.a = 0.9 * s.a + g;
      return p - LR * (g + 0.9 * s.a);
    },
    { lr: LR },
  ],
  [
    "RMSprop",
    (p, o) => new RMSprop(p, o),
    (p, g, s) => {
      s.a = 0.99 * s.a + 0.01 * g * g;
      return p - (LR * g) / (Math.sqrt(s.a) + 1e-8);
    },
    { lr: LR },
  ],
  ["Adam", (p, o) => new Adam(p, o), adam(DECAY, false), { lr: LR, weightDecay: DECAY }],
  ["AdamW", (p, o) => new AdamW(p, o), adam(0.01, true), { lr: LR }],
];

await describeOnDawn("optimizers", (engine) => {
  const values = [5, 130].map((n, k) => Float32Array.from({ length: n }, (_, i) => Math.sin(1 + i + 10 * k)));

  test.each(cases)("%s", async (_, make, formula, options) => {
    const parameters = values.map((v, i) => parameter(`p${i}`, { shape: [v.length], dtype: "f32" }, () => v.slice()));
    const optimizer = make(parameters, options);
    // The gradient of Σ p² is 2p.
    const step = await engine.capture({}, () => {
      const loss = add(sum(square(parameters[0]!)), sum(square(parameters[1]!)));
      optimizer.step(loss);
      return { loss };
    });
    const expected = values.map((v) => Float64Array.from(v));
    const states = values.map((v) => Array.from(v, () => ({ a: 0, b: 0 })));
    for (let t = 1; t <= 20; t++) {
      await step.run();
      expected.forEach((p, k) => {
        for (const i of p.keys()) p[i] = formula(p[i]!, 2 * p[i]!, states[k]![i]!, t);
      });
    }
    const actual = await engine.read(parameters);
    actual.forEach((p, k) => {
      const off = [...p].map((v, i) => Math.abs(v - expected[k]![i]!));
      expect(Math.max(...off)).toBeLessThan(2e-5);
    });
  });

  test("clipping scales all gradients by their global norm", async () => {
    const parameters = values.map((v, i) => parameter(`p${i}`, { shape: [v.length], dtype: "f32" }, () => v.slice()));
    const optimizer = new SGD(parameters, { lr: 1, clipNorm: 0.5 });
    const step = await engine.capture({}, () => {
      const loss = mul(add(sum(square(parameters[0]!)), sum(square(parameters[1]!))), 3);
      optimizer.step(loss);
      return { loss };
    });
    await step.run();
    const gradients = values.map((v) => Float64Array.from(v, (p) => 6 * p));
    const norm = Math.hypot(...gradients.flatMap((g) => [...g]));
    const [scale, measured] = await engine.read(optimizer.gradientScale);
    expect(measured).toBeCloseTo(norm, 3);
    expect(scale).toBeCloseTo(0.5 / norm, 5);
    const [first] = await engine.read(parameters);
    expect(first![2]).toBeCloseTo(values[0]![2]! - gradients[0]![2]! * (0.5 / norm), 5);
  });

  test.each(["SGD", "momentum", "RMSprop", "Adam"])("%s leaves out a step whose gradients overflow", async (name) => {
    const p = parameter("p", { shape: [5], dtype: "f32" }, () => values[0]!.slice(0, 5));
    const options = { lr: 0.1, lossScale: "dynamic" } as const;
    const optimizer = {
      SGD: () => new SGD([p], options),
      momentum: () => new SGD([p], { ...options, momentum: 0.9 }),
      RMSprop: () => new RMSprop([p], options),
      Adam: () => new Adam([p], options),
    }[name]!();
    const factor = feed("factor", { shape: [], dtype: "f32" });
    const step = await engine.capture({ factor }, ({ factor }) => {
      const loss = mul(sum(square(p)), factor!);
      optimizer.step(loss);
      return { loss };
    });
    const everything = async () => (await engine.read([p, ...optimizer.states().map(([, t]) => t)])).map((a) => [...a]);
    const run = (value: number) => step.run({ factor: Float32Array.of(value) });
    await run(1);
    const before = await everything();
    await run(3e38);
    expect(await everything()).toEqual(before);
    const [applied, , scale, skipped] = await engine.read(optimizer.gradientScale);
    expect([applied, scale, skipped]).toEqual([0, 32768, 1]);
    await run(1);
    expect(await everything()).not.toEqual(before);
    expect((await engine.read(optimizer.gradientScale))[0]).toBe(1 / 32768);
  });

  test("a loss scale changes nothing but the range of the gradients", async () => {
    const trained = async (options: Partial<OptimizerOptions>) => {
      const p = parameter("p", { shape: [5], dtype: "f32" }, () => values[0]!.slice(0, 5));
      const optimizer = new Adam([p], { lr: 0.1, clipNorm: 1, ...options });
      const step = await engine.capture({}, () => {
        const loss = sum(square(p));
        optimizer.step(loss);
        return { loss };
      });
      for (let i = 0; i < 10; i++) await step.run();
      return [...(await engine.read(p)), (await engine.read(optimizer.gradientScale))[1]!];
    };
    const plain = await trained({});
    for (const [i, v] of (await trained({ lossScale: 1024 })).entries()) expect(v).toBeCloseTo(plain[i]!, 5);
    await expect(trained({ lossScale: 0 })).rejects.toThrow(/lossScale 0/);
  });
});

test("schedules", () => {
  expect([0, 9, 10, 25].map(stepSchedule(1, { every: 10 }))).toEqual([1, 1, 0.1, expect.closeTo(0.01)]);
  expect(exponentialSchedule(2, { gamma: 0.5 })(3)).toBe(0.25);
  const cosine = cosineSchedule(1, { steps: 110, warmUp: 10, final: 0.2 });
  expect([0, 9, 10, 60, 110, 500].map(cosine)).toEqual([
    0.1,
    1,
    1,
    expect.closeTo(0.6),
    expect.closeTo(0.2),
    expect.closeTo(0.2),
  ]);
});
