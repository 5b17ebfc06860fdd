import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ofMerges, trainBytePairs } from "../../src/data/bytePairs";
import { characterTokenizer } from "../../src/data/characters";
import { splitText } from "../../src/data/splitText";
import type { Tokenizer, TokenizerJSON } from "../../src/data/tokenizer";
import { tokenizerFromJSON } from "../../src/data/tokenizerFromJSON";
import { learnMerges } from "../../src/data/trainBytePairs";
import { wordTokenizer } from "../../src/data/words";

const PROSE =
  "It is not down on any map; true places never are. It's 1851, and the whale's white — naïve? 😀😀\n\n  Aye!  ";
const anyText = fc.string({ unit: "binary", maxLength: 60 });
const throughJSON = (t: Tokenizer): Tokenizer => tokenizerFromJSON(JSON.parse(JSON.stringify(t)) as TokenizerJSON);

describe("characters", () => {
  test("have the ids of their code points' order", () => {
    const t = characterTokenizer("banana😀");
    expect([...t.encode("nab😀")]).toEqual([2, 0, 1, 3]);
    expect(t.size).toBe(4);
    expect(t.decode([3, 1, 0])).toBe("😀ba");
  });

  test("special tokens come first, and are left out of text", () => {
    const t = characterTokenizer("abc", { specials: ["<pad>", "<unk>", "<eos>"] });
    expect([t.size, t.special("<pad>"), t.special("<eos>")]).toEqual([6, 0, 2]);
    expect([...t.encode("axc<eos>")].slice(0, 3)).toEqual([3, 1, 5]);
    expect(t.decode([0, 3, 1, 5, 2])).toBe("a\ufffdc");
    expect([...characterTokenizer("aab", { minimumCount: 2, specials: ["<unk>"] }).encode("ab")]).toEqual([1, 0]);
  });

  test("any text goes there and back", () => {
    fc.assert(
      fc.property(anyText, fc.constantFrom([], ["<pad>", "<unk>"]), (text, specials) => {
        fc.pre(text.length > 0);
        const t = throughJSON(characterTokenizer(text, { specials }));
        expect(t.decode(t.encode(text))).toBe(text);
        expect(Math.max(...t.encode(text))).toBe(t.size - 1);
      }),
      { numRuns: 50 },
    );
  });
});

describe("words", () => {
  const text = "The cat sat. The cat's mat, 42 cats; the 42nd.";

  test("the most frequent come first", () => {
    const t = wordTokenizer(text, { lowerCase: true });
    expect(t.decode([4, 5, 6, 7])).toBe("the . 42 ,");
    expect(t.decode(t.encode(text))).toBe("the cat sat . the cat's mat , 42 cats ; the 42 nd .");
  });

  test("rare ones are unknown", () => {
    const t = wordTokenizer(text, { minimumCount: 2 });
    expect(t.size).toBe(4 + 3);
    expect(t.decode(t.encode("The dog. 42"))).toBe("The <unk> . 42");
    expect(wordTokenizer(text, { maximumWords: 2 }).size).toBe(6);
    expect(t.decode([t.special("<bos>"), ...t.encode("The"), t.special("<eos>"), t.special("<pad>")])).toBe("The");
  });

  test("what is decoded encodes to the same ids", () => {
    fc.assert(
      fc.property(anyText, (suffix) => {
        const all = `${PROSE} ${suffix}`;
        const t = throughJSON(wordTokenizer(all));
        const ids = t.encode(all);
        expect(t.encode(t.decode(ids))).toEqual(ids);
      }),
      { numRuns: 50 },
    );
  });

  test("a pattern of one's own", () => {
    const t = wordTokenizer("a-b c-d a-b", { pattern: /\S+/ });
    expect([...throughJSON(t).encode("c-d a-b a")]).toEqual([5, 4, 1]);
  });

  test("a pattern keeps its flags", () => {
    const t = wordTokenizer("Call me Ishmael", { pattern: /[a-z]+/i });
    for (const same of [t, throughJSON(t)])
      expect(same.decode(same.encode("Ishmael, call me"))).toBe("Ishmael <unk> me");
    const letters = "[\\w--\\d]+"; // only with v a difference of sets
    const sets = wordTokenizer("a1 b", { pattern: new RegExp(letters, "v") });
    expect(throughJSON(sets).decode(throughJSON(sets).encode("a1b"))).toBe("a b");
  });
});

describe("byte pairs", () => {
  const A = 97;

  test("merges by hand", () => {
    // abab ×3: ab 6, ba 3. abc ×2: ab 2, bc 2. So ab (8); then [ab ab] 3, [ab c] 2; then [abab] has no pair, [ab c] 2 is left.
    const pieces = [
      { bytes: [A, A + 1, A, A + 1], count: 3 },
      { bytes: [A, A + 1, A + 2], count: 2 },
    ];
    expect(learnMerges(pieces, 9, 2)).toEqual([A, A + 1, 256, 256, 256, A + 2]);
    expect(learnMerges(pieces, 9, 3)).toEqual([A, A + 1, 256, 256]);
    expect(learnMerges(pieces, 1, 1)).toEqual([A, A + 1]);
  });

  test("a run of one byte is merged from the left", () => {
    // aaaaa: aa 4 times. Then aa aa a has (aa, aa) and (aa, a) once each, of which (aa, a) has the smaller ids; then aa aaa.
    expect(learnMerges([{ bytes: [A, A, A, A, A], count: 1 }], 3, 1)).toEqual([A, A, 256, A, 256, 257]);
    const t = ofMerges([A, A, 256, A, 256, 257], []);
    expect([...t.encode("aaaaa")]).toEqual([258]);
    expect([...t.encode("aaaa")]).toEqual([256, 256]);
  });

  test("ties go to the smaller ids", () => {
    expect(learnMerges([{ bytes: [A + 2, A + 3, A, A + 1], count: 1 }], 1, 1)).toEqual([A, A + 1]);
  });

  test("counts that are kept up to date give what counting anew gives", () => {
    const word = fc.record({
      bytes: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 12 }),
      count: fc.integer({ min: 1, max: 5 }),
    });
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 12 }), (words) => {
        expect(learnMerges(words, 20, 2)).toEqual(countedAnew(words, 20, 2));
      }),
      { numRuns: 200 },
    );
  });

  test("any text goes there and back, also what was not learnt from", () => {
    const t = throughJSON(trainBytePairs(PROSE.repeat(3), { size: 300, specials: ["<eos>"] }));
    expect(t.size).toBe(300);
    expect(t.decode(t.encode(PROSE))).toBe(PROSE);
    expect(t.encode(PROSE).length).toBeLessThan(new TextEncoder().encode(PROSE).length * 0.8);
    fc.assert(
      fc.property(anyText, (text) => {
        const ids = t.encode(text);
        expect(t.decode([...ids, t.special("<eos>")])).toBe(text);
        expect(ids.every((id) => id > 0 && id < 300)).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  test("no piece is so long that merging it takes for ever", () => {
    const t = trainBytePairs("aaaa", { size: 400 });
    for (const c of ["a", " ", "!", "7", "\n"]) {
      const text = c.repeat(50_000);
      expect(t.decode(t.encode(text))).toBe(text);
    }
  });

  test("a byte order mark survives, a broken character is marked", () => {
    const t = trainBytePairs("xx", { size: 256 });
    expect(t.decode(t.encode("\ufeffx"))).toBe("\ufeffx");
    expect(t.decode(t.encode("é").slice(0, 1))).toBe("\ufffd");
  });
});

test("a text is split into stretches that make it up, and no character is cut", () => {
  expect(splitText("abcdefghij", { dev: 0.2, test: 0.1 })).toEqual({ train: "abcdefg", dev: "hi", test: "j" });
  expect(splitText("abc", { dev: 0, test: 0 })).toEqual({ train: "abc", dev: "", test: "" });
  fc.assert(
    fc.property(anyText, fc.double({ min: 0, max: 0.4, noNaN: true }), (text, share) => {
      fc.pre(text.length > 0);
      const { train, dev, test: last } = splitText(text, { dev: share, test: share });
      expect(train + dev + last).toBe(text);
      for (const part of [train, dev, last]) expect(part).not.toMatch(/\p{Cs}/u);
    }),
    { numRuns: 50 },
  );
});

/** The definition: count all pairs, merge the most frequent (of equals the smallest), again. */
function countedAnew(words: { bytes: number[]; count: number }[], wanted: number, minimum: number): number[] {
  let texts = words.map(({ bytes }) => bytes);
  const merges: number[] = [];
  for (let m = 0; m < wanted; m++) {
    const counts = new Map<string, number>();
    texts.forEach((ids, w) => {
      for (let i = 1; i < ids.length; i++) {
        const key = `${ids[i - 1]},${ids[i]}`;
        counts.set(key, (counts.get(key) ?? 0) + words[w]!.count);
      }
    });
    const list = [...counts].map(([key, count]) => ({ pair: key.split(",").map(Number) as [number, number], count }));
    list.sort((x, y) => y.count - x.count || x.pair[0] - y.pair[0] || x.pair[1] - y.pair[1]);
    const best = list[0];
    if (!best || best.count < minimum) break;
    const [a, b] = best.pair;
    merges.push(a, b);
    texts = texts.map((ids) => {
      const out: number[] = [];
      for (let i = 0; i < ids.length; i++) {
        const joins = ids[i] === a && ids[i + 1] === b;
        out.push(joins ? 256 + m : ids[i]!);
        if (joins) i++;
      }
      return out;
    });
  }
  return merges;
}
