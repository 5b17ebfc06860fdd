import {
  add,
  type CapturedStep,
  type Engine,
  matmul,
  mul,
  ones,
  permute,
  reshape,
  slice,
  softmax,
  stack,
  type Tensor,
  topK,
  tril,
  where,
} from "../../src/index";
import type { CompileProgress } from "../shared/run";
import type { Block, TinyGpt } from "./model";

/** Tokens of a text that are looked at. */
const MOST = 32;

/** What goes on in the model while it reads a text of n tokens. */
export interface Insight {
  readonly tokens: number;
  readonly layers: number;
  readonly heads: number;
  /** [layers, heads, n, n]: how much a token (row) takes from an earlier one (column). */
  readonly attention: Float32Array;
  /** [layers + 1, n]: the likeliest next token after the embedding and after each block, were it the last one. */
  readonly guesses: Int32Array;
  /** [layers + 1, n]: how likely. */
  readonly probabilities: Float32Array;
}

/** A look into every block: attention weights, and the "logit lens". */
export class Inspection {
  private constructor(
    readonly model: TinyGpt,
    /** Tokens that one look takes. */
    readonly most: number,
    readonly step: CapturedStep<"ids", "attention" | "guesses" | "probabilities">,
  ) {}

  static async create(engine: Engine, model: TinyGpt, progress: CompileProgress): Promise<Inspection> {
    const most = Math.min(MOST, model.sizes.length);
    const step = await engine.capture(
      { ids: { shape: [1, most], dtype: "i32" } },
      ({ ids }) => insides(model, ids),
      progress("inspection"),
    );
    return new Inspection(model, most, step);
  }

  /** @param ids one token at least; of more than {@link most} the last ones */
  async look(ids: readonly number[]): Promise<Insight> {
    const { most, step } = this;
    const seen = ids.slice(-most);
    const n = seen.length;
    // What fills up comes after the text: no token of it looks there.
    await step.run({ ids: Int32Array.from({ length: most }, (_, i) => seen[i] ?? 0) });
    const { attention, guesses, probabilities } = await step.readAll(["attention", "guesses", "probabilities"]);
    const { layers, heads } = this.model.sizes;
    return {
      tokens: n,
      layers,
      heads,
      attention: Float32Array.from({ length: layers * heads * n * n }, (_, i) => {
        const [map, row, column] = [Math.floor(i / (n * n)), Math.floor(i / n) % n, i % n];
        return attention[(map * most + row) * most + column]!;
      }),
      guesses: Int32Array.from({ length: (layers + 1) * n }, (_, i) => guesses[Math.floor(i / n) * most + (i % n)]!),
      probabilities: Float32Array.from(
        { length: (layers + 1) * n },
        (_, i) => probabilities[Math.floor(i / n) * most + (i % n)]!,
      ),
    };
  }
}

/** The model's way through a text, block by block, as {@link TinyGpt.forward} goes it. */
function insides(model: TinyGpt, ids: Tensor) {
  let x = model.embed(ids);
  const maps: Tensor[] = [];
  const reads = [x];
  for (const block of model.blocks) {
    maps.push(attentionMaps(block, x));
    x = block.forward(x);
    reads.push(x);
  }
  const likeliest = topK(softmax(model.read(stack(reads))), 1);
  return { attention: stack(maps), guesses: likeliest.indices, probabilities: likeliest.values };
}

/** The weights with which each head of a block attends, [1, heads, T, T]: those that its own kernel never stores. */
function attentionMaps({ norm1, attention }: Block, x: Tensor): Tensor {
  const { inProjWeight, inProjBias, embedDim, numHeads } = attention;
  const [batch, length] = x.shape as [number, number, number];
  const projected = matmul(norm1.forward(x), inProjWeight, { transB: true });
  const qkv = inProjBias ? add(projected, inProjBias) : projected;
  const part = (i: number) =>
    permute(reshape(slice(qkv, 2, i * embedDim, (i + 1) * embedDim), [batch, length, numHeads, -1]), [0, 2, 1, 3]);
  const scores = matmul(part(0), part(1), { transB: true });
  const scaled = mul(scores, 1 / Math.sqrt(embedDim / numHeads));
  return softmax(where(tril(ones([length, length], "u32")), scaled, -1e30));
}
