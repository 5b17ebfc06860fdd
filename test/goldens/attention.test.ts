import type { Tensor } from "../../src/graph/tensor";
import { type AttendOptions, MultiheadAttention, type MultiheadAttentionOptions } from "../../src/nn/attention";
import type { Module } from "../../src/nn/module";
import {
  TransformerDecoderLayer,
  TransformerEncoderLayer,
  type TransformerLayerOptions,
} from "../../src/nn/transformer";
import type { Engine } from "../../src/train/engine";
import { describeGoldens } from "./goldens";

interface AttentionAttrs extends MultiheadAttentionOptions {
  readonly embedDim: number;
  readonly numHeads: number;
  readonly causal?: boolean;
}

interface LayerAttrs extends TransformerLayerOptions {
  readonly dModel: number;
  readonly numHeads: number;
  readonly causal?: boolean;
}

/** Gives a module the parameters of a case; they take the places of the inputs, so that their gradients are asked for. */
function load<M extends Module>(module: M, inputs: Record<string, Tensor>, engine: Engine): M {
  for (const [name, parameter] of module.namedParameters()) {
    const given = inputs[name];
    if (given?.leaf?.kind !== "data") throw new Error(`PyTorch has no ${name}`);
    engine.write(parameter, given.leaf.data);
    inputs[name] = parameter;
  }
  return module;
}

await describeGoldens("attention", {
  MultiheadAttention(inputs, { embedDim, numHeads, causal = false, ...options }: AttentionAttrs, engine) {
    const attention = load(new MultiheadAttention(embedDim, numHeads, options), inputs, engine);
    const { x, key = x, value = key, lengths } = inputs;
    const seen: AttendOptions = { causal, lengths };
    return attention.attend(x!, key!, value!, seen);
  },
  TransformerEncoderLayer(inputs, { dModel, numHeads, causal = false, ...options }: LayerAttrs, engine) {
    const layer = load(new TransformerEncoderLayer(dModel, numHeads, { ...options, dropout: 0 }), inputs, engine);
    return layer.forward(inputs.x!, { causal, lengths: inputs.lengths });
  },
  TransformerDecoderLayer(inputs, { dModel, numHeads, ...options }: LayerAttrs, engine) {
    const layer = load(new TransformerDecoderLayer(dModel, numHeads, { ...options, dropout: 0 }), inputs, engine);
    return layer.forward(inputs.x!, inputs.memory!, { memory: { lengths: inputs.lengths } });
  },
});
