// What optimizers have where options do not say: learning rates, and states for what is in use only.
import { expect, test } from "vitest";
import { parameter, type Tensor } from "../../src/graph/tensor";
import { Adadelta } from "../../src/optim/adadelta";
import { Adagrad } from "../../src/optim/adagrad";
import { Adam, AdamW } from "../../src/optim/adam";
import { Adamax } from "../../src/optim/adamax";
import { Lion } from "../../src/optim/lion";
import { NAdam } from "../../src/optim/nadam";
import type { Optimizer } from "../../src/optim/optimizer";
import { RAdam } from "../../src/optim/radam";
import { RMSprop } from "../../src/optim/rmsprop";
import { SGD } from "../../src/optim/sgd";
import { describeOnDawn } from "../device";

const cases: [name: string, make: (p: Tensor[]) => Optimizer, lr: number, states: string][] = [
  ["SGD", (p) => new SGD(p), 1e-3, ""],
  ["SGD with momentum", (p) => new SGD(p, { momentum: 0.9 }), 1e-3, "momentum_buffer"],
  ["SGD, dampened", (p) => new SGD(p, { momentum: 0.9, dampening: 0.1 }), 1e-3, "momentum_buffer step"],
  ["SGD with dampening alone", (p) => new SGD(p, { dampening: 0.1 }), 1e-3, ""],
  ["RMSprop", (p) => new RMSprop(p), 1e-2, "square_avg"],
  ["RMSprop, centered", (p) => new RMSprop(p, { centered: true }), 1e-2, "square_avg grad_avg"],
  ["RMSprop with momentum", (p) => new RMSprop(p, { momentum: 0.9 }), 1e-2, "square_avg momentum_buffer"],
  ["Adagrad", (p) => new Adagrad(p), 1e-2, "sum"],
  ["Adagrad with lrDecay", (p) => new Adagrad(p, { lrDecay: 0.1 }), 1e-2, "sum step"],
  ["Adadelta", (p) => new Adadelta(p), 1, "square_avg acc_delta"],
  ["Adam", (p) => new Adam(p), 1e-3, "exp_avg exp_avg_sq step"],
  ["AdamW with amsgrad", (p) => new AdamW(p, { amsgrad: true }), 1e-3, "exp_avg exp_avg_sq step max_exp_avg_sq"],
  ["Adamax", (p) => new Adamax(p), 2e-3, "exp_avg exp_inf step"],
  ["NAdam", (p) => new NAdam(p), 2e-3, "exp_avg exp_avg_sq step"],
  ["RAdam", (p) => new RAdam(p), 1e-3, "exp_avg exp_avg_sq step"],
  ["Lion", (p) => new Lion(p), 1e-4, "exp_avg"],
];

await describeOnDawn("optimizers' defaults", (engine) => {
  test.each(cases)("%s", async (_, make, lr, states) => {
    const optimizer = make([parameter("p", { shape: [3], dtype: "f32" }, () => new Float32Array(3))]);
    expect([...(await engine.read(optimizer.lr))]).toEqual([Math.fround(lr)]);
    expect(optimizer.states().map(([name]) => name)).toEqual(states.split(" ").filter(Boolean));
  });
});
