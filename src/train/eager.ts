import type { TypedArray } from "../core/dtype";
import { CaptureError } from "../core/errors";
import { showShape } from "../core/shape";
import type { Executable } from "../gpu/executable";
import type { Runtime } from "../gpu/runtime";
import { structureOf } from "../graph/structure";
import type { Tensor } from "../graph/tensor";
import { putBackUpdates, takePendingUpdates, type Update } from "../graph/trace";
import type { PlanRequest } from "../schedule/plan";
import { ownOf } from "./ownUpdates";

/** Most plans kept. */
const MAX_PLANS = 32;

/** A plan for all graphs of one structure. The data of each is written into the leaves of the first. */
interface Kept {
  readonly executable: Promise<Executable>;
  readonly outputs: readonly Tensor[];
  readonly leaves: readonly Tensor[];
  /** Number of reads that have not finished yet. */
  waiting: number;
}

/** Runs code outside captured steps. The same code, when it runs again, reuses its plan, pipelines and buffers. */
export class Eager {
  readonly #kept = new Map<string, Kept>();
  /** Resolves when all reads so far are submitted or have failed. */
  #submitted: Promise<unknown> = Promise.resolve();
  /** Number of reads that are neither submitted nor failed. */
  #open = 0;

  /** @param make plans and compiles a graph */
  constructor(
    readonly runtime: Runtime,
    readonly make: (request: Pick<PlanRequest, "outputs" | "updates" | "inputs">) => Promise<Executable>,
  ) {}

  /** Resolves when all reads so far are submitted or have failed; undefined where none is under way. */
  get underWay(): Promise<unknown> | undefined {
    return this.#open ? this.#submitted : undefined;
  }

  /**
   * Computes tensors, and runs the pending updates, see {@link ownOf}. Reads take turns in the order of their calls. If a read fails
   * because of its tensors, its updates are left to the next read; updates that cannot run by themselves, or whose device is lost
   * or replaced, are dropped.
   */
  async read(outputs: readonly Tensor[]): Promise<TypedArray[]> {
    const { device } = this.runtime;
    const updates = takePendingUpdates(ownOf(this.runtime, outputs));
    const { key, data } = structureOf(outputs, updates);
    const feed = feedIn(data);
    if (feed) {
      putBackUpdates(updates.filter((u) => !feedIn(structureOf(u.reads, []).data)));
      throw noValue(feed);
    }
    const kept = this.#find(key, outputs, updates, data);
    kept.waiting++;
    const turn = this.#submitted;
    let hasRun = false;
    const submitted = kept.executable.then(async (executable) => {
      await turn;
      const values = this.#submit(executable, kept, data);
      hasRun = true;
      return { values };
    });
    this.#open++;
    this.#submitted = Promise.allSettled([turn, submitted]).then(() => this.#open--);
    try {
      return await (await submitted).values;
    } catch (error) {
      if (!hasRun && (await this.#canRun(updates, device))) putBackUpdates(updates);
      throw error;
    } finally {
      kept.waiting--;
      this.#evict();
    }
  }

  /** Whether updates could run by themselves, on the device that they were to run on. */
  async #canRun(updates: readonly Update[], device: GPUDevice): Promise<boolean> {
    const isThere = () => this.runtime.canRun && this.runtime.device === device;
    if (!updates.length || !isThere()) return false;
    try {
      (await this.make({ outputs: [], updates, inputs: structureOf([], updates).data })).dispose();
      return isThere();
    } catch {
      return false;
    }
  }

  clear(): void {
    this.#kept.clear();
  }

  /** Writes data, runs and copies results without waiting in between: other reads use the same buffers. */
  #submit(executable: Executable, { leaves, outputs }: Kept, data: readonly Tensor[]): Promise<TypedArray[]> {
    this.runtime.throwErrors();
    this.runtime.throwIfReplaced(executable.device);
    data.forEach((t, i) => {
      if (t.leaf?.kind === "data") executable.write(leaves[i]!, t.leaf.data);
    });
    executable.run();
    return executable.read(outputs);
  }

  #find(key: string, outputs: readonly Tensor[], updates: readonly Update[], leaves: readonly Tensor[]): Kept {
    let kept = this.#kept.get(key);
    this.#kept.delete(key);
    if (!kept) {
      const executable = this.make({ outputs, updates, inputs: leaves });
      const made: Kept = { executable, outputs, leaves, waiting: 0 };
      // The error itself is thrown by the read that waits for it.
      executable.catch(() => void (this.#kept.get(key) === made && this.#kept.delete(key)));
      kept = made;
    }
    // The most recently used is last.
    this.#kept.set(key, kept);
    return kept;
  }

  #evict(): void {
    for (const [key, { executable, waiting }] of this.#kept) {
      if (this.#kept.size <= MAX_PLANS) return;
      if (waiting) continue;
      this.#kept.delete(key);
      executable.then((e) => e.dispose());
    }
  }
}

const feedIn = (leaves: readonly Tensor[]): Tensor | undefined => leaves.find((t) => t.leaf?.kind !== "data");

const noValue = ({ shape }: Tensor) =>
  new CaptureError("read", "a feed has a value only within its captured step", { feed: showShape(shape) });
