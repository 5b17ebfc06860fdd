import fc from "fast-check";
import { expect, test } from "vitest";
import { data, feed, type Tensor } from "../../src/graph/tensor";
import { trace } from "../../src/graph/trace";
import { BASELINE_TARGET as target } from "../../src/kernel/target";
import { Linear } from "../../src/nn/linear";
import { add } from "../../src/ops/add";
import { gelu } from "../../src/ops/gelu";
import { leakyRelu } from "../../src/ops/leakyRelu";
import { matmul } from "../../src/ops/matmul";
import { maxPool2d } from "../../src/ops/maxPool2d";
import { mul } from "../../src/ops/mul";
import { outer } from "../../src/ops/outer";
import { relu } from "../../src/ops/relu";
import { reshape } from "../../src/ops/reshape";
import { softmax } from "../../src/ops/softmax";
import { softmaxCrossEntropy } from "../../src/ops/softmaxCrossEntropy";
import { square } from "../../src/ops/square";
import { sub } from "../../src/ops/sub";
import { sum } from "../../src/ops/sum";
import { transpose } from "../../src/ops/transpose";
import { Adam } from "../../src/optim/adam";
import { gradients } from "../../src/optim/gradients";
import { chunkEnds } from "../../src/schedule/chunks";
import { plan } from "../../src/schedule/plan";

const f32 = (name: string, ...shape: number[]) => feed(name, { shape, dtype: "f32" });

test("the step of an MLP, as text", () => {
  const [l1, l2] = [new Linear(8, 16), new Linear(16, 3)];
  const optimizer = new Adam([...l1.parameters(), ...l2.parameters()], { lr: 0.01, clipNorm: 1 });
  const x = f32("x", 4, 8);
  const labels = feed("labels", { shape: [4], dtype: "i32" });
  const { result, updates } = trace(() => {
    const loss = softmaxCrossEntropy(l2.forward(relu(l1.forward(x))), labels);
    optimizer.step(loss);
    return loss;
  });
  const made = plan({ outputs: [result], updates, inputs: [x, labels], target, fuse: true });
  expect(String(made)).toMatchSnapshot();
  // Parameters, gradients and two moments; the step (3 numbers) and the control buffer (65), in whole vec4s.
  expect(made.bytes.states).toBe(4 * (4 * optimizer.arena.length) + 16 + 17 * 16);
});

test("large sizes are in MiB, and many operations in MFLOP", () => {
  const made = plan({ outputs: [matmul(f32("a", 1024, 512), f32("b", 512, 1024))], target, fuse: true });
  expect(String(made).split("\n")[0]).toMatch(/ slots 8\.0 MiB · state 0 B · 1073\.7 MFLOP$/);
});

test("a sum computes what it reads from as many buffers as a kernel may bind beside its result", () => {
  const kernels = (count: number) => {
    const all = Array.from({ length: count }, (_, i) => f32(`x${i}`, 64)).reduce((a, b) => add(a, b));
    return plan({ outputs: [sum(all)], target, fuse: true }).dispatches.length;
  };
  expect([kernels(7), kernels(8)]).toEqual([1, 2]);
});

test("nodes that no output needs are dropped", () => {
  const x = f32("x", 3, 3);
  softmax(x);
  expect(plan({ outputs: [relu(x)], target, fuse: true }).dispatches).toHaveLength(1);
});

test("common subexpressions are computed once", () => {
  const x = f32("x", 5, 5);
  const made = plan({ outputs: [add(softmax(matmul(x, x)), softmax(matmul(x, x)))], target, fuse: true });
  expect(made.dispatches.map((d) => d.variant.name)).toEqual(["matmul", "softmax_tree", "add"]);
});

test("chains of pointwise ops become one dispatch, and the switch turns that off", () => {
  const x = f32("x", 6, 4);
  const y = relu(add(mul(x, 2), x));
  expect(plan({ outputs: [y], target, fuse: true }).dispatches).toHaveLength(1);
  expect(plan({ outputs: [y], target, fuse: false }).dispatches).toHaveLength(3);
});

test("pointwise ops finish the results of the kernel before them, unless somebody else reads those", () => {
  const [a, b, bias] = [f32("a", 5, 3), f32("b", 3, 7), f32("bias", 7)];
  const names = (outputs: Tensor[], fuse = true) =>
    plan({ outputs, target, fuse }).dispatches.map((d) => d.variant.name);
  const product = matmul(a, b);
  expect(names([relu(add(product, bias))])).toEqual(["matmul+add·relu"]);
  expect(names([relu(add(product, bias)), softmax(product)])).toEqual(["matmul⇉add·relu", "softmax_tree"]);
  expect(names([relu(add(product, bias))], false)).toEqual(["matmul", "add", "relu"]);
});

test("what is computed from a result that others read as well comes out beside it", () => {
  const [a, b, bias] = [f32("a", 5, 3), f32("b", 3, 7), f32("bias", 7)];
  const names = (outputs: Tensor[], fuse = true) =>
    plan({ outputs, target, fuse }).dispatches.map((d) => d.variant.name);
  const hidden = add(matmul(a, b), bias);
  const active = gelu(hidden);
  expect(names([active, hidden])).toEqual(["matmul+add⇉gelu"]);
  expect(names([active, hidden], false)).toEqual(["matmul", "add", "gelu"]);
  const scaled = mul(bias, 3);
  expect(names([scaled, relu(scaled)])).toEqual(["fill·mul⇉relu"]);
  // Not before its time: a kernel stands between the two.
  const late = mul(hidden, sum(softmax(hidden)));
  expect(names([hidden, late])).toEqual(["matmul+add", "softmax_tree", "reduce_tree", "mul"]);
  // Not where the first is also read out of order.
  const square = mul(f32("x", 4, 4), 2);
  expect(names([square, add(square, transpose(square))])).toHaveLength(2);
});

test("the gradient of a leaky relu reads its result, so that what it was made of is not kept", () => {
  const [a, b, dOut] = [f32("a", 5, 3), f32("b", 3, 7), f32("d", 5, 7)];
  const first = (negativeSlope: number) => {
    const y = leakyRelu(matmul(a, b), { negativeSlope });
    return plan({ outputs: [y, ...gradients(y, [b], dOut)], target, fuse: true }).dispatches[0]!.variant.name;
  };
  expect(first(0.2)).toMatch(/^matmul\+leaky_relu/);
  expect(first(0)).toBe("matmul⇉leaky_relu");
  expect(first(-1)).toBe("matmul⇉leaky_relu");
});

test("a value that one chain reads twice is computed within it", () => {
  const x = f32("x", 5, 4);
  const doubled = mul(x, 2);
  expect(plan({ outputs: [add(relu(doubled), square(doubled))], target, fuse: true }).dispatches).toHaveLength(1);
  const product = matmul(x, f32("w", 4, 6));
  const gated = mul(relu(product), square(product));
  expect(plan({ outputs: [gated], target, fuse: true }).dispatches.map((d) => d.variant.name)).toHaveLength(1);
});

test("what a sum reads is computed within it, unless somebody else reads it", () => {
  const [x, mean] = [f32("x", 6, 4), f32("mean", 4)];
  const names = (outputs: Tensor[], fuse = true) =>
    plan({ outputs, target, fuse }).dispatches.map((d) => d.variant.name);
  const squares = square(sub(x, mean));
  expect(names([sum(squares, 0)])).toEqual(["sub·square→reduce"]);
  expect(names([sum(squares, 0), squares])).toEqual(["sub·square", "reduce"]);
  expect(names([sum(squares, 0)], false)).toEqual(["sub", "square", "reduce"]);
});

test("what a long sum reads four at a time is computed four at a time", () => {
  const [x, mean] = [f32("x", 64, 64), f32("mean", 64)];
  const made = plan({ outputs: [sum(square(sub(x, mean)), 1)], target, fuse: true });
  const [{ variant }] = made.dispatches as [(typeof made.dispatches)[0]];
  expect(variant.name).toBe("sub·square→reduce_tree_by_four");
  expect(variant.code).toContain("fn element(i: u32) -> vec4<f32> {\n  let v0 = prologue_x0[i / 4u];");
});

test("long reductions are dealt out to many workgroups and joined", () => {
  const made = plan({ outputs: [sum(f32("x", 2 ** 24))], target, fuse: true });
  expect(made.dispatches.map((d) => d.workgroups[0])).toEqual([2048, 1]);
  expect(made.dispatches.map((d) => d.variant.name)).toEqual(["reduce_tree_by_four", "reduce_tree_by_four"]);
});

test("the sum of a gradient comes out beside the weight's", () => {
  const [x, dOut] = [f32("x", 6, 4), f32("dOut", 6, 3)];
  const names = (outputs: Tensor[], fuse = true) =>
    plan({ outputs, target, fuse }).dispatches.map((d) => d.variant.key);
  const weights = matmul(dOut, x, { transA: true });
  expect(names([weights, sum(dOut, 0)])).toEqual(["matmul<A_BY_K=0,DEPTH=32,SUMS=1>+side"]);
  expect(names([sum(dOut, 0), weights])).toEqual(["matmul<A_BY_K=0,DEPTH=32,SUMS=1>+side"]);
  expect(names([weights, sum(dOut, 1)])).toEqual(["matmul<A_BY_K=0,DEPTH=32>", "reduce unrolled"]);
  expect(names([weights, sum(dOut, 0)], false)).toEqual(["matmul<A_BY_K=0,DEPTH=32>", "reduce unrolled"]);
});

test("a bias is read by the column that the kernel knows: layers of any width share a pipeline", () => {
  const layer = (width: number) =>
    plan({ outputs: [add(matmul(f32("x", 5, 8), f32("w", 8, width)), f32("b", width))], target, fuse: true });
  expect(layer(12).dispatches[0]!.variant.key).toBe(layer(20).dispatches[0]!.variant.key);
});

test("what broadcasting repeats is computed before, once an element", () => {
  const [x, column] = [f32("x", 64, 96), f32("column", 64, 1)];
  const rows = mul(x, gelu(column));
  for (const [y, name] of [
    [rows, "mul"],
    [sum(rows, 1), "mul→reduce_tree_by_four"],
  ] as const) {
    const made = plan({ outputs: [y], target, fuse: true });
    expect(made.dispatches.map((d) => d.variant.name)).toEqual(["gelu", name]);
  }
});

test("what is computed for two readers is computed once", () => {
  const x = f32("x", 6, 4);
  const shared = mul(x, 3);
  const made = plan({ outputs: [relu(shared), sum(shared)], target, fuse: true });
  expect(made.dispatches.filter((d) => d.variant.name.includes("mul"))).toHaveLength(1);
});

test("views cost nothing before pointwise ops, and one copy before a kernel", () => {
  const x = f32("x", 6, 4);
  expect(plan({ outputs: [relu(transpose(x))], target, fuse: true }).dispatches).toHaveLength(1);
  const names = plan({ outputs: [softmax(transpose(x))], target, fuse: true }).dispatches.map((d) => d.variant.name);
  expect(names).toEqual(["copy", "softmax_tree"]);
});

test("no dispatch binds one buffer both to be read and to be written", () => {
  const unary = [
    relu,
    softmax,
    (t: Tensor) => mul(t, t),
    (t: Tensor) => transpose(t, 0, 1),
    (t: Tensor) => matmul(t, t),
  ];
  const program = fc.array(fc.tuple(fc.nat(unary.length - 1), fc.nat(30), fc.nat(30)), { minLength: 1, maxLength: 25 });
  fc.assert(
    fc.property(program, fc.boolean(), (steps, fuse) => {
      const pool: Tensor[] = [f32("x", 4, 4)];
      for (const [op, a, b] of steps) {
        const [p, q] = [pool[a % pool.length]!, pool[b % pool.length]!];
        pool.push(b % 3 === 0 ? add(p, q) : unary[op]!(p));
      }
      const made = plan({ outputs: pool.slice(-2), target, fuse });
      for (const d of made.dispatches) {
        const slots = d.buffers
          .map((b) => made.places.get(b.id)!)
          .map((p) => ("slot" in p ? p.slot : p.state.id + 1e9));
        const written = slots.filter((_, i) => d.variant.bindings[i]!.access === "write");
        const read = slots.filter((_, i) => d.variant.bindings[i]!.access === "read");
        expect(written.some((s) => read.includes(s))).toBe(false);
      }
    }),
    { numRuns: 100 },
  );
});

test("a kernel writes over an input that nobody reads later, where that lowers the peak", () => {
  const x = f32("x", 64, 64);
  const chain = relu(square(mul(softmax(x), 2)));
  const made = plan({ outputs: [sum(chain)], target, fuse: false });
  const names = made.dispatches.map((d) => d.variant.name);
  const written = made.dispatches.filter((d) => d.variant.bindings.every((b) => b.access === "write"));
  expect(names.slice(1, 4)).toEqual(["fill·mul", "square", "relu"]);
  expect(written.map((d) => d.variant.name)).toEqual(["fill·mul", "square", "relu"]);
  // The feed, one tensor of its size, and the sum.
  expect(made.slots.filter((bytes) => bytes >= 64 * 64 * 4)).toHaveLength(2);
  // What is read again later is left alone: here both reach the sum.
  const twice = mul(softmax(x), 2);
  const kept = plan({ outputs: [sum(add(softmax(twice), twice))], target, fuse: false });
  const [doubled] = kept.dispatches.filter((d) => d.variant.name === "fill·mul");
  const [joined] = kept.dispatches.filter((d) => d.variant.name === "add");
  const slotOf = (id: number) => (kept.places.get(id) as { slot: number }).slot;
  expect(joined!.buffers.map((b) => slotOf(b.id))).toContain(slotOf(doubled!.buffers.at(-1)!.id));
});

test("chunks cover the plan in order and share its work", () => {
  const x = f32("x", 64, 64);
  let y: Tensor = x;
  for (let i = 0; i < 12; i++) y = matmul(y, x);
  const { dispatches } = plan({ outputs: [y], target, fuse: true });
  expect(chunkEnds(dispatches, 1)).toEqual([12]);
  expect(chunkEnds(dispatches, 3)).toEqual([4, 8, 12]);
  expect(chunkEnds([], 3)).toEqual([]);
});

test("the estimate of work counts what matmul does", () => {
  const made = plan({ outputs: [matmul(f32("a", 3, 5), f32("b", 5, 7))], target, fuse: true });
  expect(made.flops).toBe(2 * 3 * 5 * 7);
});

test("data leaves are inputs of a plan", () => {
  const t = data({ shape: [2], dtype: "f32" }, Float32Array.of(1, 2));
  expect(plan({ outputs: [relu(t)], target, fuse: true }).inputs).toEqual([t]);
});

test("pooling after a reshape reads the same buffer", () => {
  const x = f32("x", 16);
  const made = plan({ outputs: [maxPool2d(reshape(x, [1, 1, 4, 4]), 2)], target, fuse: true });
  expect(made.dispatches.map((d) => d.variant.name)).toEqual(["max_pool2d_by_four"]);
});

test("both gradients of a large outer product come from one reading of what flows in, computed there", () => {
  const [a, b] = [f32("a", 256), f32("b", 256)];
  const names = (wrt: readonly Tensor[]) =>
    plan({ outputs: gradients(sum(square(outer(a, b))), wrt) as Tensor[], target, fuse: true }).dispatches.map(
      (d) => d.variant.name,
    );
  expect(names([a, b])).toEqual(["outer·fill·fill·mul·mul→outer_grad", "join_parts_by_slices", "join_parts_by_slices"]);
  expect(names([b])).toEqual(["outer·fill·fill·mul·mul→outer_grad", "join_parts_by_slices"]);
});

test("products of one column or one term fuse with what is around them, and a bias's gradient still comes with the weight's", () => {
  const [x, w, b, dOut] = [f32("x", 40, 12), f32("w", 1, 12), f32("b", 1), f32("dOut", 40, 1)];
  const y = add(matmul(relu(x), w, { transB: true }), b);
  const names = (...outputs: Tensor[]) => plan({ outputs, target, fuse: true }).dispatches.map((d) => d.variant.name);
  expect(names(y)).toEqual(["relu", "mul→reduce+add"]);
  const [dX, dW, dB] = gradients(y, [x, w, b], dOut);
  expect(names(dX!)).toEqual(["mul·relu·relu_grad"]);
  expect(names(dW!, dB!)).toHaveLength(2);
});
