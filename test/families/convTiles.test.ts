// Convolutions and their gradients by every tile for GPUs, over several tiles in each direction with ragged edges, and several
// parts: against the kernels without tiles, which the ops' own cases hold against f64.
import { afterAll, describe, expect, test } from "vitest";
import { type ConvTile, sizesOf, TILES } from "../../src/families/convTiles";
import type { Runtime } from "../../src/gpu/runtime";
import { BASELINE_TARGET } from "../../src/kernel/target";
import { type Conv2dOptions, conv2d } from "../../src/ops/conv2d";
import { gradients } from "../../src/optim/gradients";
import { plan } from "../../src/schedule/plan";
import { nodeRuntime } from "../device";
import { compute, distance, given, noise } from "./compute";

const { runtime: opened } = await nodeRuntime();
const FAMILIES = ["conv2d", "conv2d_grad_input", "conv2d_grad_weight"];

interface Sample {
  readonly x: readonly number[];
  readonly w: readonly number[];
  readonly options: Conv2dOptions;
  readonly biased?: boolean;
  /** The ways of the convolution, its input gradient and its weight gradient, which compile slowly: each tile once. */
  readonly ways: readonly (readonly [string, string, string])[];
}

const samples: readonly Sample[] = [
  {
    x: [3, 20, 11, 13],
    w: [37, 20, 3, 3],
    options: { padding: 1 },
    ways: [
      ["tile 16 × 32", "tile 32", "tile 32"],
      ["tile 32 × 128", "tile 16 × 32", "tile 32 × 128"],
    ],
  },
  {
    x: [2, 10, 19, 22],
    w: [74, 5, 3, 2],
    options: { groups: 2, stride: [2, 1], padding: [0, 2], dilation: [1, 2] },
    biased: false,
    ways: [["tile 32", "tile 32 × 128", "tile 64"]],
  },
  {
    x: [7, 130, 31, 35],
    w: [9, 130, 1, 3],
    options: { padding: [0, 1] },
    ways: [
      ["tile 32", "tile 64 × 128", "tile 16 × 32"],
      ["tile 32", "tile 64", "tile 64 × 128"],
    ],
  },
  {
    x: [7, 9, 29, 31],
    w: [150, 9, 2, 3],
    options: { padding: "same" },
    ways: [
      ["tile 64 × 128", "tile 32", "tile 64"],
      ["tile 64", "tile 32 × 128", "tile 64 × 128"],
    ],
  },
  {
    x: [3, 10, 13, 16],
    w: [20, 10, 3, 3],
    options: { padding: 1, stride: 2 },
    ways: [["tile 16 × 32", "tile 16 × 32", "tile 64"]],
  },
];

describe.skipIf(!opened)("convolutions by tiles", () => {
  const runtime = opened as Runtime;
  afterAll(() => runtime.destroy());

  test.each(samples)("$x · $w", async ({ x: xs, w: ws, options, biased = true, ways }) => {
    const x = given(xs, noise);
    const w = given(ws, (i) => noise(i + 3));
    const b = given([ws[0]!], noise);
    const y = conv2d(x[0], w[0], biased ? b[0] : null, options);
    const seed = given(y.shape, (i) => noise(i + 11));
    const outputs = [y, ...gradients(y, [x[0], w[0], ...(biased ? [b[0]] : [])], seed[0])];
    const inputs = [x, w, ...(biased ? [b] : []), seed];
    const { choices } = plan({ outputs, target: BASELINE_TARGET, fuse: true, inputs: inputs.map(([t]) => t) });
    const by = (wanted: readonly [string, string, string]) => {
      const tuning = choices.map(({ ways: { key, names } }) => {
        const way = wanted[FAMILIES.indexOf(key.split(" ")[0]!)]!;
        expect(names, key).toContain(way);
        return [key, way];
      });
      return compute(runtime, { ...BASELINE_TARGET, tuning: Object.fromEntries(tuning) }, outputs, inputs);
    };
    const expected = await by(["direct", "direct", "direct"]);
    for (const wanted of ways) {
      const actual = await by(wanted);
      actual.forEach((values, i) => {
        expect(distance(values, expected[i]!), `output ${i} by ${wanted}`).toBeLessThan(1e-5);
      });
    }
  });

  test("every tile is among them", () => {
    for (const [i] of FAMILIES.entries()) {
      const used = samples.flatMap(({ ways }) => ways.map((way) => way[i]!));
      expect(used).toEqual(expect.arrayContaining(Object.keys(TILES)));
    }
  });
});

test.each(Object.keys(TILES) as ConvTile[])("%s divides evenly, and fits what every device grants", (name) => {
  const { rows, columns, lanes, quads } = sizesOf(name);
  const { COLUMNS, WRITTEN } = TILES[name];
  const divisions = [
    ...[COLUMNS / 4, quads / WRITTEN, lanes / columns],
    ...[(rows * quads) / lanes, (columns * quads) / lanes, lanes / (8 * quads)],
  ];
  expect(
    divisions.every((n) => Number.isInteger(n) && n > 0),
    divisions.join(", "),
  ).toBe(true);
  expect(rows).toBeLessThanOrEqual(lanes);
  expect(lanes).toBeLessThanOrEqual(256);
  expect(16 * quads * (rows + columns)).toBeLessThanOrEqual(16384);
});
