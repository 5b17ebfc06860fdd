import type { Runtime } from "../gpu/runtime";
import { topological } from "../graph/op";
import { overlap, type Tensor } from "../graph/tensor";
import type { Update } from "../graph/trace";

/** The runtimes of all engines; the references do not keep them in memory. */
const runtimes = new Set<WeakRef<Runtime>>();

/** Adds a runtime, so that other engines leave updates of its states alone. */
export function announce(runtime: Runtime): void {
  runtimes.add(new WeakRef(runtime));
}

/** Other engines that can run something. */
function othersThan(runtime: Runtime): Runtime[] {
  const others: Runtime[] = [];
  for (const ref of runtimes) {
    const other = ref.deref();
    if (!other || other.isDisposed) runtimes.delete(ref);
    else if (other !== runtime && other.canRun) others.push(other);
  }
  return others;
}

/**
 * Tells which updates an engine is to run: all but those whose states live on another engine and not on this one. Those are its own
 * as well if they share nodes or states with `outputs`, which are to be read here.
 */
export function ownOf(runtime: Runtime, outputs: readonly Tensor[]): (update: Update) => boolean {
  let others: readonly Runtime[] | undefined;
  let nodes: ReadonlySet<Tensor> | undefined;
  return ({ reads, writes }) => {
    const isOn = ({ storage }: Runtime) => writes.some((t) => storage.holds(t));
    others ??= othersThan(runtime);
    if (!others.length || isOn(runtime) || !others.some(isOn)) return true;
    // Shared data and feeds do not count: two models may learn from one batch.
    nodes ??= new Set(topological(outputs).filter((t) => t.source || t.leaf?.kind === "state"));
    const read = nodes;
    return topological(reads).some((t) => read.has(t)) || writes.some((w) => [...read].some((t) => isPart(t, w)));
  };
}

const isPart = (t: Tensor, of: Tensor): boolean => t.leaf?.kind === "state" && overlap(t, of);
