import { expect, test } from "vitest";
import { unroll } from "../../src/kernel/unroll";

const flat = (code: string) => code.replace(/\s+/g, " ");

test("a marked loop is written out, with its counter replaced", () => {
  const code = `const ROWS = 4u;
const LANES = 2u;
const LOADS = ROWS / LANES;
fn main() {
  // @unroll
  for (var r = 0u; r < LOADS; r++) { sum[r] += row[r * 3u]; }
  for (var r = 0u; r < LOADS; r++) { keep(r); }
}`;
  expect(flat(unroll(code))).toContain("{ sum[0u] += row[0u * 3u]; } { sum[1u] += row[1u * 3u]; }");
  expect(unroll(code)).toContain("for (var r = 0u; r < LOADS; r++) { keep(r); }");
});

test("loops within loops, each where it is marked", () => {
  const code = `const N = 2u;
// @unroll
for (var i = 0u; i < N; i++) {
  // @unroll
  for (var j = 0u; j < N * 1u; j++) { f(i, j); }
}`;
  expect(flat(unroll(code)).match(/f\(\du, \du\)/g)).toEqual(["f(0u, 0u)", "f(0u, 1u)", "f(1u, 0u)", "f(1u, 1u)"]);
});

test("a loop of unknown length runs each turn on its condition, as often as it says at most", () => {
  const code = "const ROWS = 2u;\n// @unroll ROWS\nfor (var r = 0u; r < min(ROWS, rest); r++) { store(r); }";
  expect(flat(unroll(code))).toContain(
    "if (0u < min(ROWS, rest)) { store(0u); } if (1u < min(ROWS, rest)) { store(1u); }",
  );
});

test("a bound that is not known is refused", () => {
  expect(() => unroll("// @unroll\nfor (var i = 0u; i < count; i++) { f(i); }")).toThrow(/cannot evaluate `count`/);
});
