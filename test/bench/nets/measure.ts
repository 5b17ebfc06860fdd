import { createEngine } from "../../../src/index";
import { NETWORKS } from "./networks";

export interface NetResult {
  readonly name: string;
  readonly adapter: string;
  readonly on: string;
  readonly parameters: number;
  readonly dispatches: number;
  readonly pipelines: number;
  readonly firstStepSeconds: number;
  /** Milliseconds a step: the least, median and largest of several series. */
  readonly ms: { readonly min: number; readonly median: number; readonly max: number };
  readonly gflops: number;
  readonly mebibytes: number;
  readonly loss: number;
}

/** Milliseconds that a series lasts at least, so that waiting for its end does not count. */
const SERIES = 100;

/** A training step of one network, replayed. */
export async function measureNet(name: string, times: number, on: string, milliseconds: number): Promise<NetResult> {
  const engine = await createEngine({ tuning: false });
  try {
    const start = performance.now();
    const { optimizer, loss } = NETWORKS[name]!(times);
    const step = await engine.capture({}, () => {
      const value = loss();
      optimizer.step(value);
      return { loss: value };
    });
    const series = async (runs: number) => {
      const begun = performance.now();
      for (let i = 0; i < runs; i++) await step.run();
      const [value] = await step.read("loss");
      return { each: (performance.now() - begun) / runs, value: value! };
    };
    await series(1);
    const firstStepSeconds = (performance.now() - start) / 1000;
    const { each } = await series(3);
    const runs = Math.max(1, Math.ceil(SERIES / each));
    const all: number[] = [];
    let last = Number.NaN;
    for (const end = performance.now() + milliseconds; performance.now() < end || all.length < 3; ) {
      const { each, value } = await series(runs);
      all.push(each);
      last = value;
    }
    all.sort((a, b) => a - b);
    const { dispatches, flops, bytes } = step.plan;
    const median = all[all.length >> 1]!;
    return {
      ...{ name, adapter: engine.adapter.name, on, firstStepSeconds, loss: last },
      parameters: optimizer.parameters.reduce((n, p) => n + p.size, 0),
      dispatches: dispatches.length,
      pipelines: new Set(dispatches.map((d) => d.variant.key)).size,
      ms: { min: all[0]!, median, max: all.at(-1)! },
      gflops: flops / median / 1e6,
      mebibytes: bytes.total / 2 ** 20,
    };
  } finally {
    engine.dispose();
  }
}
