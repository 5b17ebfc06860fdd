import { expect, test } from "vitest";
import { Embedding } from "../../src/nn/embedding";
import { manualSeed } from "../../src/nn/init";
import { sum } from "../../src/ops/sum";
import { gradients } from "../../src/optim/gradients";
import { tensor } from "../../src/train/tensor";
import { describeOnDawn } from "../device";

test("its table has PyTorch's name and shape", () => {
  expect(new Embedding(5, 3).namedStates().map(([name, t]) => `${name} [${t.shape}]`)).toEqual(["weight [5,3]"]);
});

await describeOnDawn("embedding layer", (engine) => {
  test("rows by index; the padding row is zero and gets no gradient", async () => {
    manualSeed(1);
    const layer = new Embedding(5, 3, { paddingIndex: -1 });
    const indices = tensor(Int32Array.of(2, 4, 2, 0), [2, 2]);
    const out = layer.forward(indices);
    expect(out.shape).toEqual([2, 2, 3]);
    const [rows, table, d] = await engine.read([out, layer.weight, ...gradients(sum(out), [layer.weight])]);
    expect([...rows!.slice(0, 3)]).toEqual([...table!.slice(6, 9)]);
    expect([...rows!.slice(3, 6)]).toEqual([0, 0, 0]);
    expect([...d!]).toEqual([1, 1, 1, 0, 0, 0, 2, 2, 2, 0, 0, 0, 0, 0, 0]);
  });
});
