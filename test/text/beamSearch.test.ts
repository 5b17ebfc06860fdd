import { describe, expect, test } from "vitest";
import { threefry2x32, toUnit } from "../../src/core/random";
import { type Beam, type BeamResult, beamSearch } from "../../src/text/beamSearch";

const [V, END, LENGTH] = [4, 0, 5];
const logOf = (p: number) => Math.log(p);

/** P(next | last token) at random: [last][next]. */
function markov(seed: number): number[][] {
  return Array.from({ length: V }, (_, last) => {
    const weights = Array.from({ length: V }, (_, next) => 0.05 + toUnit(threefry2x32(seed, last, next, 0)[0]!) ** 2);
    const total = weights.reduce((a, b) => a + b, 0);
    return weights.map((w) => w / total);
  });
}

const stepOf = (p: number[][]) => (beams: readonly Beam[]) =>
  Float32Array.from(beams.flatMap(({ tokens }) => p[tokens.at(-1)!]!.map(logOf)));

/** Every sequence that ends, or has the greatest length. */
function all(p: number[][], alpha: number): BeamResult[] {
  const found: BeamResult[] = [];
  const walk = (tokens: number[], logProb: number) => {
    const length = tokens.length - 1;
    const ended = length > 0 && tokens.at(-1) === END;
    if (ended || length === LENGTH) {
      const score = logProb / ((5 + length) / 6) ** alpha;
      found.push({ tokens: tokens.slice(1, ended ? -1 : undefined), logProb, score, ended });
      return;
    }
    p[tokens.at(-1)!]!.forEach((q, next) => {
      walk([...tokens, next], logProb + logOf(q));
    });
  };
  walk([1], 0);
  return found.sort((a, b) => b.score - a.score);
}

describe("beam search", () => {
  const options = { start: 1, end: END, maxLength: LENGTH };

  test("finds the best sequences where its beam holds all of them", async () => {
    for (let seed = 0; seed < 12; seed++) {
      const p = markov(seed);
      for (const alpha of [0, 0.6, 1]) {
        const found = await beamSearch({ ...options, step: stepOf(p), width: V ** LENGTH, alpha, results: 5 });
        const expected = all(p, alpha).slice(0, 5);
        expect(found.map(({ score }) => score.toFixed(5))).toEqual(expected.map(({ score }) => score.toFixed(5)));
        expect(found[0]!.tokens).toEqual(expected[0]!.tokens);
        expect(found[0]!.ended).toBe(expected[0]!.ended);
        if (alpha === 0.6)
          expect(await beamSearch({ ...options, step: stepOf(p), width: V ** LENGTH, results: 5 })).toEqual(found);
      }
    }
  });

  test("is greedy with one beam", async () => {
    for (let seed = 0; seed < 12; seed++) {
      const p = markov(seed);
      const greedy: number[] = [];
      for (let last = 1; greedy.length < LENGTH; ) {
        const next = p[last]!.indexOf(Math.max(...p[last]!));
        if (next === END) break;
        greedy.push(next);
        last = next;
      }
      const [found] = await beamSearch({ ...options, step: stepOf(p), width: 1 });
      expect(found!.tokens).toEqual(greedy);
    }
  });

  test("finds what greedy search misses, and is never worse for it", async () => {
    // 1 → 2 with 0.6, but 2 scatters; 1 → 3 with 0.4 ends for sure.
    const p = [
      [1, 0, 0, 0],
      [0, 0, 0.6, 0.4],
      [0.3, 0.25, 0.25, 0.2],
      [1, 0, 0, 0],
    ];
    const [one] = await beamSearch({ ...options, step: stepOf(p), width: 1, alpha: 0 });
    const [two] = await beamSearch({ ...options, step: stepOf(p), width: 2, alpha: 0 });
    expect([one!.tokens, two!.tokens]).toEqual([[2], [3]]);
    expect(Math.exp(two!.logProb)).toBeCloseTo(0.4);
  });

  test("the penalty's exponent chooses between short and long", async () => {
    const p = [
      [1, 0, 0, 0],
      [0.5, 0.5, 0, 0],
      [1, 0, 0, 0],
      [1, 0, 0, 0],
    ];
    const lengthWith = async (alpha: number) =>
      (await beamSearch({ ...options, step: stepOf(p), width: 4, alpha }))[0]!.tokens.length;
    expect(await lengthWith(0)).toBe(0);
    expect(await lengthWith(8)).toBe(LENGTH - 1); // and the end token
  });

  test("tells the model which rows go on, and waits for it", async () => {
    const p = markov(3);
    let before: readonly Beam[] = [];
    const step = async (beams: readonly Beam[]) => {
      await Promise.resolve();
      for (const { tokens, parent } of beams)
        if (before.length) expect(before[parent]!.tokens).toEqual(tokens.slice(0, -1));
      before = beams;
      return stepOf(p)(beams);
    };
    const found = await beamSearch({ ...options, step, width: 3, results: 3 });
    expect(found.length).toBe(3);
    expect(found.map((f) => f.score)).toEqual(found.map((f) => f.score).toSorted((a, b) => b - a));
  });

  test("stops once nothing can overtake", async () => {
    let calls = 0;
    const step = (beams: readonly Beam[]) => {
      calls++;
      return beams.flatMap(() => [0.97, 0.01, 0.01, 0.01].map(logOf));
    };
    await beamSearch({ ...options, step, width: 4, maxLength: 100 });
    expect(calls).toBe(1);
  });
});
