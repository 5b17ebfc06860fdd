// Launches of a step's updates: they do not grow with the number of parameters, and clipping adds two.
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

/** Each with the kernels of its update: what counts steps is a launch of one invocation. */
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

function updatesOf(make: (typeof all)[string][1], count: number, options: OptimizerOptions): string {
  const parameters = Array.from({ length: count }, (_, i) =>
    parameter(`p${i}`, { shape: [5 + i], dtype: "f32" }, () => new Float32Array(5 + i)),
  );
  const optimizer = make(parameters, options);
  const { result, updates } = trace(() => {
    const loss = parameters.map((p) => sum(square(p))).reduce((a, b) => add(a, b));
    optimizer.step(loss);
    return loss;
  });
  const { dispatches, firstUpdate } = plan({ outputs: [result], updates, target: BASELINE_TARGET, fuse: true });
  return dispatches
    .slice(firstUpdate)
    .map((d) => d.variant.name)
    .join(" ");
}

test.each(Object.entries(all))("%s", (_, [kernels, make]) => {
  const norm = "square_sum_tree gradient_scale";
  for (const count of [1, 20]) {
    expect(updatesOf(make, count, {})).toBe(kernels);
    expect(updatesOf(make, count, { clipNorm: 1 })).toBe(`${norm} ${kernels}`);
    expect(updatesOf(make, count, { clipNorm: 1, lossScale: "dynamic" })).toBe(`${norm} ${kernels}`);
  }
});
