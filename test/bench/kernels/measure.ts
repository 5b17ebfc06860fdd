import type { Measurement } from "../../../src/index";
import { caseOf, copiesOf, inputsOf } from "./cases";
import type { KernelEngine, Ready } from "./engine";

export interface KernelResult {
  readonly engine: string;
  readonly version: string;
  readonly adapter: string;
  readonly on: string;
  readonly name: string;
  /** Milliseconds of the op once. */
  readonly ms: number;
  readonly rate: number;
  readonly unit: string;
  /** Sum of the squares of the outputs: engines that compute the same have the same, whatever their layout. */
  readonly squares: number;
  /** See {@link Ready.measured}. */
  readonly measured: readonly Measurement[];
}

export interface OverheadResult {
  readonly engine: string;
  readonly version: string;
  readonly adapter: string;
  readonly on: string;
  /** Microseconds of a dispatch, from asking to the end on the device. */
  readonly microseconds: number;
  /** Of these, the time that the script is busy asking. */
  readonly encodeMicroseconds: number;
}

const WARM_UP = 6;
/** Milliseconds that one timed stretch lasts at least, so that waiting for its end does not count. */
const STRETCH = 50;
const CHAIN = 500;

const median = (list: readonly number[]): number => [...list].sort((a, b) => a - b)[list.length >> 1]!;

/** Milliseconds of a run: over stretches of as many runs as take a while, each ended by a fence. */
async function timeOf(ready: Ready, milliseconds: number): Promise<number> {
  for (let i = 0; i < WARM_UP; i++) await ready.run();
  await ready.fence();
  const stretch = async (runs: number) => {
    const from = performance.now();
    for (let i = 0; i < runs; i++) await ready.run();
    await ready.fence();
    return performance.now() - from;
  };
  let runs = 1;
  while ((await stretch(runs)) < Math.min(STRETCH, milliseconds / 3) && runs < 4096) runs *= 2;
  const times: number[] = [];
  const began = performance.now();
  while (times.length < 3 || performance.now() - began < milliseconds) times.push((await stretch(runs)) / runs);
  return median(times);
}

export interface Where {
  readonly name: string;
  readonly on: string;
  readonly milliseconds: number;
}

/** Times an op; null where the engine does not have it. */
export async function measureKernel(
  engine: KernelEngine,
  caseName: string,
  { name, on, milliseconds }: Where,
): Promise<KernelResult | null> {
  const c = caseOf(caseName);
  const copies = copiesOf(c);
  const ready = await engine.prepare(c, inputsOf(c), copies);
  if (!ready) return null;
  const ms = (await timeOf(ready, milliseconds)) / copies;
  let squares = 0;
  const values = await ready.out();
  for (let i = 0; i < values.length; i++) squares += values[i]! ** 2;
  const { version, adapter = "" } = engine;
  const { measured = [] } = ready;
  const rate = c.work / ms / 1e6;
  return { engine: name, version, adapter, on, name: c.name, ms, rate, unit: c.unit, squares, measured };
}

/** Times a chain of tiny dispatches. */
export async function measureOverhead(
  engine: KernelEngine,
  { name, on, milliseconds }: Where,
): Promise<OverheadResult> {
  const ready = await engine.chain(CHAIN);
  const ms = await timeOf(ready, milliseconds);
  const encoding: number[] = [];
  for (let i = 0; i < 9; i++) {
    await ready.fence();
    const from = performance.now();
    await ready.run();
    encoding.push(performance.now() - from);
  }
  const { version, adapter = "" } = engine;
  const micro = (n: number) => (1000 * n) / CHAIN;
  return { engine: name, version, adapter, on, microseconds: micro(ms), encodeMicroseconds: micro(median(encoding)) };
}
