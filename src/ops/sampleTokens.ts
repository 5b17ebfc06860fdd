import sampleTokensKernel from "../../shaders/sample_tokens.wgsl";
import { typedArray } from "../core/dtype";
import { DataError, DTypeError, ShapeError } from "../core/errors";
import { showSpec } from "../core/shape";
import { lanesOf, rowGroups } from "../families/rowwise";
import { defaultGenerator, type Generator, useGenerator } from "../graph/generator";
import { checkDTypes, checkTensors, type KernelOp, record } from "../graph/op";
import { optionsOf } from "../graph/options";
import { data, Tensor } from "../graph/tensor";

export interface SampleTokensOptions {
  /** Divides the logits: below 1 favours likely tokens, above 1 evens out; 0 takes the likeliest. A number, or f32 [1]; default 1. */
  readonly temperature?: number | Tensor;
  /** Draw from the k likeliest only; 0 from all. A number, or u32 [1]; default 0. */
  readonly topK?: number | Tensor;
  /** Draw from the fewest likeliest whose probabilities sum to at least p; 1 from all. A number, or f32 [1]; default 1. */
  readonly topP?: number | Tensor;
  /** Where the random numbers come from; default the engine-wide generator. */
  readonly generator?: Generator | undefined;
}

interface SampleTokensAttrs {
  readonly stream: number;
}

/**
 * Draws a token from each row of logits, on the GPU, in one dispatch: `P(i) ∝ e^(logitᵢ / temperature)` among the k
 * likeliest, and of these among the fewest whose probabilities sum to at least p. Tokens tied with the last one kept are kept too.
 * The k likeliest are found exactly, the share p up to rounding of f32 sums. Of equal logits temperature 0 takes the first.
 *
 * To change an option while a captured step is replayed, pass it as a tensor (a state or a feed): numbers are fixed at capture.
 * The draw is determined by the generator's seed and step, the row and the token alone.
 *
 * @param logits f32 [N, V]; −∞ is never drawn where another can be
 * @returns i32 [N]
 * @throws ShapeError, DTypeError; DataError where a number is out of range
 * @see Holtzman et al. 2020, "The curious case of neural text degeneration" (top p)
 */
export function sampleTokens(logits: Tensor, options: SampleTokensOptions = {}): Tensor {
  const {
    temperature = 1,
    topK = 0,
    topP = 1,
    generator = defaultGenerator,
  } = optionsOf("sampleTokens", options, "temperature topK topP generator");
  checkTensors("sampleTokens", [logits]);
  op.infer([logits], { stream: 0 });
  const settings = [
    setting("temperature", temperature, "f32"),
    setting("topK", topK, "u32"),
    setting("topP", topP, "f32"),
  ];
  return record(op, [logits, ...settings, generator.state], { stream: useGenerator(generator) });
}

/** Which numbers are in range. */
const FITS = {
  temperature: (v: number) => v >= 0 && v < Number.POSITIVE_INFINITY,
  topK: (v: number) => Number.isInteger(v) && v >= 0 && v < 2 ** 32,
  topP: (v: number) => v >= 0 && v <= 1,
};

/** @throws DataError where an option of sampling is out of range */
export function checkSampling(options: Readonly<Partial<Record<keyof typeof FITS, number>>>): void {
  for (const [name, value] of Object.entries(options))
    if (!FITS[name as keyof typeof FITS](value))
      throw new DataError("sampleTokens", `${name} ${value} is out of range`);
}

function setting(name: keyof typeof FITS, value: number | Tensor, dtype: "f32" | "u32"): Tensor {
  if (typeof value === "number") {
    checkSampling({ [name]: value });
    return data({ shape: [1], dtype }, typedArray(dtype, [value]));
  }
  const wants = { wants: `${dtype}[1]` };
  if (!(value instanceof Tensor)) throw new DTypeError("sampleTokens", `${name} ${value} is no number`, wants);
  if (value.dtype !== dtype) throw new DTypeError("sampleTokens", `${name} ${showSpec(value)}`, wants);
  if (value.size !== 1) throw new ShapeError("sampleTokens", `${name} ${showSpec(value)}`, wants);
  return value;
}

export const op: KernelOp<SampleTokensAttrs> = {
  kind: "kernel",
  name: "sampleTokens",
  infer([logits]) {
    checkDTypes("sampleTokens", [logits!], ["f32"]);
    if (logits!.shape.length !== 2)
      throw new ShapeError(
        "sampleTokens",
        "wants one row of logits a token to draw",
        { logits: `${showSpec(logits!)}, wants [N, V]` },
        logits!.shape.length === 1 ? "reshape([1, V])" : undefined,
      );
    return [{ shape: [logits!.shape[0]!], dtype: "i32" }];
  },
  lower([logits, temperature, topK, topP, state], [out], { stream }, { cpu }) {
    const [rows, v] = logits!.shape as [number, number];
    const lanes = cpu ? CPU_LANES : lanesOf(v);
    const buffers = {
      ...{ logits: logits!, temperature: temperature!, top_k: topK!, top_p: topP! },
      ...{ state: state!, out: out! },
    };
    const each = cpu ? CPU_EACH : 1;
    const GROUPS = 4 * each * lanes;
    const params = { rows, v, stream, lanes, each, groups: GROUPS, steps: cpu ? 32 : 1 };
    const constants = { LANES: lanes, GROUPS, ROOM: lanes > 64 ? 512 : 1024 };
    const request = { buffers, params, constants, grid: rowGroups(rows, lanes) };
    return [sampleTokensKernel.dispatch({ ...request, flops: 100 * rows * v })];
  },
  vjp: (inputs) => inputs.map(() => null),
};

/** Lanes that software adapters compute at a time. */
const CPU_LANES = 8;

/** How many fours of groups each of them finds the largest logits of. */
const CPU_EACH = 8;
