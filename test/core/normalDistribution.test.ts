import { expect, test } from "vitest";
import { massAbove, masses, quantile } from "../../src/core/normalDistribution";
import { truncatedNormal } from "../../src/core/random";

test("the mass of the tails, against tables", () => {
  const table: [number, number][] = [
    [0, 0.5],
    [1, 0.15865525393145705],
    [-1, 0.8413447460685429],
    [2, 0.02275013194817921],
    [3, 0.0013498980316300933],
    [4, 3.167124183311992e-5],
    [6, 9.865876450376981e-10],
    [10, 7.619853024160527e-24],
  ];
  for (const [z, mass] of table) expect(massAbove(z) / mass).toBeCloseTo(1, 12);
});

test("masses add up to one, also in a tail", () => {
  for (const [a, b] of [
    [-2, 2],
    [1, 9],
    [-9, -1],
  ] as const) {
    const { below, mass, above } = masses(a, b);
    expect(below + mass + above).toBeCloseTo(1, 14);
  }
  expect(masses(5, 6).mass).toBeCloseTo(massAbove(5) - massAbove(6), 20);
});

test("the quantile is the inverse", () => {
  for (let z = -5; z <= 5; z += 0.25) expect(quantile(massAbove(-z), massAbove(z))).toBeCloseTo(z, 5);
});

test("truncated normal numbers stay inside, whatever is cut", () => {
  for (const options of [{}, { a: 1, b: 1.5 }, { mean: 3, std: 0.1, a: 2.9, b: 100 }]) {
    const { a = -2, b = 2 } = options as { a?: number; b?: number };
    for (const v of truncatedNormal(1, 2, 999, options)) expect(v >= Math.fround(a) && v <= b).toBe(true);
  }
});
