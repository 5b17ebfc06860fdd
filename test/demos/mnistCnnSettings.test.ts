// What checkpoints of the digits' network say of their run.
import { expect, test } from "vitest";
import { keptOf, metadataOf, settingsFor } from "../../demos/mnist-cnn/settings";
import { encodeSafetensors } from "../../src/io/safetensors";

test("files keep all settings; one that says only the optimizer still loads, one that says nothing too", () => {
  const file = (metadata: Record<string, string>) =>
    encodeSafetensors({ tensors: new Map(), metadata: { model: "mnist-cnn", step: "1", ...metadata } });
  const kept = { optimizer: "sgd", lr: 0.02, batch: 16, seed: 3, steps: 40 } as const;
  expect(metadataOf(file(keptOf(kept)))).toEqual(kept);
  expect(metadataOf(file({ optimizer: "sgd" }))).toEqual({ optimizer: "sgd" });
  expect(metadataOf(file({}))).toEqual({});
  expect(() => metadataOf(file({ lr: "fast" }))).toThrow(/damaged/);
  expect(settingsFor({ lr: 1 }, kept)).toEqual({ optimizer: "sgd", lr: 1, batch: 16, seed: 3 });
  expect(settingsFor({}, { optimizer: "sgd" }).lr).toBe(0.05);
  expect(() => settingsFor({ optimizer: "adam" }, kept)).toThrow(/made with optimizer sgd/);
});
