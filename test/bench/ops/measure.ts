import { matmul, state } from "../../../src/index";
import type { CapturedStep } from "../../../src/train/capturedStep";
import { Engine } from "../../../src/train/engine";
import type { Measurement } from "../../../src/train/tuner";
import { copiesOn } from "../kernels/raw";
import { deviceTime } from "./deviceTime";
import { LARGE } from "./entry";
import { allLines, flopsOf, leastBytes, type OpGraph, type OpLine, recordLine, showInputs } from "./lines";

export interface OpResult {
  readonly id: string;
  readonly op: string;
  readonly adapter: string;
  readonly on: string;
  readonly shape: string;
  readonly dispatches: number;
  /** Milliseconds of a run, the least of several series. */
  readonly ms: number;
  readonly rate: number;
  readonly unit: "GB/s" | "GFLOP/s";
  /** Of what the copy, or the product of matrices, reached beside it. */
  readonly share: number;
  readonly note: string;
  /** What each way took, where ways were measured; the time is by the fastest ones then. */
  readonly measured?: readonly Measurement[];
  readonly error?: string;
}

export interface OpsOptions {
  /** Where it runs, for the report. */
  readonly on: string;
  readonly milliseconds: number;
  /** Whether the ways of each op are measured before. */
  readonly tune: boolean;
}

interface Ready {
  run(): Promise<void>;
}

/** Milliseconds that a series lasts at least, so that waiting for its end does not count. */
const SERIES = 40;
const LEAST_SERIES = 4;
const WARM_UP = 6;
const SIDE = 512;
/** Runs that a GPU's clock times. */
const DEVICE_RUNS = 12;

/** Measures lines one after the other on one device. Each is timed in turn with what it is compared with. */
export async function measureOps(ids: readonly string[], options: OpsOptions): Promise<OpResult[]> {
  const engine = await Engine.create({ tuning: false });
  const results: OpResult[] = [];
  try {
    const bench = new OpBench(engine, options);
    for (const line of allLines().filter((l) => ids.includes(l.id))) results.push(await bench.measure(line));
  } finally {
    engine.dispose();
  }
  return results;
}

class OpBench {
  #copy: Promise<Ready> | undefined;
  #product: Promise<Ready> | undefined;

  constructor(
    readonly engine: Engine,
    readonly options: OpsOptions,
  ) {}

  async measure(line: OpLine): Promise<OpResult> {
    const { id, op, entry } = line;
    const known = { id, op, adapter: this.engine.adapter.name, on: this.options.on, note: entry.note ?? "" };
    const nothing = { shape: "", dispatches: 0, ms: 0, rate: 0, unit: "GB/s" as const, share: 0 };
    let graph: OpGraph | undefined;
    try {
      const step = await this.engine.capture({}, () => {
        graph = recordLine(line)!;
        return Object.fromEntries(graph.outputs.map((t, i) => [`out${i}`, t]));
      });
      const measured = this.options.tune ? await this.engine.tune(step) : [];
      const timed = await this.#time(line, graph!, step);
      step.dispose();
      return { ...known, ...timed, measured };
    } catch (error) {
      return { ...known, ...nothing, error: (error as Error).message.split("\n")[0]! };
    } finally {
      this.engine.release(...(graph?.inputs ?? []), ...(graph?.seeds ?? []));
      this.engine.trim();
    }
  }

  async #time(line: OpLine, graph: OpGraph, step: CapturedStep) {
    const flops = flopsOf(line);
    const work = flops ?? leastBytes(line, graph, step.plan);
    const ceiling = flops ? 2 * SIDE ** 3 : 8 * LARGE;
    const beside = await (flops ? this.#theProduct() : this.#theCopy());
    const [ms, besideMs] = await this.#inTurn(step, beside);
    return {
      shape: showInputs(line.entry, graph.outputs),
      dispatches: step.plan.dispatches.length,
      ms,
      rate: work / ms / 1e6,
      unit: flops ? ("GFLOP/s" as const) : ("GB/s" as const),
      share: work / ms / (ceiling / besideMs),
    };
  }

  /** The faster of two plain copies. */
  #theCopy(): Promise<Ready> {
    this.#copy ??= (async () => {
      const copying = copiesOn(this.engine.runtime.device);
      const [one, eight] = [copying(LARGE / 4, 1), copying(LARGE / 4, 1, 8)];
      const [a, b] = await this.#inTurn(one, eight);
      return a < b ? one : eight;
    })();
    return this.#copy;
  }

  #theProduct(): Promise<Ready> {
    this.#product ??= (async () => {
      const [a, b] = ["a", "b"].map((name) =>
        state(name, { shape: [SIDE, SIDE], dtype: "f32" }, () => new Float32Array(SIDE * SIDE).fill(0.5)),
      );
      return this.engine.capture({}, () => ({ product: matmul(a!, b!) }));
    })();
    return this.#product;
  }

  /** The least time of a run of each, in series that take turns. */
  async #inTurn(first: Ready, second: Ready): Promise<[number, number]> {
    const all = [first, second];
    const { info, device } = this.engine.runtime.open;
    if (!info.software && device.features.has("timestamp-query")) return this.#byDevice(first, second);
    const runs: number[] = [];
    const least: [number, number] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    const series = async (i: 0 | 1) => {
      const from = performance.now();
      for (let n = 0; n < runs[i]!; n++) await all[i]!.run();
      await this.engine.runtime.waiter.workDone();
      const ms = performance.now() - from;
      least[i] = Math.min(least[i]!, ms / runs[i]!);
      return ms;
    };
    for (const i of [0, 1] as const) {
      runs[i] = WARM_UP;
      await series(i);
      runs[i] = 1;
      while ((await series(i)) < SERIES && runs[i]! < 4096) runs[i]! *= 2;
    }
    const began = performance.now();
    for (let n = 0; n < LEAST_SERIES || performance.now() - began < this.options.milliseconds; n++)
      for (const i of [0, 1] as const) await series(i);
    return least;
  }

  /** The least time of a run of each on a GPU, where a run can take less than asking for it. */
  async #byDevice(first: Ready, second: Ready): Promise<[number, number]> {
    const { device } = this.engine.runtime;
    const least: [number, number] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (let n = 0; n < DEVICE_RUNS; n++) {
      least[0] = Math.min(least[0], await deviceTime(device, () => first.run()));
      least[1] = Math.min(least[1], await deviceTime(device, () => second.run()));
    }
    return least;
  }
}
