// Launches of a step's updates: one whatever the number of parameters, and two for clipping.
import { expect, test } from "vitest";
import { parameter } from "../../src/graph/tensor";
import { trace } from "../../src/graph/trace";
import { BASELINE_TARGET } from "../../src/kernel/target";
import { add } from "../../src/ops/add";
import { square } from "../../src/ops/square";
import { sum } from "../../src/ops/sum";
import { Adadelta } from "../../src/optim/adadelta";
import { Adagrad } from "../../src/optim/adagrad";
import { Adam, AdamW } from "../../src/optim/adam";
import { Adamax } from "../../src/optim/adamax";
import type { Parameters } from "../../src/optim/groups";
import { Lion } from "../../src/optim/lion";
import { NAdam } from "../../src/optim/nadam";
import type { Optimizer, OptimizerOptions } from "../../src/optim/optimizer";
import { RAdam } from "../../src/optim/radam";
import { RMSprop } from "../../src/optim/rmsprop";
import { SGD } from "../../src/optim/sgd";
import { plan } from "../../src/schedule/plan";

/** Each with the kernels of its update: what counts steps is a launch of one invocation, where launches are not joined. */
const all: Record<string, [kernels: string, make: (p: Parameters, o: OptimizerOptions) => Optimizer]> = {
  SGD: ["sgd", (p, o) => new SGD(p, o)],
  momentum: ["momentum", (p, o) => new SGD(p, { ...o, momentum: 0.9 })],
  RMSprop: ["rmsprop", (p, o) => new RMSprop(p, o)],
  Adagrad: ["adagrad", (p, o) => new Adagrad(p, o)],
  Adadelta: ["adadelta", (p, o) => new Adadelta(p, o)],
  Lion: ["lion", (p, o) => new Lion(p, o)],
  Adam: ["adam_step adam", (p, o) => new Adam(p, o)],
  AdamW: ["adam_step adam", (p, o) => new AdamW(p, o)],
  Adamax: ["adam_step adamax", (p, o) => new Adamax(p, o)],
  NAdam: ["nadam_step nadam", (p, o) => new NAdam(p, o)],
  RAdam: ["radam_step radam", (p, o) => new RAdam(p, o)],
};

function updatesOf(make: (typeof all)[string][1], count: number, options: OptimizerOptions, join: boolean): string {
  const size = 5000;
  const parameters = Array.from({ length: count }, (_, i) =>
    parameter(`p${i}`, { shape: [size + i], dtype: "f32" }, () => new Float32Array(size + i)),
  );
  const optimizer = make(parameters, options);
  const { result, updates } = trace(() => {
    const loss = parameters.map((p) => sum(square(p))).reduce((a, b) => add(a, b));
    optimizer.step(loss);
    return loss;
  });
  const { dispatches, firstUpdate } = plan({ outputs: [result], updates, target: BASELINE_TARGET, fuse: true, join });
  return dispatches
    .slice(firstUpdate)
    .map((d) => d.variant.name.replaceAll(" ", "_"))
    .join(" ");
}

test.each(Object.entries(all))("%s", (_, [kernels, make]) => {
  const norm = "square_sum_tree gradient_scale";
  for (const count of [1, 20]) {
    for (const options of [{ clipNorm: 1 }, { clipNorm: 1, lossScale: "dynamic" as const }]) {
      expect(updatesOf(make, count, options, false)).toBe(`${norm} ${kernels}`);
      const last = kernels.split(" ").at(-1);
      const joint = kernels === last ? norm : "square_sum_tree 2_in_one";
      expect(updatesOf(make, count, options, true)).toBe(`${joint} ${last}`);
    }
    expect(updatesOf(make, count, {}, false)).toBe(kernels);
    expect(updatesOf(make, count, {}, true)).toBe(kernels.split(" ").at(-1));
  }
});
