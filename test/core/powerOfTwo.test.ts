import { expect, test } from "vitest";
import { powerOfTwoFrom, powerOfTwoUpTo } from "../../src/core/powerOfTwo";

test.each([
  [0, 1, 1],
  [0.25, 1, 1],
  [1, 1, 1],
  [5, 8, 4],
  [5.5, 8, 4],
  [64, 64, 64],
  [2 ** 31 + 1, 2 ** 32, 2 ** 31],
])("%d lies between powers of two", (n, from, upTo) => {
  expect([powerOfTwoFrom(n), powerOfTwoUpTo(n)]).toEqual([from, upTo]);
});
