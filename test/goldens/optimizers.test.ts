// Every optimizer over 20 steps of a small model, all in one captured step; and schedules.
import { expect, test } from "vitest";
import * as ops from "../../src/index";
import { describeOnDawn } from "../device";
import { difference, type GoldenTensor, readGoldens, TOLERANCE, toTensor } from "./goldens";

const { SGD, RMSprop, Adagrad, Adadelta, Adam, AdamW, Adamax, NAdam, RAdam } = ops;
const optimizers = { SGD, RMSprop, Adagrad, Adadelta, Adam, AdamW, Adamax, NAdam, RAdam };

interface Trajectory {
  readonly optimizer: keyof typeof optimizers;
  readonly options: object;
  /** Both parameters, one after the other, after each of the model's `steps`. */
  readonly found: readonly (readonly number[])[];
}

interface Rates {
  readonly schedule: keyof typeof schedules | "ReduceOnPlateau";
  readonly options: object;
  readonly metrics?: readonly number[];
  readonly rates: readonly number[];
}

interface Model {
  /** Numbers of the steps, from 1, after which parameters were written down. */
  readonly steps: readonly number[];
  readonly model: Readonly<Record<"w" | "c" | "x" | "y", GoldenTensor>>;
}

const [{ model, steps }, ...cases] = readGoldens<unknown>("optimizers") as [Model, ...(Trajectory | Rates)[]];
const trajectories = cases.filter((c): c is Trajectory => "optimizer" in c);
const rates = cases.filter((c): c is Rates => "schedule" in c);

const schedules = {
  stepSchedule: ops.stepSchedule,
  exponentialSchedule: ops.exponentialSchedule,
  cosineSchedule: ops.cosineSchedule,
  cosineRestartsSchedule: ops.cosineRestartsSchedule,
  polynomialSchedule: ops.polynomialSchedule,
  linearSchedule: ops.linearSchedule,
  oneCycleSchedule: ops.oneCycleSchedule,
  warmUp: (lr: number, options: never) => ops.warmUp(ops.constantSchedule(lr), options),
};

/** Trains a model of its own with each optimizer. @returns for each the parameters after each of `steps` */
async function train(engine: ops.Engine): Promise<number[][][]> {
  const [x, y] = [toTensor(model.x), toTensor(model.y)];
  const made = trajectories.map(({ optimizer, options }) => {
    const start = (name: "w" | "c") =>
      ops.parameter(name, { shape: model[name].shape, dtype: "f32" }, () =>
        Float32Array.from(model[name].data, Number),
      );
    const [w, c] = [start("w"), start("c")];
    return { w, c, optimizer: new optimizers[optimizer]([w, c], options) };
  });
  const step = await engine.capture({ factor: [] }, ({ factor }) => {
    const losses = made.map(({ w, c, optimizer }) => {
      const out = ops.tanh(ops.add(ops.matmul(x, w, { transB: true }), c));
      const loss = ops.mul(ops.mseLoss(out, y), factor);
      optimizer.step(loss);
      return loss;
    });
    return { losses: ops.stack(losses) };
  });
  const found: number[][][] = made.map(() => []);
  for (let t = 0; t < steps.at(-1)!; t++) {
    await step.run({ factor: Float32Array.of(1 + (t % 3) / 2) });
    if (!steps.includes(t + 1)) continue;
    const values = await engine.read(made.flatMap(({ w, c }) => [w, c]));
    made.forEach((_, i) => {
      found[i]!.push([...values[2 * i]!, ...values[2 * i + 1]!]);
    });
  }
  return found;
}

await describeOnDawn("PyTorch's optimizers", (engine) => {
  let trained: Promise<number[][][]> | undefined;
  const titles = trajectories.map(
    ({ optimizer, options }, i) => [`${optimizer} ${JSON.stringify(options)}`, i] as const,
  );
  test.each(titles)("%s", async (_, i) => {
    trained ??= train(engine);
    const found = (await trained)[i]!;
    const problems = trajectories[i]!.found.flatMap((e, n) => difference(`step ${steps[n]}`, found[n]!, e, TOLERANCE));
    expect(problems.join("\n")).toBe("");
  });
});

test.each(rates.map((c) => [`${c.schedule} ${JSON.stringify(c.options)}`, c] as const))("PyTorch's %s", (_, c) => {
  const lr = 0.1;
  const plateau = () => {
    const schedule = new ops.ReduceOnPlateau(lr, c.options);
    return c.metrics!.map((m) => schedule.observe(m));
  };
  const found =
    c.schedule === "ReduceOnPlateau"
      ? plateau()
      : c.rates.map((_, step) => schedules[c.schedule as keyof typeof schedules](lr, c.options as never)(step));
  // Computed in f64 on both sides; the file has seven digits.
  expect(difference("rates", found, c.rates, 1e-7).join("\n")).toBe("");
});
