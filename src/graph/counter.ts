import increment from "../../shaders/increment.wgsl";
import type { Tensor } from "./tensor";
import { recordUpdate, updatesOf } from "./trace";

/** Adds 1 to an element of a u32 state at the end of the step being recorded, once however often it is called. */
export function countSteps(state: Tensor, index: number): void {
  const name = `count[${index}]`;
  if (updatesOf(state).some((u) => u.name === name)) return;
  const dispatch = increment.dispatch({ buffers: { counters: state }, params: { index, len: state.size }, grid: 1 });
  recordUpdate({ name, reads: [], writes: [state], lower: () => [dispatch] });
}
