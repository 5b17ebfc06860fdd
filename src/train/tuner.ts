import { bytesPerElement, type DType, isFloat, type TypedArray, toHalves, typedArray } from "../core/dtype";
import { uniform } from "../core/random";
import { numel, type Spec } from "../core/shape";
import { accepted } from "../gpu/accepted";
import type { OpenDevice } from "../gpu/device";
import { Executable } from "../gpu/executable";
import type { Runtime } from "../gpu/runtime";
import { recordAll } from "../graph/op";
import { data, feed, type Tensor } from "../graph/tensor";
import type { Target } from "../kernel/target";
import { div } from "../ops/div";
import { exp } from "../ops/exp";
import { log } from "../ops/log";
import { mul } from "../ops/mul";
import { sqrt } from "../ops/sqrt";
import { tanh } from "../ops/tanh";
import type { Choice } from "../schedule/choice";
import { plan } from "../schedule/plan";
import type { TuningStore } from "./tuningStore";

/** The measurement of one op. */
export interface Measurement {
  /** Kernel family, shapes and flags. */
  readonly key: string;
  /** The fastest way, taken from now on. */
  readonly best: string;
  /** The way that is taken without a measurement. */
  readonly usual: string;
  /** Milliseconds by way. */
  readonly milliseconds: Readonly<Record<string, number>>;
  /** Ways that the device refuses or whose numbers are wrong, with the reason. */
  readonly rejected: Readonly<Record<string, string>>;
}

/** Milliseconds that the measurement of an op may take. */
const BUDGET = 200;
/** Most runs in a submission (a few would take less time than the submission itself), and most submissions. */
const [MOST_RUNS, SERIES] = [256, 4];

/** Number of elements at each end of an output that are compared. */
const COMPARED = 16384;

/** Largest accepted difference from the usual way, relative to the largest value: the order of summation differs. */
const TOLERANCE = 1e-3;

/** A way replaces another if it takes less than this share of its time: a smaller gain may be noise. */
const GAIN = 0.97;

/** Finds the fastest of the kernels that can compute an op on the device, and remembers it. */
export class Tuner {
  #table: Record<string, string> = {};
  readonly #failed = new Set<string>();
  /** What the device says of itself. */
  #facts: string;
  /** Its fingerprint, once it is known. */
  #device: string | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    readonly runtime: Runtime,
    readonly store: TuningStore | undefined,
  ) {
    this.#facts = factsOf(runtime.open);
  }

  /** Loads earlier measurements on this device; none where the store cannot be read or the device is lost. */
  async load(): Promise<void> {
    if (!this.store) return;
    const table = this.#table;
    try {
      const device = await this.#fingerprint();
      Object.assign(table, await this.store.load(device));
    } catch {
      // Then everything is measured again.
    }
  }

  /** Goes on with a new device. Measurements are kept if it is of the same kind. */
  async follow(): Promise<void> {
    const facts = factsOf(this.runtime.open);
    if (facts === this.#facts) return;
    this.#facts = facts;
    this.#device = undefined;
    this.#table = {};
    this.#failed.clear();
    await this.load();
  }

  /** The device as a target, with the fastest ways that are known. */
  get target(): Target {
    return { ...this.runtime.open.target, tuning: this.#table };
  }

  /** Those that have several ways and are not measured yet. */
  undecided(choices: readonly Choice[]): Choice[] {
    return choices.filter(
      ({ ways: { key, names } }) => names.length > 1 && !names.includes(this.#table[key]!) && !this.#failed.has(key),
    );
  }

  /** Measures what is undecided, and stores the results. Nothing else should run on the device meanwhile. */
  tune(choices: readonly Choice[], onMeasured?: (m: Measurement) => void): Promise<Measurement[]> {
    // One call after the other: idle tuning and `engine.tune` would disturb each other.
    const turn = this.#last.then(() => this.#tune(choices, onMeasured));
    this.#last = turn.catch(() => {});
    return turn;
  }

  async #tune(choices: readonly Choice[], onMeasured?: (m: Measurement) => void): Promise<Measurement[]> {
    const { device } = this.runtime;
    const measured: Measurement[] = [];
    for (const choice of this.undecided(choices)) {
      const result = await this.measure(choice);
      // On a device that is lost, or of an engine that is disposed of, nothing was measured.
      this.runtime.throwErrors();
      this.runtime.throwIfReplaced(device);
      measured.push(result);
      onMeasured?.(result);
      if (Object.keys(result.milliseconds).length) this.#table[result.key] = result.best;
      else this.#failed.add(result.key);
    }
    if (measured.length) await this.#save();
    return measured;
  }

  /** Stores the results, beside those that another engine may have stored meanwhile. */
  async #save(): Promise<void> {
    const device = await this.#fingerprint();
    try {
      const kept = await this.store?.load(device);
      await this.store?.save(device, { ...kept, ...this.#table });
    } catch {
      // Then everything is measured again next time.
    }
  }

  /** Runs each way of an op over random numbers, compares the results, and times it. */
  async measure(choice: Choice): Promise<Measurement> {
    const { key, names } = choice.ways;
    const milliseconds: Record<string, number> = {};
    const rejected: Record<string, string> = {};
    let values: TypedArray[] | undefined;
    let expected: TypedArray[] | undefined;
    const check = (results: TypedArray[]) => {
      expected ??= results;
      const off = largestDifference(results, expected);
      if (off > TOLERANCE) throw new Error(`off by ${off.toPrecision(2)} of the largest value`);
    };
    for (const way of names) {
      try {
        values ??= await this.#sample(choice);
        milliseconds[way] = await this.#run(choice, way, values, check);
      } catch (error) {
        rejected[way] = (error as Error).message.split("\n")[0]!;
      }
    }
    const usual = names[0]!;
    const [best] = Object.entries(milliseconds).reduce<[string, number]>(
      (least, [way, ms]) => (ms < GAIN * least[1] ? [way, ms] : least),
      [usual, milliseconds[usual] ?? Number.POSITIVE_INFINITY],
    );
    return { key, best, usual, milliseconds, rejected };
  }

  /** Milliseconds that one way takes. @param check throws where the results are wrong: the way is not timed then */
  async #run(
    { ways: { key, names }, op, inputs, attrs }: Choice,
    way: string,
    values: readonly TypedArray[],
    check: (results: TypedArray[]) => void,
  ): Promise<number> {
    const feeds = inputs.map((spec, i) => feed(`input ${i}`, spec));
    const outputs = recordAll(op, feeds, attrs);
    const target = { ...this.runtime.open.target, tuning: { [key]: way } };
    const executable = await Executable.create(this.runtime, plan({ outputs, inputs: feeds, target, fuse: false }));
    try {
      const results = await accepted(this.runtime.device, key, () => {
        for (const [i, t] of feeds.entries()) executable.write(t, asStored(t.dtype, values[i]!));
        executable.run();
        return this.#ends(executable, outputs);
      });
      check(results);
      return await this.#time(executable, BUDGET / names.length, way === names[0] ? 2 : 1);
    } finally {
      executable.dispose();
    }
  }

  /** Random numbers for the inputs of an op. */
  async #sample({ ways: { key, magnitude = 1 }, op, inputs, attrs }: Choice): Promise<TypedArray[]> {
    const random = inputs.map((spec, i) => sampleValues(spec, i, magnitude));
    if (!op.sample) return random;
    const given = inputs.map((spec, i) => feed(`input ${i}`, spec));
    const outputs = op.sample(given, attrs);
    const { target } = this.runtime.open;
    const executable = await Executable.create(this.runtime, plan({ outputs, inputs: given, target, fuse: false }));
    try {
      return await accepted(this.runtime.device, key, () => {
        for (const [i, t] of given.entries()) executable.write(t, asStored(t.dtype, random[i]!));
        executable.run();
        return executable.read(outputs);
      });
    } finally {
      executable.dispose();
    }
  }

  /** The first and last elements of each output. */
  #ends(executable: Executable, outs: readonly Tensor[]): Promise<TypedArray[]> {
    const parts = outs.flatMap((t) => {
      const region = executable.region(t);
      const length = Math.min(t.size, COMPARED);
      // An even number: reads of f16 start at a whole word.
      const start = 2 * Math.floor((t.size - length) / 2);
      const end = { ...region, offset: region.offset + bytesPerElement(t.dtype) * start };
      return [
        { region, dtype: t.dtype, length },
        { region: end, dtype: t.dtype, length: t.size - start },
      ];
    });
    return this.runtime.readback.read(parts);
  }

  /** Milliseconds of a run: the best of series each long enough to be measured, as many as `budget` has room for, `least` at least. */
  async #time(executable: Executable, budget: number, least: number): Promise<number> {
    const { device, waiter } = this.runtime;
    const series = async (runs: number) => {
      await waiter.workDone();
      const start = performance.now();
      await Promise.all([accepted(device, "tuner", () => executable.repeat(runs)), waiter.workDone()]);
      return (performance.now() - start) / runs;
    };
    let best = await series(1);
    let left = budget - best;
    const runs = Math.max(1, Math.min(MOST_RUNS, Math.floor(left / SERIES / best)));
    for (let i = 1; i <= SERIES && (i < least || runs * best <= left); i++) {
      const each = await series(runs);
      left -= runs * each;
      best = Math.min(best, each);
    }
    return best;
  }

  /**
   * Identifies the device and its driver. What a device says of itself may be wrong, or the same for several drivers, so the
   * fingerprint includes the last bits of a few functions: drivers differ in them, and they are the same on every start.
   */
  async #fingerprint(): Promise<string> {
    if (this.#device) return this.#device;
    const { target, device } = this.runtime.open;
    const x = data({ shape: [8], dtype: "f32" }, Float32Array.of(0.1, 0.3, 0.7, 1.1, 1.9, 3.3, 5.7, 9.1));
    const mixed = mul(tanh(sqrt(log(exp(x)))), div(exp(x), 3));
    const probe = plan({ outputs: [mixed], inputs: [x], target, fuse: true });
    const executable = await Executable.create(this.runtime, probe);
    this.runtime.throwIfReplaced(device);
    executable.run();
    const [bits] = await this.runtime.readback.read([{ region: executable.region(mixed), dtype: "u32", length: 8 }]);
    this.runtime.throwIfReplaced(device);
    executable.dispose();
    this.#device = `${factsOf(this.runtime.open)} | ${Array.from(bits!, (b) => b.toString(36)).join(".")}`;
    return this.#device;
  }
}

/** What a device says of itself. */
function factsOf({ info, target, device }: OpenDevice): string {
  const { maxComputeWorkgroupStorageSize, maxComputeInvocationsPerWorkgroup } = device.limits;
  const numbers = [target.subgroupSize, maxComputeWorkgroupStorageSize, maxComputeInvocationsPerWorkgroup];
  return [info.name, ...numbers, info.features.join(" ")].join(" | ");
}

/** Random numbers for floats; 1 for integers, which may be indices or lengths. */
function sampleValues({ shape, dtype }: Spec, stream: number, magnitude: number): TypedArray {
  const length = numel(shape);
  return isFloat(dtype) ? uniform(0, stream, length, -magnitude, magnitude) : typedArray(dtype, length).fill(1);
}

/** Numbers as they are stored on the device: f16 as two in a word. */
function asStored(dtype: DType, values: TypedArray): TypedArray {
  if (dtype !== "f16") return values;
  const padded = new Float32Array(2 * Math.ceil(values.length / 2));
  padded.set(values);
  return new Uint32Array(toHalves(padded).buffer);
}

/** The largest difference, relative to the largest expected value; infinite where a value is not finite. */
function largestDifference(actual: readonly TypedArray[], expected: readonly TypedArray[]): number {
  let worst = 0;
  for (const [i, values] of expected.entries()) {
    let [largest, off] = [1e-30, 0];
    for (let j = 0; j < values.length; j++) {
      largest = Math.max(largest, Math.abs(values[j]!));
      const difference = Math.abs(actual[i]![j]! - values[j]!);
      off = difference <= Number.MAX_VALUE ? Math.max(off, difference) : Number.POSITIVE_INFINITY;
    }
    worst = Math.max(worst, off / largest);
  }
  return worst;
}
