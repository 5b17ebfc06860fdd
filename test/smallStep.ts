// A training step that is small and has everything: parameters, random numbers, an optimizer's state, inputs of two dtypes.
import { manualSeed } from "../src/nn/init";
import { Dropout, ReLU } from "../src/nn/layers";
import { Linear } from "../src/nn/linear";
import { Sequential } from "../src/nn/sequential";
import { softmaxCrossEntropy } from "../src/ops/softmaxCrossEntropy";
import { Adam } from "../src/optim/adam";
import type { Engine } from "../src/train/engine";

/** Numbers for its inputs: eight examples of five features, and their classes of three. */
export const feeds = {
  x: Float32Array.from({ length: 40 }, (_, i) => Math.sin(i * i)),
  labels: Int32Array.from({ length: 8 }, (_, i) => i % 3),
};

/** The step with its model and optimizer, as an engine has captured it; the parameters are the same each time. */
export async function captureSmallStep(engine: Engine) {
  manualSeed(5);
  const model = new Sequential(new Linear(5, 9), new ReLU(), new Dropout(0.3), new Linear(9, 3));
  const optimizer = new Adam(model.parameters(), { lr: 0.05, clipNorm: 1 });
  const inputs = { x: [8, 5], labels: { shape: [8], dtype: "i32" as const } };
  const train = await engine.capture(inputs, ({ x, labels }) => {
    const loss = softmaxCrossEntropy(model.forward(x), labels);
    optimizer.step(loss);
    return { loss };
  });
  return { model, optimizer, train };
}
