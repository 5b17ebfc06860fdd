import { showShape } from "../core/shape";
import type { Dispatch } from "../kernel/kernel";
import type { Place, Plan } from "./plan";

/** The plan as text: a line for each dispatch with its kernel, its tensors, where they live, and the workgroups. */
export function showPlan(plan: Plan): string {
  const { dispatches, firstUpdate, slots, bytes } = plan;
  const count = (n: number, word: string) => `${n} ${word}${n === 1 ? "" : "es"}`;
  const head = `${count(dispatches.length, "dispatch")} (${dispatches.length - firstUpdate} of updates) · ${slots.length} slots ${showBytes(bytes.slots)} · state ${showBytes(bytes.states)} · ${showFlops(plan.flops)}`;
  const lines = dispatches.map((d, i) => {
    const rule = i === firstUpdate ? "  -- updates\n" : "";
    return `${rule}${String(i).padStart(3)}  ${showDispatch(d, plan.places)}`;
  });
  return [head, ...lines].join("\n");
}

function showDispatch({ variant, buffers, workgroups }: Dispatch, places: ReadonlyMap<number, Place>): string {
  const constants = variant.key.startsWith(variant.name) ? variant.key.slice(variant.name.length) : "";
  const operands = buffers.map((b, i) => {
    const { name, access } = variant.bindings[i]!;
    return `${access === "write" ? "→ " : ""}${name}=${showPlace(places.get(b.id)!)}${showShape(b.shape)}`;
  });
  return `${variant.name}${constants}  ${operands.join(" ")}  × ${workgroups.join("·")}`;
}

function showPlace(place: Place): string {
  if ("slot" in place) return `s${place.slot}`;
  const { leaf } = place.state;
  const name = leaf && "name" in leaf ? leaf.name : "state";
  return place.offset ? `${name}+${place.offset}` : name;
}

function showBytes(n: number): string {
  if (n < 1024) return `${n} B`;
  return n < 1024 ** 2 ? `${(n / 1024).toFixed(1)} KiB` : `${(n / 1024 ** 2).toFixed(1)} MiB`;
}

const showFlops = (n: number): string => (n < 1e6 ? `${(n / 1e3).toFixed(1)} kFLOP` : `${(n / 1e6).toFixed(1)} MFLOP`);
