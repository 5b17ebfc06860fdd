// Numbers of charts.
import { expect, test } from "vitest";
import { Smoother, withDecimals } from "../../demos/shared/charts";

test.each([
  [0.25, [0, 0.25, 0.5], ["0", "0.25", "0.50"]],
  [0.2, [0.8, 1], ["0.8", "1.0"]],
  [0.00005, [0.00095, 0.001], ["0.00095", "0.00100"]],
  [5e-7, [9.5e-6, 1e-5], ["9.5e-6", "1.00e-5"]],
  [20, [80, 100], ["80", "100"]],
  [250_000, [1.225e8, 1.25e8], ["1.2250e+8", "1.2500e+8"]],
])("labels in steps of %f are all different, and as short as that allows", (by, values, labels) => {
  expect(values.map((v) => withDecimals(v, by))).toEqual(labels);
});

test("a smoothed line is the weighted mean of the values so far, none of them weighing more for coming first", () => {
  const smoother = new Smoother(0.5);
  expect([4, 1, 1].map((v, i) => smoother.next(i + 1, v))).toEqual([4, 2, 10 / 7]);
  // A run that has gone back to step 1, on another device.
  expect([1, 1].map((v, i) => smoother.next(i + 2, v))).toEqual([2, 10 / 7]);
  smoother.reset();
  expect(smoother.next(1, 3)).toBe(3);
});
