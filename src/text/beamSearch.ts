import { DataError } from "../core/errors";
import { optionsOf } from "../graph/options";

/** A sequence that is being searched on from. */
export interface Beam {
  /** From the start token on. */
  readonly tokens: readonly number[];
  /** Σ log P of the tokens after the start token. */
  readonly logProb: number;
  /**
   * Which beam of the call before this one goes on from: whose recurrent state, or cache of keys and values, is its own. 0 in
   * the first call.
   */
  readonly parent: number;
}

export interface BeamSearchOptions {
  /**
   * One step of the model for all beams at once: log-probabilities of the next token, [beams, V] row-major. The first call has
   * one beam, later ones `width` at most; a step captured for a fixed batch fills up the rest of its rows with anything, and
   * gives those of the beams alone. Read log-softmax back, or logits and normalise.
   */
  readonly step: (beams: readonly Beam[]) => Promise<ArrayLike<number>> | ArrayLike<number>;
  /** Token that every sequence begins with. */
  readonly start: number;
  /** Token that ends a sequence. */
  readonly end: number;
  /** Beams kept; 1 is greedy search. */
  readonly width: number;
  /** Tokens after the start token, the end token included; sequences that long are taken as they are. */
  readonly maxLength: number;
  /** α of the length penalty ((5 + length) / 6)^α, at least 0; 0 prefers short sequences. Default 0.6. */
  readonly alpha?: number;
  /** How many sequences to give; default 1, at most as many as were found. */
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
  /** Whether it came to its end; false where it was cut at `maxLength`. */
  readonly ended: boolean;
}

/**
 * Searches for the likeliest sequences: of all continuations of the kept sequences it keeps the `width` likeliest, sets
 * those aside that have ended, and goes on with the others until none of them can overtake the `results` best. With a beam
 * as wide as there are sequences it is exact. Ties go to the earlier beam, then to the smaller token.
 *
 * @returns best score first
 * @throws DataError where an option is out of range, a log-probability is NaN or above 0, or `step` gives not as many for each
 * beam as it gave for the first
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
    // The best that a beam can come to: every token to come certain, and the mildest penalty.
    const hopeless = ({ logProb }: Beam) =>
      found.length === results && logProb / penalty(maxLength) <= found.at(-1)!.score;
    beams = next.filter((b) => !done(b) && !hopeless(b));
  }
  return found;
}

function check({ width, maxLength, results = 1, alpha = 0.6 }: BeamSearchOptions): void {
  for (const [name, value] of Object.entries({ width, maxLength, results }))
    if (!(Number.isInteger(value) && value >= 1))
      throw new DataError("beamSearch", `${name} ${value}`, { wants: "an integer of at least 1" });
  if (!(alpha >= 0 && Number.isFinite(alpha))) throw new DataError("beamSearch", `alpha ${alpha}`, { wants: "≥ 0" });
}

/** The `width` likeliest continuations, likeliest first; impossible ones (log-probability −∞) are none. */
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

/** What a log-softmax in f32 may come to above 0. */
const ROUNDING = 1e-4;
