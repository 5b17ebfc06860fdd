// Each optimizer against its formula in f64, over several steps, with parameters of odd sizes in one arena.
import { expect, test } from "vitest";
import { Executable } from "../../src/gpu/executable";
import { feed, parameter, type Tensor } from "../../src/graph/tensor";
import { trace } from "../../src/graph/trace";
import { add } from "../../src/ops/add";
import { mul } from "../../src/ops/mul";
import { square } from "../../src/ops/square";
import { sum } from "../../src/ops/sum";
import { Adadelta } from "../../src/optim/adadelta";
import { Adagrad } from "../../src/optim/adagrad";
import { Adam, AdamW } from "../../src/optim/adam";
import { Adamax } from "../../src/optim/adamax";
import { Lion } from "../../src/optim/lion";
import { NAdam } from "../../src/optim/nadam";
import type { Optimizer, OptimizerOptions } from "../../src/optim/optimizer";
import { RAdam } from "../../src/optim/radam";
import { RMSprop } from "../../src/optim/rmsprop";
import { SGD } from "../../src/optim/sgd";
import { plan } from "../../src/schedule/plan";
import { describeOnDawn } from "../device";

/** One element's state; all zero at first. */
interface State {
  a: number;
  b: number;
  c: number;
}
/** One element's update: parameter, gradient, its own state, and the step's number from 1. */
type Formula = (p: number, g: number, s: State, t: number) => number;

const [LR, DECAY] = [0.05, 0.1];

/** Adds the L2 penalty, or takes the decoupled decay off the parameter, before the formula. */
const decayed =
  (formula: Formula, decoupled = false, decay = DECAY): Formula =>
  (p, g, s, t) =>
    decoupled ? formula(p - LR * decay * p, g, s, t) : formula(p, g + decay * p, s, t);

const moments = (s: State, g: number) => {
  s.a = 0.9 * s.a + 0.1 * g;
  s.b = 0.999 * s.b + 0.001 * g * g;
};

const adam: Formula = (p, g, s, t) => {
  moments(s, g);
  return p - (LR * (s.a / (1 - 0.9 ** t))) / (Math.sqrt(s.b / (1 - 0.999 ** t)) + 1e-8);
};

const amsgrad: Formula = (p, g, s, t) => {
  moments(s, g);
  s.c = Math.max(s.c, s.b);
  return p - (LR * (s.a / (1 - 0.9 ** t))) / (Math.sqrt(s.c / (1 - 0.999 ** t)) + 1e-8);
};

const adamax: Formula = (p, g, s, t) => {
  s.a = 0.9 * s.a + 0.1 * g;
  s.b = Math.max(0.999 * s.b, Math.abs(g) + 1e-8);
  return p - ((LR / (1 - 0.9 ** t)) * s.a) / s.b;
};

const nadam: Formula = (p, g, s, t) => {
  const mu = (n: number) => 0.9 * (1 - 0.5 * 0.96 ** (n * 4e-3));
  s.c = (t === 1 ? 1 : s.c) * mu(t);
  moments(s, g);
  const denominator = Math.sqrt(s.b / (1 - 0.999 ** t)) + 1e-8;
  const moved = p - (LR * ((1 - mu(t)) / (1 - s.c)) * g) / denominator;
  return moved - (LR * (mu(t + 1) / (1 - s.c * mu(t + 1))) * s.a) / denominator;
};

const radam: Formula = (p, g, s, t) => {
  moments(s, g);
  const mean = s.a / (1 - 0.9 ** t);
  const last = 2 / (1 - 0.999) - 1;
  const rho = last - (2 * t * 0.999 ** t) / (1 - 0.999 ** t);
  if (rho <= 5) return p - LR * mean;
  const rectified = Math.sqrt(((rho - 4) * (rho - 2) * last) / ((last - 4) * (last - 2) * rho));
  return p - (LR * mean * rectified * Math.sqrt(1 - 0.999 ** t)) / (Math.sqrt(s.b) + 1e-8);
};

const velocity =
  (update: (v: number, g: number) => number, dampening = 0): Formula =>
  (p, g, s, t) => {
    s.a = t === 1 ? g : 0.9 * s.a + (1 - dampening) * g;
    return p - LR * update(s.a, g);
  };

const rmsprop =
  (centered: boolean, momentum: number): Formula =>
  (p, g, s) => {
    s.a = 0.99 * s.a + 0.01 * g * g;
    s.b = 0.99 * s.b + 0.01 * g;
    s.c = momentum * s.c + g / (Math.sqrt(centered ? s.a - s.b * s.b : s.a) + 1e-8);
    return p - LR * s.c;
  };

const adagrad =
  (lrDecay: number, initial: number): Formula =>
  (p, g, s, t) => {
    s.a = (t === 1 ? initial : s.a) + g * g;
    return p - ((LR / (1 + (t - 1) * lrDecay)) * g) / (Math.sqrt(s.a) + 1e-10);
  };

const adadelta: Formula = (p, g, s) => {
  s.a = 0.9 * s.a + 0.1 * g * g;
  const delta = (Math.sqrt(s.b + 1e-6) / Math.sqrt(s.a + 1e-6)) * g;
  s.b = 0.9 * s.b + 0.1 * delta * delta;
  return p - LR * delta;
};

const lion: Formula = (p, g, s) => {
  const direction = Math.sign(0.9 * s.a + 0.1 * g);
  s.a = 0.99 * s.a + 0.01 * g;
  return p - LR * direction;
};

type Make = (p: readonly Tensor[], o: OptimizerOptions) => Optimizer;
const lr = LR;
const decay = { lr, weightDecay: DECAY };
const decoupledWeightDecay = true;
const cases: [string, Make, Formula, OptimizerOptions][] = [
  ["SGD", (p, o) => new SGD(p, o), (p, g) => p - LR * g, { lr }],
  ["SGD with decay", (p, o) => new SGD(p, o), decayed((p, g) => p - LR * g), decay],
  ["momentum", (p, o) => new SGD(p, { ...o, momentum: 0.9 }), velocity((v) => v), { lr }],
  [
    "momentum with dampening and decay",
    (p, o) => new SGD(p, { ...o, momentum: 0.9, dampening: 0.3 }),
    decayed(velocity((v) => v, 0.3)),
    decay,
  ],
  [
    "Nesterov's momentum",
    (p, o) => new SGD(p, { ...o, momentum: 0.9, nesterov: true }),
    velocity((v, g) => g + 0.9 * v),
    { lr },
  ],
  ["RMSprop", (p, o) => new RMSprop(p, o), rmsprop(false, 0), { lr }],
  ["RMSprop with decay", (p, o) => new RMSprop(p, o), decayed(rmsprop(false, 0)), decay],
  ["RMSprop, centered", (p, o) => new RMSprop(p, { ...o, centered: true }), rmsprop(true, 0), { lr }],
  [
    "RMSprop, centered, with momentum",
    (p, o) => new RMSprop(p, { ...o, centered: true, momentum: 0.5 }),
    rmsprop(true, 0.5),
    { lr },
  ],
  ["Adagrad", (p, o) => new Adagrad(p, o), adagrad(0, 0), { lr }],
  [
    "Adagrad with its options",
    (p, o) => new Adagrad(p, { ...o, lrDecay: 0.2, initialAccumulatorValue: 0.3 }),
    decayed(adagrad(0.2, 0.3)),
    decay,
  ],
  ["Adadelta", (p, o) => new Adadelta(p, o), adadelta, { lr }],
  ["Adadelta with decay", (p, o) => new Adadelta(p, o), decayed(adadelta), decay],
  ["Adam", (p, o) => new Adam(p, o), adam, { lr }],
  ["Adam with decay", (p, o) => new Adam(p, o), decayed(adam), decay],
  ["Adam with amsgrad", (p, o) => new Adam(p, { ...o, amsgrad: true }), amsgrad, { lr }],
  ["AdamW", (p, o) => new AdamW(p, o), decayed(adam, true, 0.01), { lr }],
  ["AdamW with amsgrad", (p, o) => new AdamW(p, { ...o, amsgrad: true }), decayed(amsgrad, true), decay],
  ["Adamax", (p, o) => new Adamax(p, o), adamax, { lr }],
  ["Adamax with decay", (p, o) => new Adamax(p, o), decayed(adamax), decay],
  ["NAdam", (p, o) => new NAdam(p, o), nadam, { lr }],
  ["NAdam with decay", (p, o) => new NAdam(p, o), decayed(nadam), decay],
  ["NAdam, decoupled", (p, o) => new NAdam(p, { ...o, decoupledWeightDecay }), decayed(nadam, true), decay],
  ["RAdam", (p, o) => new RAdam(p, o), radam, { lr }],
  ["RAdam with decay", (p, o) => new RAdam(p, o), decayed(radam), decay],
  ["RAdam, decoupled", (p, o) => new RAdam(p, { ...o, decoupledWeightDecay }), decayed(radam, true), decay],
  ["Lion", (p, o) => new Lion(p, o), lion, { lr }],
  ["Lion with decay", (p, o) => new Lion(p, o), decayed(lion, true), decay],
];

await describeOnDawn("optimizers", (engine) => {
  const values = [5, 130].map((n, k) => Float32Array.from({ length: n }, (_, i) => Math.sin(1 + i + 10 * k)));

  const options = { lr: 0.1, lossScale: "dynamic" } as const;
  const all: Record<string, (p: readonly Tensor[]) => Optimizer> = {
    SGD: (p) => new SGD(p, options),
    momentum: (p) => new SGD(p, { ...options, momentum: 0.9, dampening: 0.1 }),
    RMSprop: (p) => new RMSprop(p, { ...options, centered: true, momentum: 0.9 }),
    Adagrad: (p) => new Adagrad(p, { ...options, lrDecay: 0.1 }),
    Adadelta: (p) => new Adadelta(p, options),
    Adam: (p) => new Adam(p, { ...options, amsgrad: true }),
    Adamax: (p) => new Adamax(p, options),
    NAdam: (p) => new NAdam(p, options),
    RAdam: (p) => new RAdam(p, options),
    Lion: (p) => new Lion(p, options),
  };

  test.each(cases)("%s", async (_, make, formula, options) => {
    const parameters = values.map((v, i) => parameter(`p${i}`, { shape: [v.length], dtype: "f32" }, () => v.slice()));
    const optimizer = make(parameters, options);
    // The gradient of factor · Σ p² is 2·factor·p.
    const step = await engine.capture({ factor: [] }, ({ factor }) => {
      const loss = mul(add(sum(square(parameters[0]!)), sum(square(parameters[1]!))), factor);
      optimizer.step(loss);
      return { loss };
    });
    expect(step.plan.dispatches.slice(step.plan.firstUpdate).length).toBeLessThanOrEqual(2);
    const expected = values.map((v) => Float64Array.from(v));
    const states = values.map((v) => Array.from(v, () => ({ a: 0, b: 0, c: 0 })));
    for (let t = 1; t <= 20; t++) {
      const factor = Math.fround(1 + 0.8 * Math.sin(t));
      await step.run({ factor: Float32Array.of(factor) });
      expected.forEach((p, k) => {
        for (const i of p.keys()) p[i] = formula(p[i]!, 2 * factor * p[i]!, states[k]![i]!, t);
      });
    }
    const actual = await engine.read(parameters);
    actual.forEach((p, k) => {
      const off = [...p].map((v, i) => Math.abs(v - expected[k]![i]!));
      expect(Math.max(...off)).toBeLessThan(2e-5);
    });
    // What a checkpoint says of the steps taken so far.
    for (const [name, count] of optimizer.states()) if (name === "step") expect((await engine.read(count))[0]).toBe(20);
  });

  test.each([true, false])("clipping scales all gradients by their global norm, cpu %s", async (cpu) => {
    const parameters = values.map((v, i) => parameter(`p${i}`, { shape: [v.length], dtype: "f32" }, () => v.slice()));
    const optimizer = new SGD(parameters, { lr: 1, clipNorm: 0.5 });
    const { result, updates } = trace(() => {
      const loss = mul(add(sum(square(parameters[0]!)), sum(square(parameters[1]!))), 3);
      optimizer.step(loss);
      return loss;
    });
    const target = { ...engine.runtime.open.target, cpu };
    const executable = await Executable.create(
      engine.runtime,
      plan({ outputs: [result], updates, target, fuse: true }),
    );
    executable.run();
    const gradients = values.map((v) => Float64Array.from(v, (p) => 6 * p));
    const norm = Math.hypot(...gradients.flatMap((g) => [...g]));
    const [scale, measured] = await engine.read(optimizer.gradientScale);
    expect(measured).toBeCloseTo(norm, 3);
    expect(scale).toBeCloseTo(0.5 / norm, 5);
    const [first] = await engine.read(parameters);
    expect(first![2]).toBeCloseTo(values[0]![2]! - gradients[0]![2]! * (0.5 / norm), 5);
  });

  test.each(Object.keys(all))("%s leaves out a step whose gradients overflow", async (name) => {
    const p = parameter("p", { shape: [5], dtype: "f32" }, () => values[0]!.slice(0, 5));
    const optimizer = all[name]!([p]);
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
