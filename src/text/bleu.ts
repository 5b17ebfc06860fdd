import { ShapeError } from "../core/errors";
import { checkArray } from "../core/given";
import { checkOption, checkWord, optionsOf } from "../graph/options";

/** A tokenized sentence: words or ids. */
export type Tokens = readonly (string | number)[];

/**
 * What is done where no n-gram of a length matches, which makes the score 0:
 * - `none`: nothing
 * - `epsilon`: 0.1 is taken as the number of matches
 * - `addOne`: 1 is added to the number of matches and to that of n-grams, for n > 1 (whether or not any match)
 */
export type BleuSmoothing = "none" | "epsilon" | "addOne";

export interface BleuOptions {
  /** wₙ for n = 1, 2, …; default a quarter each for 1 to 4. */
  readonly weights?: readonly number[];
  /** Default "none". */
  readonly smoothing?: BleuSmoothing;
}

const EPSILON = 0.1;

/**
 * BLEU of a corpus, 0…1: `BP · exp Σ wₙ log pₙ`. pₙ is the share of the hypotheses' n-grams that occur in a reference, each
 * at most as often as in the reference that has it most; matches and totals are summed over the corpus first.
 * BP = min(1, e^(1 − r/h)) for h tokens in the hypotheses and r in the references nearest in length (of two, the shorter).
 * A sentence too short to have an n-gram counts as one that has one, unmatched.
 *
 * @param references one or several for each hypothesis
 * @throws ShapeError where there are not as many sets of references as hypotheses, a set is empty, a weight is below 0, or smoothing
 *   is another word; DataError where a sentence is a string: cut it into tokens first
 * @see Papineni et al. 2002, "BLEU"; Chen and Cherry 2014 (smoothing; their methods 0, 1 and 2)
 */
export function corpusBleu(
  references: readonly (readonly Tokens[])[],
  hypotheses: readonly Tokens[],
  options: BleuOptions = {},
): number {
  optionsOf("corpusBleu", options, "weights smoothing");
  const { weights = [0.25, 0.25, 0.25, 0.25], smoothing = "none" } = options;
  checkWord("corpusBleu", "smoothing", smoothing, ["none", "epsilon", "addOne"]);
  checkArray("corpusBleu", "the list of references", references);
  checkArray("corpusBleu", "the list of hypotheses", hypotheses);
  const areWeights = Array.isArray(weights) && weights.length > 0 && weights.every((w) => w >= 0 && w < Infinity);
  checkOption("corpusBleu", "weights", weights, areWeights, "numbers of at least 0");
  if (references.length !== hypotheses.length || hypotheses.length === 0)
    throw new ShapeError("corpusBleu", "wants one set of references for each hypothesis", {
      references: String(references.length),
      hypotheses: String(hypotheses.length),
    });
  hypotheses.forEach((hypothesis, i) => {
    checkArray("corpusBleu", `hypothesis ${i}`, hypothesis);
    checkArray("corpusBleu", `the list of references ${i}`, references[i]!);
    for (const reference of references[i]!) checkArray("corpusBleu", `a reference of hypothesis ${i}`, reference);
  });
  const empty = references.findIndex((set) => set.length === 0);
  if (empty >= 0) throw new ShapeError("corpusBleu", `hypothesis ${empty} has no reference`);
  const precisions = weights.map((_, i) => precisionOf(references, hypotheses, i + 1));
  if (precisions[0]?.matched === 0) return 0;
  let sum = 0;
  precisions.forEach((p, i) => {
    if (weights[i] !== 0) sum += weights[i]! * Math.log(smoothed(p, i, smoothing));
  });
  return brevityPenalty(references, hypotheses) * Math.exp(sum);
}

/** {@link corpusBleu} of one sentence; a short one needs smoothing. */
export const sentenceBleu = (references: readonly Tokens[], hypothesis: Tokens, options?: BleuOptions): number =>
  corpusBleu([references], [hypothesis], options);

interface Precision {
  readonly matched: number;
  readonly total: number;
}

function smoothed({ matched, total }: Precision, i: number, smoothing: BleuSmoothing): number {
  if (smoothing === "epsilon" && matched === 0) return EPSILON / total;
  if (smoothing === "addOne" && i > 0) return (matched + 1) / (total + 1);
  return matched / total;
}

function precisionOf(references: readonly (readonly Tokens[])[], hypotheses: readonly Tokens[], n: number): Precision {
  let matched = 0;
  let total = 0;
  hypotheses.forEach((hypothesis, s) => {
    const counts = ngrams(hypothesis, n);
    const allowed = references[s]!.map((r) => ngrams(r, n));
    for (const [ngram, count] of counts) matched += Math.min(count, Math.max(...allowed.map((r) => r.get(ngram) ?? 0)));
    total += Math.max(1, hypothesis.length - n + 1);
  });
  return { matched, total };
}

/** Counts of the runs of n tokens. */
function ngrams(tokens: Tokens, n: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (let i = 0; i + n <= tokens.length; i++) {
    const key = JSON.stringify(tokens.slice(i, i + n));
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

function brevityPenalty(references: readonly (readonly Tokens[])[], hypotheses: readonly Tokens[]): number {
  const ours = hypotheses.reduce((n, h) => n + h.length, 0);
  const theirs = references.reduce((n, set, s) => n + nearest(set, hypotheses[s]!.length), 0);
  if (ours === 0) return 0;
  return Math.min(1, Math.exp(1 - theirs / ours));
}

function nearest(set: readonly Tokens[], length: number): number {
  const lengths = set.map((r) => r.length);
  return lengths.reduce((best, l) => {
    const [d, least] = [Math.abs(l - length), Math.abs(best - length)];
    return d < least || (d === least && l < best) ? l : best;
  });
}
