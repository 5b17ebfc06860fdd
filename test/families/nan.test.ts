// A NaN goes on through activations and recurrent cells: weights that have become NaN must not give a network that seems to compute.
// An infinity is no NaN: gates that it reaches are open or shut.
import { afterAll, describe, expect, test } from "vitest";
import type { Cell } from "../../src/families/cells";
import type { Runtime } from "../../src/gpu/runtime";
import type { Tensor } from "../../src/graph/tensor";
import { BASELINE_TARGET } from "../../src/kernel/target";
import { bce } from "../../src/ops/bce";
import { elu } from "../../src/ops/elu";
import { gelu } from "../../src/ops/gelu";
import { gru } from "../../src/ops/gru";
import { leakyRelu } from "../../src/ops/leakyRelu";
import { lstm } from "../../src/ops/lstm";
import { matmul } from "../../src/ops/matmul";
import { constant } from "../../src/ops/norm";
import { recurrence } from "../../src/ops/recurrence";
import { relu } from "../../src/ops/relu";
import { rnn } from "../../src/ops/rnn";
import { scaledDotProductAttention } from "../../src/ops/scaledDotProductAttention";
import { sigmoid } from "../../src/ops/sigmoid";
import { silu } from "../../src/ops/silu";
import { softplus } from "../../src/ops/softplus";
import { sum } from "../../src/ops/sum";
import { tanh } from "../../src/ops/tanh";
import { gradients } from "../../src/optim/gradients";
import { nodeRuntime } from "../device";
import { compute, given, noise } from "./compute";

const { runtime: opened } = await nodeRuntime();
const own = opened?.open.target ?? BASELINE_TARGET;

const activations: Record<string, (x: Tensor) => Tensor> = {
  relu,
  sigmoid,
  tanh,
  elu,
  silu,
  leakyRelu: (x) => leakyRelu(x),
  gelu: (x) => gelu(x),
  "gelu (tanh)": (x) => gelu(x, { approximate: "tanh" }),
  softplus: (x) => softplus(x),
  "relu of a product": (x) => relu(matmul(x, x)),
};

interface Weights {
  readonly weightIh: Tensor;
  readonly weightHh: Tensor;
}

const RESETS_FIRST = "gru that resets first";

const cells: Record<string, readonly [gates: number, run: (x: Tensor, weights: Weights) => Tensor]> = {
  lstm: [4, (x, w) => lstm(x, [w]).output],
  gru: [3, (x, w) => gru(x, [w]).output],
  [RESETS_FIRST]: [3, (x, w) => gru(x, [w], { linearBeforeReset: false }).output],
  "rnn of tanh": [1, (x, w) => rnn(x, [w]).output],
  "rnn of relu": [1, (x, w) => rnn(x, [w], { nonlinearity: "relu" }).output],
};

const [UP, DOWN, H, C] = [Infinity, -Infinity, 0.5, 0.25];
const squashed = Math.tanh;

/**
 * What cells of one unit make of infinite gates and the states H and C: gates, state after, and the slope of it by H. W_hh is 0
 * but for the candidate's gate of the GRUs, where it is 1.
 */
const saturated: Record<Cell, readonly [gates: readonly number[], after: number, slope: number][]> = {
  lstm: [
    [[UP, DOWN, UP, UP], squashed(1), 0],
    [[UP, UP, DOWN, UP], squashed(C - 1), 0],
    [[DOWN, UP, UP, UP], squashed(C), 0],
    [[DOWN, DOWN, UP, UP], 0, 0],
    [[UP, UP, UP, DOWN], 0, 0],
  ],
  gru: [
    [[0, UP, UP], H, 1],
    [[0, DOWN, UP], 1, 0],
    [[0, DOWN, DOWN], -1, 0],
    [[UP, DOWN, 0], squashed(H), 1 - squashed(H) ** 2],
    [[DOWN, DOWN, 0], 0, 0],
  ],
  gruResetFirst: [
    [[0, UP, UP], H, 1],
    [[0, DOWN, UP], 1, 0],
    [[0, DOWN, DOWN], -1, 0],
    [[UP, DOWN, 0], squashed(H), 1 - squashed(H) ** 2],
    [[DOWN, DOWN, 0], 0, 0],
  ],
  tanh: [
    [[UP], 1, 0],
    [[DOWN], -1, 0],
  ],
  relu: [
    [[UP], Infinity, 0],
    [[DOWN], 0, 0],
  ],
};

describe.skipIf(!opened).each([BASELINE_TARGET, own])("a NaN, on a device with cpu $cpu", (target) => {
  const runtime = opened as Runtime;

  test.each(Object.entries(activations))("%s", async (_, op) => {
    const x = given([8, 8], (i) => (i === 11 ? Number.NaN : noise(i)));
    const [y] = await compute(runtime, target, [op(x[0])], [x]);
    expect(y![11]).toBeNaN();
    expect(y![63]).not.toBeNaN();
  });

  test("cross-entropy of what is no probability: a logit, or NaN", async () => {
    const p = given([6], (i) => [2, -0.3, Number.NaN, 0, 1, 1.00001][i]!);
    const t = given([6], (i) => i % 2);
    const [losses] = await compute(runtime, target, [bce(p[0], t[0], { reduction: "none" })], [p, t]);
    expect([...losses!].map(Number.isNaN)).toEqual([true, true, true, false, false, false]);
  });

  test("attention: of a head's values, in the column and the head where it is", async () => {
    const [heads, rows, size] = [2, 5, 8];
    const operand = (from: number) => given([1, heads, rows, size], (i) => noise(i + from));
    const [q, k] = [operand(0), operand(100)];
    const v = given([1, heads, rows, size], (i) => (i === 0 ? Number.NaN : noise(i)));
    const [out] = await compute(runtime, target, [scaledDotProductAttention(q[0], k[0], v[0])], [q, k, v]);
    expect([...out!].map(Number.isNaN)).toEqual(Array.from(out!, (_, i) => i < rows * size && i % size === 0));
  });

  test.each(Object.entries(cells))("%s", async (name, [gates, run]) => {
    const [steps, batch, size] = [3, 2, 8];
    const x = given([steps, batch, size], noise);
    // One recurrent weight, of unit 5: that unit is not known, and from the second step on none that it goes into.
    const inputs = given([gates * size, size], (i) => noise(i + 3));
    const weight = given([gates * size, size], (i) => (i === 5 * size + 2 ? Number.NaN : noise(i + 5)));
    const y = run(x[0], { weightIh: inputs[0], weightHh: weight[0] });
    const [out] = await compute(runtime, target, [y], [x, inputs, weight]);
    const at = (step: number, unit: number) => out![(step * batch + 1) * size + unit];
    // Where the reset comes first, each unit's state goes through all units' gates at once.
    expect(Number.isNaN(at(0, 4))).toBe(name === RESETS_FIRST);
    expect([at(0, 5), at(1, 4), at(2, 0)]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
  });

  test.each(Object.entries(saturated))("infinite gates of a cell: %s", async (cell, cases) => {
    const gates = cases[0]![0].length;
    const x = given([1, cases.length, gates], (i) => cases[Math.floor(i / gates)]![0][i % gates]!);
    const w = given([gates, 1], (i) => Number(cell.startsWith("gru") && i === 2));
    const [h0, c0] = [given([cases.length, 1], () => H), given([cases.length, 1], () => C)];
    const states = cell === "lstm" ? { h0: h0[0], c0: c0[0] } : { h0: h0[0] };
    const { hN } = recurrence(cell as Cell, x[0], w[0], states);
    const outputs = [hN, ...gradients(sum(hN), [h0[0]])];
    const [after, slopes] = await compute(runtime, target, outputs, cell === "lstm" ? [x, w, h0, c0] : [x, w, h0]);
    cases.forEach(([, state, slope], i) => {
      expect(after![i]).toBeCloseTo(state, 5);
      expect(slopes![i]).toBeCloseTo(slope, 5);
    });
  });

  test("what is not finite is 0 where only finite numbers can be divided by or subtracted", async () => {
    const x = given([5], (i) => [1.5, -2, Infinity, -Infinity, Number.NaN][i]!);
    const [made] = await compute(runtime, target, [constant(x[0])], [x]);
    expect([...made!]).toEqual([1.5, -2, 0, 0, 0]);
  });

  afterAll(() => (target === own ? runtime.destroy() : undefined));
});
