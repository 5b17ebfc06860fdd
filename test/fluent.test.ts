// Ops as methods of Tensor.
import { expect, test } from "vitest";
import generated from "../src/fluent.gen.ts?raw";
import { structureOf } from "../src/graph/structure";
import { Tensor } from "../src/graph/tensor";
import { matmul, relu, sum, tensor } from "../src/index";

const modules = import.meta.glob<Record<string, unknown>>("../src/ops/*.ts", { eager: true });

test("a chain of methods records what the functions record", () => {
  const [x, w] = [tensor([1, 2, 3, 4], [2, 2]), tensor([1, 0, 0, 1], [2, 2])];
  const functions = sum(relu(matmul(x, w, { transB: true })), 0);
  const methods = x.matmul(w, { transB: true }).relu().sum(0);
  expect(structureOf([methods], []).key).toBe(structureOf([functions], []).key);
  expect(x.add(1).shape).toEqual([2, 2]);
});

test("what a method refuses is refused as by the function", () => {
  expect(() => tensor([1, 2, 3]).reshape([2])).toThrow(/numbers of elements differ/);
  // @ts-expect-error an axis is a number
  expect(() => tensor([1, 2, 3]).sum("x")).toThrow();
});

test("ops have methods, and what takes no tensor has none", () => {
  const names = Object.values(modules).flatMap((m) => Object.keys(m));
  const methods = names.filter((name) => name in Tensor.prototype);
  for (const name of ["add", "matmul", "conv2d", "softmax", "reshape", "max"]) expect(methods).toContain(name);
  for (const name of ["concat", "full"]) expect(methods).not.toContain(name);
  expect(methods.length).toBeGreaterThan(35);
});

test("a method says what it does, and names its parameters as the function does", () => {
  const declared = [...generated.matchAll(/^ {4}\/\*\* (.+?)\.? See \{@link (\w+)\}.*\n {4}(\w+)\((.*?)\): /gm)];
  expect(declared.map(([, , op, name]) => [op, name]).filter(([op, name]) => op !== name)).toEqual([]);
  expect(declared).toHaveLength(generated.match(/^ {4}\w+\(.*;$/gm)!.length);
  const parameters = Object.fromEntries(declared.map(([, , , name, list]) => [name, list]));
  expect(parameters.matmul).toBe("right: Tensor, options?: MatmulOptions");
  expect(parameters.transpose).toBe("a?: number, b?: number");
  expect(parameters.lstmCell).toBe("weights: RecurrentWeights, state?: { readonly h?: Tensor; readonly c?: Tensor }");
});
