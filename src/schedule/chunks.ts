import type { Dispatch } from "../kernel/kernel";

/** Cost of a launch itself, in floating-point operations. */
const LAUNCH_FLOPS = 20_000;

/**
 * Cuts a plan into chunks, one submission each: a submission that takes too long freezes the page, or loses the device.
 * @param parts number of chunks wanted; each gets about the same work
 * @returns the index after the last dispatch of each chunk
 */
export function chunkEnds(dispatches: readonly Dispatch[], parts: number): number[] {
  const cost = (d: Dispatch) => d.flops + LAUNCH_FLOPS;
  const budget = dispatches.reduce((n, d) => n + cost(d), 0) / Math.max(1, parts);
  const ends: number[] = [];
  let spent = 0;
  dispatches.forEach((d, i) => {
    spent += cost(d);
    if (spent >= budget * (ends.length + 1) - 1 || i === dispatches.length - 1) ends.push(i + 1);
  });
  return ends;
}
