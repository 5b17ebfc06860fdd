import { CheckpointError, decodeSafetensors, type Engine, type StoredTensor, type Tensor } from "../../src/index";
import { TinyGpt } from "./model";

/** Every GPT-2 has heads of this width; the file does not say. */
const HEAD_WIDTH = 64;

/** What of ours is what of GPT-2's, for the whole model and for each block. Its linear layers are [in, out]. */
const WHOLE = {
  "tokens.weight": "wte.weight",
  "positions.weight": "wpe.weight",
  "norm.weight": "ln_f.weight",
  "norm.bias": "ln_f.bias",
} as const;
const BLOCK = {
  "norm1.weight": "ln_1.weight",
  "norm1.bias": "ln_1.bias",
  "attention.in_proj_weight": "attn.c_attn.weight",
  "attention.in_proj_bias": "attn.c_attn.bias",
  "attention.out_proj.weight": "attn.c_proj.weight",
  "attention.out_proj.bias": "attn.c_proj.bias",
  "norm2.weight": "ln_2.weight",
  "norm2.bias": "ln_2.bias",
  "up.weight": "mlp.c_fc.weight",
  "up.bias": "mlp.c_fc.bias",
  "down.weight": "mlp.c_proj.weight",
  "down.bias": "mlp.c_proj.bias",
} as const;
const INPUT_FIRST = /\.(c_attn|c_proj|c_fc)\.weight$/;

/**
 * A model with the weights of a GPT-2, from the .safetensors file in which it is published. Width, layers, vocabulary and
 * length are those of the file; the head is tied.
 * @param heads default width / 64
 * @throws CheckpointError where a tensor is missing or does not fit; nothing is written then
 */
export function loadGpt2(engine: Engine, bytes: Uint8Array, { heads }: { readonly heads?: number } = {}): TinyGpt {
  const stored = new Map(
    [...decodeSafetensors(bytes).tensors].map(([name, t]) => [name.replace(/^transformer\./, ""), t]),
  );
  const [vocabulary, width] = shapeOf(stored, "wte.weight");
  const [length] = shapeOf(stored, "wpe.weight");
  const layers = [...stored.keys()].filter((name) => /^h\.\d+\.ln_1\.weight$/.test(name)).length;
  const sizes = { vocabulary, width, length, layers, heads: heads ?? Math.max(1, width / HEAD_WIDTH), tied: true };
  const model = new TinyGpt(sizes).eval();
  const values = model.namedParameters().map(([name, t]) => [t, valuesOf(stored, theirName(name), t)] as const);
  for (const [t, array] of values) engine.write(t, array);
  return model;
}

/** GPT-2's name of a parameter. */
function theirName(name: string): string {
  const [, block, part] = name.match(/^blocks\.(\d+)\.(.*)$/) ?? [];
  return part ? `h.${block}.${BLOCK[part as keyof typeof BLOCK]}` : WHOLE[name as keyof typeof WHOLE];
}

function shapeOf(stored: ReadonlyMap<string, StoredTensor>, name: string): [number, number] {
  const shape = stored.get(name)?.shape;
  if (shape?.length !== 2) throw new CheckpointError("GPT-2", "not a file of GPT-2", { missing: name });
  return [shape[0]!, shape[1]!];
}

/** The numbers of a tensor as ours lie. */
function valuesOf(stored: ReadonlyMap<string, StoredTensor>, name: string, ours: Tensor): Float32Array<ArrayBuffer> {
  const found = stored.get(name);
  if (!found) throw new CheckpointError("GPT-2", "a tensor is missing", { missing: name });
  const turned = INPUT_FIRST.test(name);
  const shape = turned ? [...ours.shape].reverse() : ours.shape;
  if (found.dtype !== "f32" || found.shape.join() !== shape.join())
    throw new CheckpointError("GPT-2", `${name} does not fit`, {
      file: `${found.dtype}[${found.shape.join(", ")}]`,
      wants: `f32[${shape.join(", ")}]`,
    });
  const values = found.values as Float32Array<ArrayBuffer>;
  if (!turned) return values;
  const [outputs, inputs] = ours.shape as [number, number];
  return Float32Array.from(values, (_, i) => values[(i % inputs) * outputs + Math.floor(i / inputs)]!);
}
