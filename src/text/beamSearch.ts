import { DataError } from "../core/errors";
import { checkCounts } from "../core/given";
import { optionsOf } from "../graph/options";

/** A sequence that the search goes on from. */
export interface Beam {
  /** From the start token on. */
  readonly tokens: readonly number[];
  /** Σ log P of the tokens after the start token. */
  readonly logProb: number;
  /**
   * Which beam of the previous call this one extends: it inherits that one's recurrent state, or cache of keys and values.
   * 0 in the first call.
   */
  readonly parent: number;
}

export interface BeamSearchOptions {
  /**
   * One step of the model for all beams at once. Returns log-probabilities of the next token, [beams, V] row-major, as
   * `logSoftmax` gives them. The first call has one beam, later ones at most `width`; where a step is captured for a fixed
   * batch, fill the rows left over with anything, and return the rows of the beams only.
   */
  readonly step: (beams: readonly Beam[]) => Promise<ArrayLike<number>> | ArrayLike<number>;
  /** Token that every sequence begins with. */
  readonly start: number;
  /** Token that ends a sequence. */
  readonly end: number;
  /** Number of beams; 1 is greedy search. */
  readonly width: number;
  /** The most tokens after the start token, the end token included; a sequence of this length is not extended. */
  readonly maxLength: number;
  /** α of the length penalty ((5 + length) / 6)^α, at least 0; 0 prefers short sequences. Default 0.6. */
  readonly alpha?: number;
  /** How many sequences to return; default 1. Fewer are returned where fewer were found. */
  readonly results?: number;
}

/** A sequence that was found. */
export interface BeamResult {
  /** Without start and end token. */
  readonly tokens: readonly number[];
  /** Σ log P, the end token's included. */
  readonly logProb: number;
  /** logProb / ((5 + length) / 6)^α; the end token counts. */
  readonly score: number;
  /** Whether it has the end token; false where it was cut at `maxLength`. */
  readonly ended: boolean;
}

/**
 * Searches for the likeliest sequences: at each step it keeps the `width` likeliest continuations of its beams, sets those
 * aside that have ended, and goes on with the others until none of them can overtake the `results` best. It is exact where
 * `width` is as large as the number of possible sequences. Ties go to the earlier beam, then to the smaller token.
 *
 * @returns best score first
 * @throws DataError where an option is out of range, a log-probability is NaN or above 0, or `step` returns another number of
 * log-probabilities per beam than in the first call
 * @see Wu et al. 2016, "Google's neural machine translation system", equation 14 (length penalty, without coverage)
 */
export async function beamSearch(options: BeamSearchOptions): Promise<BeamResult[]> {
  optionsOf("beamSearch", options, "step start end width maxLength alpha results");
  const { step, start, end, width, maxLength, alpha = 0.6, results = 1 } = options;
  check(options);
  const penalty = (length: number) => ((5 + length) / 6) ** alpha;
  const found: BeamResult[] = [];
  const keep = ({ tokens, logProb }: Beam) => {
    const ended = tokens.at(-1) === end && tokens.length > 1;
    const score = logProb / penalty(tokens.length - 1);
    found.push({ tokens: tokens.slice(1, ended ? -1 : undefined), logProb, score, ended });
    found.sort((a, b) => b.score - a.score);
    found.length = Math.min(found.length, results);
  };
  let vocabulary: number | undefined;
  let beams: readonly Beam[] = [{ tokens: [start], logProb: 0, parent: 0 }];
  for (let length = 1; length <= maxLength && beams.length; length++) {
    const logProbs = await step(beams);
    vocabulary ??= logProbs.length;
    const next = likeliest(beams, logProbs, vocabulary, width);
    const done = (b: Beam) => b.tokens.at(-1) === end || length === maxLength;
    next.filter(done).forEach(keep);
    // The best score that a beam can reach: all further tokens certain, and the mildest penalty.
    const hopeless = ({ logProb }: Beam) =>
      found.length === results && logProb / penalty(maxLength) <= found.at(-1)!.score;
    beams = next.filter((b) => !done(b) && !hopeless(b));
  }
  return found;
}

function check({ step, start, end, width, maxLength, results = 1, alpha = 0.6 }: BeamSearchOptions): void {
  if (typeof step !== "function") throw new DataError("beamSearch", `step ${step}`, { wants: "a function" });
  checkCounts("beamSearch", { width, maxLength, results });
  checkCounts("beamSearch", { start, end }, 0);
  if (!(alpha >= 0 && Number.isFinite(alpha))) throw new DataError("beamSearch", `alpha ${alpha}`, { wants: "≥ 0" });
}

/** The `width` likeliest continuations, likeliest first, without impossible ones (log-probability −∞). */
function likeliest(beams: readonly Beam[], logProbs: ArrayLike<number>, vocabulary: number, width: number): Beam[] {
  if (vocabulary < 1 || logProbs.length !== beams.length * vocabulary)
    throw new DataError(
      "beamSearch",
      `step gave ${logProbs.length} log-probabilities for ${beams.length} beams`,
      { "for the first beam": `${vocabulary}` },
      "give the rows of the beams alone: [beams, V]",
    );
  const best: { logProb: number; parent: number; token: number }[] = [];
  beams.forEach((beam, parent) => {
    for (let token = 0; token < vocabulary; token++) {
      const p = logProbs[parent * vocabulary + token]!;
      if (!(p <= ROUNDING)) throw new DataError("beamSearch", `log-probability ${p} of token ${token}, beam ${parent}`);
      const logProb = beam.logProb + Math.min(p, 0);
      if (logProb === Number.NEGATIVE_INFINITY) continue;
      if (best.length === width && logProb <= best[width - 1]!.logProb) continue;
      let at = best.length;
      while (at > 0 && best[at - 1]!.logProb < logProb) at--;
      best.splice(at, 0, { logProb, parent, token });
      best.length = Math.min(best.length, width);
    }
  });
  return best.map(({ logProb, parent, token }) => ({
    tokens: [...beams[parent]!.tokens, token],
    logProb,
    parent,
  }));
}

/** How far rounding may raise a log-softmax in f32 above 0. */
const ROUNDING = 1e-4;
