// What is planned for devices that are not at hand is WGSL that the compiler takes, with nothing out of bounds: the training steps of
// several networks, whose kernels have epilogues, tails and second results hung on.
import { expect, test } from "vitest";
import { trace } from "../../src/graph/trace";
import type { Variant } from "../../src/kernel/kernel";
import { BASELINE_TARGET, type Target } from "../../src/kernel/target";
import { unroll } from "../../src/kernel/unroll";
import { plan } from "../../src/schedule/plan";
import { NETWORKS } from "../bench/nets/networks";
import { describeOnDawn } from "../device";

const TARGETS: Record<string, Target> = {
  "a GPU": BASELINE_TARGET,
  "a CPU without subgroups": { ...BASELINE_TARGET, cpu: true },
  "subgroups of four, loops written out": { ...BASELINE_TARGET, cpu: true, subgroupSize: 4, unrolled: true },
  "subgroups of eight": { ...BASELINE_TARGET, cpu: true, subgroupSize: 8 },
};

await describeOnDawn("plans for other devices", ({ runtime: { device } }) => {
  const taken = new Set<string>();
  async function mistakes({ name, code, unrolled }: Variant): Promise<string[]> {
    const text = unrolled ? unroll(code) : code;
    if (taken.has(text)) return [];
    taken.add(text);
    device.pushErrorScope("validation");
    const info = await device.createShaderModule({ code: text }).getCompilationInfo();
    await device.popErrorScope();
    return info.messages.filter((m) => m.type === "error").map((m) => `${name}: ${m.message}`);
  }

  const cases = Object.keys(TARGETS).flatMap((target) => Object.keys(NETWORKS).map((net) => [target, net] as const));
  test.each(cases)("%s: %s", async (target, net) => {
    const { loss, optimizer } = NETWORKS[net]!(1);
    const { result, updates } = trace(() => {
      const value = loss();
      optimizer.step(value);
      return value;
    });
    const { dispatches } = plan({ outputs: [result], updates, inputs: [], target: TARGETS[target]!, fuse: true });
    const found = await Promise.all(dispatches.map((d) => mistakes(d.variant)));
    expect(found.flat()).toEqual([]);
  });
});
