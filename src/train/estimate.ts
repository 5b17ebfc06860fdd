import type { Shape } from "../core/shape";
import type { Tensor } from "../graph/tensor";
import type { Dispatch } from "../kernel/kernel";
import { add } from "../ops/add";
import { matmul } from "../ops/matmul";
import { tensorsOf, writtenBy } from "../schedule/dispatches";
import { bytesOf, type Plan } from "../schedule/plan";
import type { CapturedStep } from "./capturedStep";
import type { Engine } from "./engine";

/** How fast a device is. */
export interface DevicePace {
  /** Floating-point operations a second, in a matrix product. */
  readonly flops: number;
  /** Bytes read and written a second, in a pointwise op. */
  readonly bytes: number;
  /** Seconds that a launch takes besides its work. */
  readonly launch: number;
}

/** What a run of a step takes, estimated before it has run. */
export interface StepEstimate {
  /** Device memory: states, intermediate values, parameters of kernels. */
  readonly bytes: number;
  readonly flops: number;
  /** Time of a run; it may be off by a factor of two. */
  readonly seconds: number;
}

/** Sizes of the matrix product and the pointwise op that the pace is measured by. */
const PRODUCT = 256;
const ELEMENTS = 2 ** 20;
/** Number of launches by which their cost is measured. */
const LAUNCHES = 64;
/** Least milliseconds of a measurement. */
const LEAST = 20;

/**
 * Measures how fast a device is, by a matrix product, a pointwise op and a series of tiny launches. Takes about a tenth of a second,
 * besides compiling.
 */
export async function measurePace(engine: Engine): Promise<DevicePace> {
  const launch = (await secondsOf(engine, { a: [8, 8] }, ({ a }) => chainOf(a, LAUNCHES))) / LAUNCHES;
  const product = await secondsOf(engine, { a: [PRODUCT, PRODUCT] }, ({ a }) => matmul(a, a));
  const sum = await secondsOf(engine, { a: [ELEMENTS], b: [ELEMENTS] }, ({ a, b }) => add(a, b));
  return {
    flops: (2 * PRODUCT ** 3) / Math.max(1e-9, product - launch),
    bytes: (12 * ELEMENTS) / Math.max(1e-9, sum - launch),
    launch,
  };
}

/** A chain of as many products. */
function chainOf(a: Tensor, launches: number): Tensor {
  let out = a;
  for (let i = 0; i < launches; i++) out = matmul(out, a);
  return out;
}

/** Seconds that it takes to compute `fn`. */
async function secondsOf<I extends Record<string, Shape>>(
  engine: Engine,
  inputs: I,
  fn: (feeds: { [K in keyof I]: Tensor }) => Tensor,
): Promise<number> {
  const step = await engine.capture(inputs, (feeds) => ({ out: fn(feeds) }));
  try {
    return await secondsOfRun(engine, step);
  } finally {
    step.dispose();
  }
}

/** Seconds of a run, averaged over as many as take long enough to be measured. */
async function secondsOfRun(engine: Engine, step: CapturedStep): Promise<number> {
  const feeds = Object.fromEntries(Object.entries(step.feeds).map(([n, t]) => [n, new Float32Array(t.size)]));
  // In the first runs drivers do work that they have put off.
  for (let i = 0; i < 3; i++) await step.run(feeds);
  for (let runs = 4; ; runs *= 2) {
    await engine.runtime.waiter.workDone();
    const began = performance.now();
    for (let i = 0; i < runs; i++) await step.run();
    await engine.runtime.waiter.workDone();
    const milliseconds = performance.now() - began;
    if (milliseconds >= LEAST || runs >= 1024) return milliseconds / 1000 / runs;
  }
}

/** Estimates a run of a plan on a device of some pace. A launch takes the time of its operations or of its bytes, the longer one. */
export function estimateOf(plan: Plan, pace: DevicePace): StepEstimate {
  const seconds = plan.dispatches.reduce(
    (n, d) => n + pace.launch + Math.max(d.flops / pace.flops, bytesMoved(d) / pace.bytes),
    0,
  );
  return { bytes: plan.bytes.total, flops: plan.flops, seconds };
}

/** Bytes that a launch reads and writes. Of data (a data set, of which it reads a batch) at most as many as it writes. */
function bytesMoved(d: Dispatch): number {
  const sum = (list: readonly Tensor[]) => list.reduce((n, t) => n + bytesOf(t), 0);
  const isGiven = (t: Tensor) => t.leaf?.kind === "data";
  const written = sum(writtenBy(d));
  const given = sum(tensorsOf(d).filter(isGiven));
  const computed = sum(tensorsOf(d).filter((t) => !isGiven(t)));
  return computed + Math.min(written, given);
}
