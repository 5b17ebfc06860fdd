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
   * Learning rate; the default is the optimizer's own. It is state: `engine.write(optimizer.lr, …)` changes it between
   * steps.
   */
  readonly lr?: number;
  /** Added to the gradient as `weightDecay · p` (L2 penalty), unless the optimizer says otherwise; default 0. */
  readonly weightDecay?: number;
  /** Scales all gradients down so that their global norm is at most this; default no limit. */
  readonly clipNorm?: number;
  /** Moves each element of the gradients into ±clipValue, after `clipNorm`; default no limit. */
  readonly clipValue?: number;
  /**
   * Steps whose gradients make up one update, by their mean; default 1. The parameters move with every n-th step; schedules
   * count steps, not updates.
   */
  readonly accumulate?: number;
  /**
   * Leave out steps whose gradients hold a NaN or an infinity; they are counted. Default false, true with `lossScale`. Other
   * updates of the step are made: the running statistics of BatchNorm take in what overflowed on the way forward.
   */
  readonly skipNonFinite?: boolean;
  /**
   * Factor of the loss before the gradients are taken, and divided out of them after, so that small ones survive storage
   * in f16. A number stays; "dynamic" starts at 65536, is halved when a step overflows and doubled after 2000 that do not.
   * @see Micikevicius et al. 2018, "Mixed precision training"
   */
  readonly lossScale?: number | "dynamic";
}

/** What every optimizer's kernel takes (shaders/include/optimizer.wgsl); each adds its own states and numbers. It moves one piece of the arena. */
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
  /** The piece's part of a state of the arena's layout. */
  part(state: Tensor | undefined): Tensor;
}

/** Partial sums that a global norm is made of. */
const NORM_PARTS = 256;

/** First value of a dynamic loss scale, and steps without overflow after which it grows: PyTorch's. */
const FIRST_SCALE = 65536;
const GROWTH_INTERVAL = 2000;

/** Larger than any norm: no clipping. */
const NO_LIMIT = 3e38;

/** Where the learning rate lies in the control buffer: at an offset that can be bound by itself. */
const LR_AT = 64;

/**
 * Moves parameters along their gradients. All parameters lie in one arena, so a step is one dispatch whatever the number
 * of parameters and groups (plus two for clipping, one for accumulation, and one of a single invocation that counts). An arena
 * of more bytes than the device's bindings span is gone over in as few pieces as do.
 */
export abstract class Optimizer {
  /** Learning rate, f32[1]. */
  readonly lr: Tensor;
  /**
   * (factor of all gradients, their global norm before clipping, loss scale, steps skipped, steps since the loss scale
   * changed): f32[5]. The norm is there with `clipNorm`, `skipNonFinite` or `lossScale`. A factor of 0: step skipped, or
   * its gradients only accumulated.
   */
  readonly gradientScale: Tensor;
  /** What kernels read: `gradientScale`, and `lr` at element 64. */
  readonly control: Tensor;
  readonly arena: Arena;
  /** All that is moved, in the arena's order. */
  readonly parameters: readonly Tensor[];
  readonly gradients: Tensor;
  /** With `accumulate`: the sum of the gradients so far, and the steps that are in it, u32[1]. */
  readonly accumulated: Tensor | undefined;
  readonly microSteps: Tensor | undefined;
  readonly #groups: Tensor | undefined;
  /** Places in the arena of the parameters that have gradients: all but those of groups with `lrScale` 0. */
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
    this.gradientScale.home = { of: this.control, offset: 0 };
    this.lr.home = { of: this.control, offset: LR_AT };
    if (accumulate === 1) return;
    this.accumulated = this.arena.buffer("accumulated");
    this.microSteps = state("micro_steps", { shape: [1], dtype: "u32" });
  }

  /**
   * Records one step on the loss with whatever is being captured: the gradients now, the update after all compute.
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
      // The learning rate is only read: it may be assigned to besides.
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

  /** The gradients of what moves, and where they belong. */
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

  /** That the loss does not depend on parameters: named are the first of them. */
  #independent(places: readonly number[]): CaptureError {
    const shown = ({ leaf, shape }: Tensor) => `${leaf?.kind === "state" ? leaf.name : ""} ${showShape(shape)}`;
    return new CaptureError(
      this.name,
      `the loss does not depend on parameter ${places.join(", ")}`,
      Object.fromEntries(places.slice(0, 8).map((i) => [`parameter ${i}`, shown(this.parameters[i]!)])),
      "give the optimizer only the parameters that the loss uses",
    );
  }

  /** The optimizer's own states under PyTorch's names; those of the arena's length have a part for each parameter. */
  abstract states(): [string, Tensor][];

  /** All states that a run needs to go on as if it had never stopped: its own, and what every optimizer has. */
  allStates(): [string, Tensor][] {
    const { accumulated, microSteps } = this;
    const all: [string, Tensor][] = [...this.states(), ["lr", this.lr], ["gradient_scale", this.gradientScale]];
    if (accumulated && microSteps) all.push(["accumulated", accumulated], ["micro_steps", microSteps]);
    return all;
  }

  /** Whatever it has on the device: what it moves as well. */
  owned(): Tensor[] {
    return [...this.parameters, this.gradients, this.#groups ?? [], this.allStates().map(([, t]) => t)].flat();
  }

  /** Launches of an update that come before anything moves: those that count. */
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
