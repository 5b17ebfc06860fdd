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
  /** Both parameters, one after the other, after each step. */
  readonly steps: readonly (readonly number[])[];
}

interface Rates {
  readonly schedule: keyof typeof schedules | "ReduceOnPlateau";
  readonly options: object;
  readonly metrics?: readonly number[];
  readonly rates: readonly number[];
}

interface Model {
  readonly model: Readonly<Record<"w" | "c" | "x" | "y", GoldenTensor>>;
}

const [{ model }, ...cases] = readGoldens<unknown>("optimizers") as [Model, ...(Trajectory | Rates)[]];
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

/** Trains a model of its own with each optimizer. @returns for each the parameters after each step */
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
  const steps: number[][][] = made.map(() => []);
  for (let t = 0; t < trajectories[0]!.steps.length; t++) {
    await step.run({ factor: Float32Array.of(1 + (t % 3) / 2) });
    const values = await engine.read(made.flatMap(({ w, c }) => [w, c]));
    made.forEach((_, i) => {
      steps[i]!.push([...values[2 * i]!, ...values[2 * i + 1]!]);
    });
  }
  return steps;
}

await describeOnDawn("PyTorch's optimizers", (engine) => {
  let trained: Promise<number[][][]> | undefined;
  const titles = trajectories.map(
    ({ optimizer, options }, i) => [`${optimizer} ${JSON.stringify(options)}`, i] as const,
  );
  test.each(titles)("%s", async (_, i) => {
    trained ??= train(engine);
    const found = (await trained)[i]!;
    const problems = trajectories[i]!.steps.flatMap((e, t) => difference(`step ${t + 1}`, found[t]!, e, TOLERANCE));
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
