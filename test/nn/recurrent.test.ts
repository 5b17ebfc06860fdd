import { describe, expect, test } from "vitest";
import { assign } from "../../src/graph/assign";
import { state } from "../../src/graph/tensor";
import { manualSeed } from "../../src/nn/init";
import { GRU, LSTM, RNN } from "../../src/nn/recurrent";
import { mean } from "../../src/ops/mean";
import { slice } from "../../src/ops/slice";
import { square } from "../../src/ops/square";
import { sub } from "../../src/ops/sub";
import { gradients } from "../../src/optim/gradients";
import { SGD } from "../../src/optim/sgd";
import { tensor } from "../../src/train/tensor";
import { describeOnDawn } from "../device";

test("states have PyTorch's names and shapes", () => {
  const named = (layer: LSTM | GRU | RNN) => layer.namedStates("rnn.").map(([name, t]) => `${name} [${t.shape}]`);
  expect(named(new LSTM(3, 5, { numLayers: 2, bidirectional: true }))).toEqual([
    "rnn.weight_ih_l0 [20,3]",
    "rnn.weight_hh_l0 [20,5]",
    "rnn.bias_ih_l0 [20]",
    "rnn.bias_hh_l0 [20]",
    "rnn.weight_ih_l0_reverse [20,3]",
    "rnn.weight_hh_l0_reverse [20,5]",
    "rnn.bias_ih_l0_reverse [20]",
    "rnn.bias_hh_l0_reverse [20]",
    "rnn.weight_ih_l1 [20,10]",
    "rnn.weight_hh_l1 [20,5]",
    "rnn.bias_ih_l1 [20]",
    "rnn.bias_hh_l1 [20]",
    "rnn.weight_ih_l1_reverse [20,10]",
    "rnn.weight_hh_l1_reverse [20,5]",
    "rnn.bias_ih_l1_reverse [20]",
    "rnn.bias_hh_l1_reverse [20]",
  ]);
  expect(named(new GRU(3, 5, { bias: false }))).toEqual(["rnn.weight_ih_l0 [15,3]", "rnn.weight_hh_l0 [15,5]"]);
  expect(new RNN(3, 5).parameters()).toHaveLength(4);
});

await describeOnDawn("recurrent layers", (engine) => {
  const values = (n: number) => Float32Array.from({ length: n }, (_, i) => Math.sin(i + 1));

  test("final states are the last of the output", async () => {
    manualSeed(1);
    const x = tensor(values(5 * 2 * 3), [2, 5, 3]);
    for (const layer of [LSTM, GRU, RNN].map((Kind) => new Kind(3, 4, { batchFirst: true }))) {
      const { output, hN } = layer.run(x);
      const [last, final] = await engine.read([slice(output, 1, 4), hN]);
      expect(last).toEqual(final);
    }
  });

  test("dropout drops between layers, and in training only", async () => {
    manualSeed(2);
    const layer = new RNN(3, 4, { numLayers: 2, dropout: 0.5 });
    const x = tensor(values(2 * 2 * 3), [2, 2, 3]);
    const dropped = await engine.read(layer.forward(x));
    layer.eval();
    const whole = await engine.read(layer.forward(x));
    expect(dropped).not.toEqual(whole);
    expect(await engine.read(layer.forward(x))).toEqual(whole);
  });

  describe("backpropagation through time, cut into chunks", () => {
    const [chunk, chunks, batch, features, hidden] = [3, 4, 2, 3, 4];
    const x = values(chunk * chunks * batch * features);
    const size = chunk * batch * features;

    test("states carried from chunk to chunk give the outputs of the whole sequence", async () => {
      manualSeed(3);
      const layer = new LSTM(features, hidden);
      const spec = { shape: [1, batch, hidden], dtype: "f32" } as const;
      const [h0, c0] = [state("h0", spec), state("c0", spec)];
      const step = await engine.capture({ x: [chunk, batch, features] }, ({ x }) => {
        const { output, hN, cN } = layer.run(x, { h0, c0 });
        assign(h0, hN);
        assign(c0, cN);
        return { output };
      });
      const outputs: number[] = [];
      for (let i = 0; i < chunks; i++) {
        await step.run({ x: x.slice(i * size, (i + 1) * size) });
        outputs.push(...(await step.read("output")));
      }
      const whole = await engine.read(layer.forward(tensor(x, [chunk * chunks, batch, features])));
      outputs.forEach((v, i) => {
        expect(v).toBeCloseTo(whole[i]!, 6);
      });
    });

    test("a training step that carries its state lowers the loss, and the state moves", async () => {
      manualSeed(4);
      const layer = new GRU(features, hidden);
      const h0 = state("h0", { shape: [1, batch, hidden], dtype: "f32" }, () => values(batch * hidden));
      const optimizer = new SGD(layer.parameters(), { lr: 1 });
      const feeds = { x: [chunk, batch, features], y: [chunk, batch, hidden] };
      const step = await engine.capture(feeds, ({ x, y }) => {
        const { output, hN } = layer.run(x, { h0 });
        const loss = mean(square(sub(output, y)));
        optimizer.step(loss);
        assign(h0, hN);
        return { loss };
      });
      const y = values(chunk * batch * hidden).map((v) => v / 2);
      const losses: number[] = [];
      for (let i = 0; i < 40; i++) {
        await step.run({ x: x.slice(0, size), y });
        losses.push((await step.read("loss"))[0]!);
      }
      expect(losses.at(-1)!).toBeLessThan(losses[0]! / 2);
      expect(await engine.read(h0)).not.toEqual(values(batch * hidden));
    });
  });

  test("an optimizer trains all states of an LSTM, whose two biases have one gradient", async () => {
    manualSeed(6);
    const layer = new LSTM(2, 3, { numLayers: 2, bidirectional: true });
    const optimizer = new SGD(layer.parameters(), { lr: 1 });
    const parameters = async () => (await engine.read(layer.parameters())).map((p) => [...p]);
    const before = await parameters();
    const step = await engine.capture({ x: [4, 2, 2] }, ({ x }) => {
      const loss = mean(square(layer.forward(x)));
      optimizer.step(loss);
      return { loss };
    });
    await step.run({ x: values(16) });
    const after = await parameters();
    const names = layer.namedParameters().map(([name]) => name);
    const moved = (name: string) => {
      const i = names.indexOf(name);
      return after[i]!.map((v, j) => v - before[i]![j]!);
    };
    for (const suffix of ["l0", "l0_reverse", "l1", "l1_reverse"]) {
      const [ih, hh] = [moved(`bias_ih_${suffix}`), moved(`bias_hh_${suffix}`)];
      expect(Math.max(...ih.map(Math.abs))).toBeGreaterThan(0);
      hh.forEach((d, j) => {
        expect(d).toBeCloseTo(ih[j]!, 6);
      });
    }
  });

  test("the gradient of final states alone", async () => {
    manualSeed(5);
    const layer = new LSTM(2, 3);
    const x = tensor(values(4 * 2 * 2), [4, 2, 2]);
    const loss = (sequence = x) => {
      const { hN, cN } = layer.run(sequence);
      return mean(square(sub(hN, cN)));
    };
    const [dx] = await engine.read(gradients(loss(), [x]));
    const at = async (i: number, h: number) => {
      const moved = values(16).map((v, j) => (j === i ? v + h : v));
      return (await engine.read(loss(tensor(moved, [4, 2, 2]))))[0]!;
    };
    for (const i of [0, 7, 15]) expect(dx![i]!).toBeCloseTo(((await at(i, 0.01)) - (await at(i, -0.01))) / 0.02, 4);
  });
});
