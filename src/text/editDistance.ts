import { ShapeError } from "../core/errors";
import { checkArray } from "../core/given";

/**
 * Levenshtein distance: the fewest insertions, deletions and substitutions that turn `a` into `b`. Strings are compared by
 * code points. Takes time |a|·|b| and memory |b|.
 */
export function editDistance<T>(a: string | readonly T[], b: string | readonly T[]): number {
  const [from, to] = [unitsOf(a), unitsOf(b)];
  // row[j]: distance between the part of a read so far and the first j units of b.
  const row = Uint32Array.from({ length: to.length + 1 }, (_, j) => j);
  from.forEach((unit, i) => {
    let diagonal = row[0]!;
    row[0] = i + 1;
    for (let j = 1; j <= to.length; j++) {
      const substituted = diagonal + Number(unit !== to[j - 1]);
      diagonal = row[j]!;
      row[j] = Math.min(substituted, diagonal + 1, row[j - 1]! + 1);
    }
  });
  return row[to.length]!;
}

function unitsOf<T>(s: string | readonly T[]): readonly unknown[] {
  if (typeof s === "string") return [...s];
  checkArray("editDistance", "a sequence", s);
  return s;
}

/**
 * Errors per character, `Σ distance / Σ |reference|` over a corpus; above 1 where much is inserted. Of arrays of words it is
 * the word error rate. 0 where references and hypotheses are all empty, ∞ where only the references are.
 * @throws ShapeError unless there is one reference for each hypothesis
 */
export function characterErrorRate<T>(
  references: readonly (string | readonly T[])[],
  hypotheses: readonly (string | readonly T[])[],
): number {
  checkPairs("characterErrorRate", references, hypotheses);
  const errors = references.reduce((n, r, i) => n + editDistance(r, hypotheses[i]!), 0);
  const length = references.reduce((n, r) => n + unitsOf(r).length, 0);
  return errors === 0 ? 0 : errors / length;
}

/**
 * The share of hypotheses that equal their reference; 0 where there are none.
 * @throws ShapeError unless there is one reference for each hypothesis
 */
export function exactMatch<T>(
  references: readonly (string | readonly T[])[],
  hypotheses: readonly (string | readonly T[])[],
): number {
  checkPairs("exactMatch", references, hypotheses);
  const equal = (a: readonly unknown[], b: readonly unknown[]) =>
    a.length === b.length && a.every((u, i) => u === b[i]);
  const right = references.filter((r, i) => equal(unitsOf(r), unitsOf(hypotheses[i]!))).length;
  return references.length === 0 ? 0 : right / references.length;
}

function checkPairs(name: string, references: readonly unknown[], hypotheses: readonly unknown[]): void {
  checkArray(name, "the list of references", references);
  checkArray(name, "the list of hypotheses", hypotheses);
  if (references.length !== hypotheses.length)
    throw new ShapeError(name, "wants one reference for each hypothesis", {
      references: String(references.length),
      hypotheses: String(hypotheses.length),
    });
}
