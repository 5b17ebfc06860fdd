import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type BleuSmoothing, corpusBleu, sentenceBleu } from "../../src/text/bleu";
import { characterErrorRate, editDistance, exactMatch } from "../../src/text/editDistance";
import goldens from "../goldens/bleu.json";

const words = (s: string) => s.split(" ");

describe("BLEU", () => {
  test.each(
    goldens.map(
      (g) => [`${g.hypotheses.length} sentences, first ${g.hypotheses[0]}, weights ${g.weights}`, g] as const,
    ),
  )("is NLTK's: %s", (_, { references, hypotheses, weights, scores }) => {
    for (const smoothing of ["none", "epsilon", "addOne"] as BleuSmoothing[]) {
      const refs = references.map((set) => set.map(words));
      const score = corpusBleu(refs, hypotheses.map(words), { weights, smoothing });
      expect(score).toBeCloseTo(scores[smoothing], 12);
    }
  });

  test("by hand: clipped unigrams, and brevity", () => {
    expect(
      sentenceBleu([words("the cat is on the mat")], words("the the the the the the the"), { weights: [1] }),
    ).toBeCloseTo(2 / 7);
    expect(sentenceBleu([words("a b c d e f g h")], words("a b c d"))).toBeCloseTo(Math.exp(1 - 8 / 4));
    expect(sentenceBleu([[1, 2, 3, 4, 5]], [1, 2, 3, 4, 5])).toBe(1);
    expect(sentenceBleu([[1, 2]], [])).toBe(0);
    expect(sentenceBleu([["1"]], [1], { weights: [1] })).toBe(0);
  });
});

describe("edit distance", () => {
  test("by hand", () => {
    expect(editDistance("kitten", "sitting")).toBe(3);
    expect(editDistance("", "abc")).toBe(3);
    expect(editDistance("abc", "")).toBe(3);
    expect(editDistance("", "")).toBe(0);
    expect(editDistance("a😀b", "ab")).toBe(1);
    expect(editDistance(["the", "cat"], ["the", "dog", "cat"])).toBe(1);
    expect(editDistance([1, 2, 3], Int32Array.of(3, 2, 1) as unknown as number[])).toBe(2);
  });

  test("is a metric, and no more than what is known to be enough", () => {
    const s = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 8 });
    fc.assert(
      fc.property(s, s, s, (a, b, c) => {
        const d = editDistance(a, b);
        expect(d).toBe(editDistance(b, a));
        expect(d === 0).toBe(a === b);
        expect(editDistance(a, c)).toBeLessThanOrEqual(d + editDistance(b, c));
        expect(d).toBeGreaterThanOrEqual(Math.abs(a.length - b.length));
        expect(editDistance(a, a.slice(0, 2) + b + a.slice(2))).toBe(b.length);
      }),
      { numRuns: 100 },
    );
  });

  test("rates over a corpus", () => {
    expect(characterErrorRate(["kitten", "ab"], ["sitting", "ab"])).toBeCloseTo(3 / 8);
    expect(characterErrorRate([], [])).toBe(0);
    expect(characterErrorRate([""], ["a"])).toBe(Number.POSITIVE_INFINITY);
    expect(exactMatch(["a", "b", "c"], ["a", "x", "c"])).toBeCloseTo(2 / 3);
    expect(
      exactMatch(
        [[1, 2], [3]],
        [
          [1, 2],
          [3, 4],
        ],
      ),
    ).toBe(0.5);
    expect(exactMatch([], [])).toBe(0);
  });
});
