import { showShape } from "../core/shape";
import type { Dispatch } from "../kernel/kernel";
import type { Place, Plan } from "./plan";

/** The plan as text: a line for each dispatch with its kernel, its tensors, where they live, and the workgroups. */
export function showPlan(plan: Plan): string {
  const { dispatches, firstUpdate, slots, bytes, places } = plan;
  const count = (n: number, word: string) => `${n} ${word}${n === 1 ? "" : "es"}`;
  const head = `${count(dispatches.length, "dispatch")} (${dispatches.length - firstUpdate} of updates) · ${slots.length} slots ${showBytes(bytes.slots)} · state ${showBytes(bytes.states)} · ${showFlops(plan.flops)}`;
  const lines = dispatches.map((d, i) => {
    const rule = i === firstUpdate ? "  -- updates\n" : "";
    const parts = (d.joins ?? []).map((part) => `\n       ${part}`);
    const where = d.buffers.map((b) => showPlace(places.get(b.id)!));
    return `${rule}${String(i).padStart(3)}  ${showDispatch(d, where)}${parts.join("")}`;
  });
  return [head, ...lines].join("\n");
}

/** A dispatch as text. @param places of its buffers */
export function showDispatch({ variant, buffers, workgroups }: Dispatch, places: readonly string[]): string {
  const constants = variant.key.startsWith(variant.name) ? variant.key.slice(variant.name.length) : "";
  const operands = buffers.map((b, i) => {
    const { name, access } = variant.bindings[i]!;
    return `${access === "write" ? "→ " : ""}${name}=${places[i]}${showShape(b.shape)}`;
  });
  return `${variant.name}${constants}  ${operands.join(" ")}  × ${workgroups.join("·")}`;
}

function showPlace(place: Place): string {
  if ("slot" in place) return `s${place.slot}`;
  const { leaf } = place.state;
  return withOffset(leaf && "name" in leaf ? leaf.name : "state", place.offset);
}

/** The name of a buffer, and where in it something begins. */
export const withOffset = (name: string, offset: number): string => (offset ? `${name}+${offset}` : name);

function showBytes(n: number): string {
  if (n < 1024) return `${n} B`;
  return n < 1024 ** 2 ? `${(n / 1024).toFixed(1)} KiB` : `${(n / 1024 ** 2).toFixed(1)} MiB`;
}

const showFlops = (n: number): string => (n < 1e6 ? `${(n / 1e3).toFixed(1)} kFLOP` : `${(n / 1e6).toFixed(1)} MFLOP`);
