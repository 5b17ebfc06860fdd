import type { Runtime } from "../gpu/runtime";
import { topological } from "../graph/op";
import { overlap, type Tensor } from "../graph/tensor";
import type { Update } from "../graph/trace";

/** Of all engines; they are not kept alive by it. */
const runtimes = new Set<WeakRef<Runtime>>();

/** Lets other engines leave alone what is recorded for states that live on this one. */
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
 * Tells which updates are an engine's to run: all but those of states that live on another one and not here, unless what is to
 * be read here has to do with them.
 */
export function ownOf(runtime: Runtime, outputs: readonly Tensor[]): (update: Update) => boolean {
  let others: readonly Runtime[] | undefined;
  let nodes: ReadonlySet<Tensor> | undefined;
  return ({ reads, writes }) => {
    const isOn = ({ storage }: Runtime) => writes.some((t) => storage.holds(t));
    others ??= othersThan(runtime);
    if (!others.length || isOn(runtime) || !others.some(isOn)) return true;
    // Data and feeds are nobody's: two models may learn from one batch.
    nodes ??= new Set(topological(outputs).filter((t) => t.source || t.leaf?.kind === "state"));
    const read = nodes;
    return topological(reads).some((t) => read.has(t)) || writes.some((w) => [...read].some((t) => isPart(t, w)));
  };
}

const isPart = (t: Tensor, of: Tensor): boolean => t.leaf?.kind === "state" && overlap(t, of);
