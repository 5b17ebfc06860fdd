import { DataError, ShapeError } from "../core/errors";
import { checkArray } from "../core/given";

/**
 * Area under the receiver operating characteristic: the probability that a positive scores above a negative, ties counting
 * half. Exact, from the sum of ranks (Mann and Whitney), in O(n log n) on the CPU.
 *
 * @param scores of any scale: only their order matters
 * @param labels of the same length: positive where above 0.5, so 0 and 1, or −1 and 1
 * @returns 0…1, 0.5 for scores that say nothing; NaN where there is no positive or no negative: the area is not defined
 * @throws ShapeError where lengths differ; DataError where a score is NaN
 * @see Hanley and McNeil 1982
 */
export function rocAuc(scores: ArrayLike<number>, labels: ArrayLike<number>): number {
  checkArray("rocAuc", "scores", scores);
  checkArray("rocAuc", "labels", labels);
  const n = scores.length;
  if (labels.length !== n)
    throw new ShapeError("rocAuc", "lengths differ", { scores: `${n}`, labels: `${labels.length}` });
  for (let i = 0; i < n; i++) if (Number.isNaN(scores[i])) throw new DataError("rocAuc", `score ${i} is NaN`);
  const order = Uint32Array.from({ length: n }, (_, i) => i).sort((a, b) => {
    const [x, y] = [scores[a]!, scores[b]!];
    return x < y ? -1 : x > y ? 1 : 0;
  });
  let positives = 0;
  let rankSum = 0;
  for (let start = 0; start < n; ) {
    // Equal scores all get the mean of their ranks, which count from 1.
    let end = start;
    let among = 0;
    while (end < n && scores[order[end]!] === scores[order[start]!]) if (labels[order[end++]!]! > 0.5) among++;
    rankSum += (among * (start + 1 + end)) / 2;
    positives += among;
    start = end;
  }
  const pairs = positives * (n - positives);
  return pairs === 0 ? Number.NaN : (rankSum - (positives * (positives + 1)) / 2) / pairs;
}
