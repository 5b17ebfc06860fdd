import accumulateKernel from "../../shaders/accumulate.wgsl";
import countUpdate from "../../shaders/count_update.wgsl";
import gradientScaleKernel from "../../shaders/gradient_scale.wgsl";
import squareSum from "../../shaders/square_sum.wgsl";
import squareSumTree from "../../shaders/square_sum_tree.wgsl";
import { CaptureError } from "../core/errors";
import { showShape } from "../core/shape";
import { Arena, type Piece } from "../graph/arena";
import { scratch, state, type Tensor, unused } from "../graph/tensor";
import { recordUpdate, updatesOf } from "../graph/trace";
import type { Dispatch } from "../kernel/kernel";
import type { Target } from "../kernel/target";
import { reshape } from "../ops/reshape";
import { slice } from "../ops/slice";
import { partialGradients } from "./gradients";
import { groupsOf, groupTable, type Parameters } from "./groups";
import { COMMON, checkOptions } from "./options";

export interface OptimizerOptions {
  /**
   * Learning rate; each optimizer has its own default. It is a state: `engine.write(optimizer.lr, …)` changes it between
   * steps.
   */
  readonly lr?: number;
  /** Added to the gradient as `weightDecay · p` (L2 penalty), unless the optimizer says otherwise; default 0. */
  readonly weightDecay?: number;
  /** Scales all gradients down so that their global norm is at most this; default no limit. */
  readonly clipNorm?: number;
  /** Clamps each element of the gradients to ±clipValue, after `clipNorm`; default no limit. */
  readonly clipValue?: number;
  /**
   * How many steps make up one update, by the mean of their gradients; default 1. The parameters move with every n-th step;
   * schedules count steps, not updates.
   */
  readonly accumulate?: number;
  /**
   * Skip steps whose gradients contain a NaN or an infinity, and count them. Default false, true with `lossScale`. Other
   * updates of such a step are made: the running statistics of BatchNorm take in what overflowed in the forward pass.
   */
  readonly skipNonFinite?: boolean;
  /**
   * The loss is multiplied by this, and the gradients are divided by it, so that small gradients survive storage in f16. A
   * number is fixed; "dynamic" starts at 65536, is halved when a step overflows and doubled after 2000 steps that do not.
   * @see Micikevicius et al. 2018, "Mixed precision training"
   */
  readonly lossScale?: number | "dynamic";
}

/** What every optimizer's kernel takes (shaders/include/optimizer.wgsl) to move one piece of the arena; each adds states and numbers of its own. */
export interface Launch {
  readonly buffers: {
    readonly gradients: Tensor;
    readonly control: Tensor;
    readonly groups: Tensor;
    readonly parameters: Tensor;
  };
  /** `len` in vec4s. */
  readonly params: { readonly len: number; readonly clip_value: number; readonly weight_decay: number };
  readonly constants: { readonly GROUPED: number; readonly CLIP: number };
  readonly grid: number;
  /** The part for this piece of a state that is laid out as the arena. */
  part(state: Tensor | undefined): Tensor;
}

/** Partial sums of a global norm. */
const NORM_PARTS = 256;

/** First value of a dynamic loss scale, and steps without overflow after which it grows, as in PyTorch. */
const FIRST_SCALE = 65536;
const GROWTH_INTERVAL = 2000;

/** Larger than any norm: no clipping. */
const NO_LIMIT = 3e38;

/** Where the learning rate lies in the control buffer: at an offset from which it can be bound by itself. */
const LR_AT = 64;

/**
 * Moves parameters along their gradients. All parameters lie in one arena, so a step is one dispatch whatever the number
 * of parameters and groups (plus two for clipping, one for accumulation, and one of a single invocation that counts). An arena
 * larger than a binding of the device is processed in as few pieces as possible.
 */
export abstract class Optimizer {
  /** Learning rate, f32[1]. */
  readonly lr: Tensor;
  /**
   * (factor of all gradients, their global norm before clipping, loss scale, steps skipped, steps since the loss scale
   * changed): f32[5]. The norm is computed with `clipNorm`, `skipNonFinite` or `lossScale` only. A factor of 0 means that the step
   * was skipped, or its gradients only accumulated.
   */
  readonly gradientScale: Tensor;
  /** What the kernels read: `gradientScale`, and `lr` at element 64. */
  readonly control: Tensor;
  /** @internal */
  readonly arena: Arena;
  /** All parameters, in the order of the arena. */
  readonly parameters: readonly Tensor[];
  readonly gradients: Tensor;
  /** With `accumulate`: the sum of the gradients so far, and the number of steps in it, u32[1]. */
  readonly accumulated: Tensor | undefined;
  readonly microSteps: Tensor | undefined;
  readonly #groups: Tensor | undefined;
  /** Indices of the parameters that have gradients: all but those of groups with `lrScale` 0. */
  readonly #moved: readonly number[];

  /**
   * @param ownOptions names of the options that not every optimizer has
   * @throws CaptureError where there are no parameters, or an option is unknown or out of range
   */
  constructor(
    readonly name: string,
    parameters: Parameters,
    readonly options: OptimizerOptions,
    defaultLr: number,
    ownOptions: readonly string[],
  ) {
    checkOptions(name, options, [...COMMON, ...ownOptions]);
    const groups = groupsOf(name, parameters);
    const { lr = defaultLr, lossScale = 1, weightDecay = 0, accumulate = 1 } = options;
    this.arena = Arena.of(groups.flatMap((g) => g.parameters));
    this.parameters = this.arena.tensors;
    this.gradients = this.arena.buffer("gradients");
    const frozen = new Set(groups.flatMap((g) => (g.lrScale === 0 ? g.parameters : [])));
    this.#moved = this.parameters.flatMap((p, i) => (frozen.has(p) ? [] : [i]));
    this.#groups = groupTable(this.arena, groups, weightDecay);
    const scale = lossScale === "dynamic" ? FIRST_SCALE : lossScale;
    this.control = state("control", { shape: [LR_AT + 1], dtype: "f32" }, () => {
      const values = new Float32Array(LR_AT + 1);
      values.set([1 / scale, 0, scale]);
      values[LR_AT] = lr;
      return values;
    });
    this.lr = state("lr", { shape: [1], dtype: "f32" });
    this.gradientScale = state("gradient_scale", { shape: [5], dtype: "f32" });
    this.gradientScale.home = { state: this.control, offset: 0 };
    this.lr.home = { state: this.control, offset: LR_AT };
    if (accumulate === 1) return;
    this.accumulated = this.arena.buffer("accumulated");
    this.microSteps = state("micro_steps", { shape: [1], dtype: "u32" });
  }

  /**
   * Records one step for the loss: the gradients as ops, and the update, which runs after everything else of the captured step.
   * @throws CaptureError where the loss does not depend on a parameter, another optimizer has taken one over, or this one has
   *   a step recorded already
   */
  step(loss: Tensor): void {
    if (updatesOf(this.gradients).length)
      throw new CaptureError(
        this.name,
        "a second step before the first has run",
        {},
        "one step a capture; in eager code await engine.read(loss) after each step",
      );
    const moved = this.parameters.findIndex((p) => !this.arena.holds(p));
    if (moved >= 0)
      throw new CaptureError(
        this.name,
        `parameter ${moved} has moved to an optimizer (or average) that was made later`,
        {},
        "give a parameter to one optimizer at a time",
      );
    const { arena, gradients } = this;
    const own = this.allStates().map(([, t]) => t);
    const assigns = this.#gradientsOf(loss);
    recordUpdate({
      name: this.name,
      reads: assigns.map((a) => a.from),
      // The learning rate is only read, so that the same step may assign to it.
      writes: [arena.parameters, gradients, ...own.filter((t) => t !== this.lr)],
      assigns,
      lower: (target) => {
        const pieces = this.arena.pieces(target.maxBindingBytes);
        const launches = pieces.map((p) => this.#launch(p));
        return [
          ...this.#accumulate(pieces),
          ...this.#scale(pieces, target),
          ...this.counts(),
          ...launches.map((l) => this.move(l)),
        ];
      },
    });
  }

  /** The gradients, and where in the arena each is put. */
  #gradientsOf(loss: Tensor): { from: Tensor; to: Tensor }[] {
    const isScaled = this.options.lossScale !== undefined && loss.size === 1;
    const seed = isScaled ? reshape(slice(this.gradientScale, 0, 2, 3), loss.shape) : undefined;
    const moved = this.#moved.map((i) => this.parameters[i]!);
    const grads = partialGradients(loss, moved, seed);
    const missing = this.#moved.filter((_, k) => !grads[k]);
    if (missing.length) throw this.#independent(missing);
    return this.#moved.map((i, k) => ({
      from: grads[k]!,
      to: this.arena.range(this.gradients, i, `gradient ${i}`),
    }));
  }

  /** The error for parameters on which the loss does not depend; it shows the first eight. */
  #independent(places: readonly number[]): CaptureError {
    const shown = ({ leaf, shape }: Tensor) => `${leaf?.kind === "state" ? leaf.name : ""} ${showShape(shape)}`;
    return new CaptureError(
      this.name,
      `the loss does not depend on parameter ${places.join(", ")}`,
      Object.fromEntries(places.slice(0, 8).map((i) => [`parameter ${i}`, shown(this.parameters[i]!)])),
      "give the optimizer only the parameters that the loss uses",
    );
  }

  /** The optimizer's own states under PyTorch's names; those as long as the arena have a part for each parameter. */
  abstract states(): [string, Tensor][];

  /** All states that a run needs to go on as if it had never stopped: the optimizer's own, and those that every optimizer has. */
  allStates(): [string, Tensor][] {
    const { accumulated, microSteps } = this;
    const all: [string, Tensor][] = [...this.states(), ["lr", this.lr], ["gradient_scale", this.gradientScale]];
    if (accumulated && microSteps) all.push(["accumulated", accumulated], ["micro_steps", microSteps]);
    return all;
  }

  /** All that it keeps on the device, the parameters included. */
  owned(): Tensor[] {
    return [...this.parameters, this.gradients, this.#groups ?? [], this.allStates().map(([, t]) => t)].flat();
  }

  /** Launches that count steps, made before the parameters are moved. */
  protected counts(): Dispatch[] {
    return [];
  }

  /** The launch that moves a piece of the parameters. */
  protected abstract move(launch: Launch): Dispatch;

  /** The launch that counts an update in `state[0]`. */
  protected count(counter: Tensor): Dispatch {
    return countUpdate.dispatch({ buffers: { control: this.control, state: counter }, params: { len: 1 }, grid: [1] });
  }

  #launch(piece: Piece): Launch {
    const { control, arena, accumulated, gradients } = this;
    const { clipValue, weightDecay = 0 } = this.options;
    const len = piece.length / 4;
    return {
      buffers: {
        gradients: piece.of(accumulated ?? gradients),
        control,
        groups: this.#groups ? piece.of(this.#groups) : control,
        parameters: piece.of(arena.parameters),
      },
      params: { len, clip_value: clipValue ?? 0, weight_decay: weightDecay },
      constants: { GROUPED: Number(this.#groups !== undefined), CLIP: Number(clipValue !== undefined) },
      grid: len,
      part: (state) => piece.of(state),
    };
  }

  #accumulate(pieces: readonly Piece[]): Dispatch[] {
    const { gradients, accumulated, microSteps: micro } = this;
    if (!accumulated || !micro) return [];
    return pieces.map((piece) => {
      const len = piece.length / 4;
      const buffers = { gradients: piece.of(gradients), micro, accumulated: piece.of(accumulated) };
      return accumulateKernel.dispatch({ buffers, params: { len }, grid: len });
    });
  }

  #scale(pieces: readonly Piece[], { cpu }: Target): Dispatch[] {
    const { clipNorm, lossScale, skipNonFinite = lossScale !== undefined, accumulate = 1 } = this.options;
    const measured = clipNorm !== undefined || skipNonFinite;
    if (!measured && accumulate === 1) return [];
    const parts = measured ? NORM_PARTS * pieces.length : 0;
    const partial = scratch({ shape: [NORM_PARTS * pieces.length], dtype: "f32" });
    const lanes = 256;
    const sums = pieces.map((piece, i) => {
      const sum = {
        buffers: { x: piece.of(this.accumulated ?? this.gradients), partial },
        params: { len: piece.length / 4, parts: NORM_PARTS, at: NORM_PARTS * i },
        flops: 2 * piece.length,
      };
      return cpu
        ? squareSum.dispatch({ ...sum, grid: [NORM_PARTS] })
        : squareSumTree.dispatch({ ...sum, grid: [NORM_PARTS * lanes], constants: { LANES: lanes } });
    });
    const scale = gradientScaleKernel.dispatch({
      buffers: { partial, state: this.gradientScale, micro: this.microSteps ?? unused() },
      params: { parts, max_norm: clipNorm ?? NO_LIMIT, interval: GROWTH_INTERVAL, micro_steps: accumulate },
      constants: { SKIP: Number(skipNonFinite), DYNAMIC: Number(lossScale === "dynamic") },
      grid: [1],
    });
    return measured ? [...sums, scale] : [scale];
  }
}
