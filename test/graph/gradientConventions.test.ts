// Gradients where a function has none, or several: as PyTorch has them.
import { expect, test } from "vitest";
import type { Tensor } from "../../src/graph/tensor";
import { abs } from "../../src/ops/abs";
import { add } from "../../src/ops/add";
import { cast } from "../../src/ops/cast";
import { clamp } from "../../src/ops/clamp";
import { detach } from "../../src/ops/detach";
import { elu } from "../../src/ops/elu";
import { floor } from "../../src/ops/floor";
import { greater } from "../../src/ops/greater";
import { log } from "../../src/ops/log";
import { maximum } from "../../src/ops/maximum";
import { minimum } from "../../src/ops/minimum";
import { mul } from "../../src/ops/mul";
import { pow } from "../../src/ops/pow";
import { relu } from "../../src/ops/relu";
import { round } from "../../src/ops/round";
import { sign } from "../../src/ops/sign";
import { std } from "../../src/ops/std";
import { sub } from "../../src/ops/sub";
import { sum } from "../../src/ops/sum";
import { where } from "../../src/ops/where";
import { gradients } from "../../src/optim/gradients";
import { tensor } from "../../src/train/tensor";
import { describeOnDawn } from "../device";

await describeOnDawn("gradients", (engine) => {
  const read = async (op: (...inputs: Tensor[]) => Tensor, ...inputs: number[][]) => {
    const tensors = inputs.map((values) => tensor(values));
    const ones = tensor(inputs[0]!.map(() => 1));
    const values = await engine.read(gradients(op(...tensors), tensors, ones));
    return values.map((v) => Array.from(v, (x) => x + 0));
  };

  test("of powers: 0 where a base of 0 meets a power that is not negative", async () => {
    const [a, b] = await read(pow, [0, 0, 0, 2, -2], [2, 1, 0, 0, 3]);
    expect(a).toEqual([0, 1, 0, 0, 12]);
    expect(b!.slice(0, 3)).toEqual([0, 0, 0]);
    expect(b![3]).toBeCloseTo(Math.LN2);
    expect(await read((x) => pow(x, 0), [0, 1])).toEqual([[0, 0]]);
    expect(await read((x) => pow(x, 1), [0, -3])).toEqual([[1, 1]]);
    expect(await read((x) => pow(x, 3), [0, -3])).toEqual([[0, 27]]);
  });

  test("at kinks", async () => {
    const x = [-1, 0, 1, 2];
    expect(await read(abs, x)).toEqual([[-1, 0, 1, 1]]);
    expect(await read(relu, x)).toEqual([[0, 0, 1, 1]]);
    expect(await read((t) => clamp(t, { min: 0, max: 1 }), x)).toEqual([[0, 1, 1, 0]]);
    expect(await read(maximum, x, [0, 0, 1, 1])).toEqual([
      [0, 0.5, 0.5, 1],
      [1, 0.5, 0.5, 0],
    ]);
    expect(await read(minimum, x, [0, 0, 1, 1])).toEqual([
      [1, 0.5, 0.5, 0],
      [0, 0.5, 0.5, 1],
    ]);
  });

  test("of what is detached: none, and of what is only carried through it all", async () => {
    const x = [-1.5, 0.25, 2];
    expect(await read(detach, x)).toEqual([[0, 0, 0]]);
    expect(await read((t) => mul(t, detach(t)), x)).toEqual([x]);
    const straight = (t: Tensor) => add(t, detach(sub(round(t), t)));
    expect(await read(straight, x)).toEqual([[1, 1, 1]]);
    expect([...(await engine.read(straight(tensor(x))))]).toEqual([-2, 0, 2]);
    const kept = detach(tensor(Int32Array.of(3, -4)));
    expect([...(await engine.read(kept))]).toEqual([3, -4]);
  });

  test("of steps, masks and integers: none", async () => {
    const x = [-1.5, 0, 2.5];
    expect(await read(floor, x)).toEqual([[0, 0, 0]]);
    expect(await read(sign, x)).toEqual([[0, 0, 0]]);
    expect(await read((t) => mul(cast(greater(t, 0), "f32"), t), x)).toEqual([[0, 0, 1]]);
    expect(await read((t) => mul(cast(cast(t, "i32"), "f32"), t), x)).toEqual([[-1, 0, 2]]);
  });

  test("what is not taken adds nothing, as long as it is finite", async () => {
    expect(await read((t) => where(greater(t, 1), log(maximum(t, 1)), 0), [0, 2])).toEqual([[0, 0.5]]);
    expect(await read((t) => elu(t), [1e4])).toEqual([[1]]);
    const twice = (x: Tensor) => gradients(elu(x), [x], tensor([1]))[0]!;
    expect(await read(twice, [1e4])).toEqual([[0]]);
  });

  test("of a standard deviation of equal values: 0, along whichever axes", async () => {
    const shape = [2, 6, 3];
    for (const value of [0.1, 1e4 + 0.3, -7.7])
      for (const axes of [0, 1, 2, [0, 2], [0, 1, 2]]) {
        const x = tensor(new Float32Array(36).fill(value), shape);
        const deviation = std(x, axes);
        const [d, dx] = await engine.read([deviation, gradients(sum(deviation), [x])[0]!]);
        expect([...new Set(d), ...new Set(dx)]).toEqual([0, 0]);
      }
  });
});
