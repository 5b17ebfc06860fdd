import { expect, test } from "vitest";
import { ofMerges, trainBytePairs } from "../../src/data/bytePairs";
import { characterTokenizer } from "../../src/data/characters";
import { SequenceDataset, SequenceLoader } from "../../src/data/sequenceLoader";
import { bucketByLength, bucketedBatches, padSequences } from "../../src/data/sequences";
import { splitText } from "../../src/data/splitText";
import { StreamLoader } from "../../src/data/streamLoader";
import { TokenDataset } from "../../src/data/tokenDataset";
import { tokenizerFromJSON } from "../../src/data/tokenizerFromJSON";
import { WindowLoader } from "../../src/data/windowLoader";
import { wordTokenizer } from "../../src/data/words";
import { feed } from "../../src/graph/tensor";
import { sampleTokens } from "../../src/ops/sampleTokens";
import { takeWindows } from "../../src/ops/takeWindows";
import { beamSearch } from "../../src/text/beamSearch";
import { corpusBleu } from "../../src/text/bleu";
import { characterErrorRate, exactMatch } from "../../src/text/editDistance";
import { Sampler } from "../../src/text/sampling";

const f32 = (...shape: number[]) => feed("x", { shape, dtype: "f32" });
const i32 = (...shape: number[]) => feed("x", { shape, dtype: "i32" });
const u32 = (...shape: number[]) => feed("x", { shape, dtype: "u32" });

test("tokenizers", () => {
  const t = characterTokenizer("abc", { specials: ["<pad>"] });
  expect(() => t.encode("ab😀")).toThrowErrorMatchingInlineSnapshot(`
    [DataError: characterTokenizer: character "😀" (U+1F600) at 2 is not in the vocabulary
      fix: build the vocabulary with specials: ["<unk>"]]
  `);
  expect(() => t.decode([1, 4])).toThrowErrorMatchingInlineSnapshot(`
    [DataError: characterTokenizer: id 4 at 1
      ids: 0 … 3]
  `);
  expect(() => t.decode([-1])).toThrow(/id -1 at 0/);
  expect(() => t.special("<eos>")).toThrowErrorMatchingInlineSnapshot(`
    [DataError: characterTokenizer: no special token <eos>
      has: <pad>]
  `);
  expect(() => characterTokenizer("")).toThrowErrorMatchingInlineSnapshot(
    `[DataError: characterTokenizer: the text has no characters]`,
  );
  expect(() => characterTokenizer("a", { specials: ["<a>", "<a>"] })).toThrowErrorMatchingInlineSnapshot(
    `[DataError: characterTokenizer: special token <a> is given twice]`,
  );
  expect(() => wordTokenizer("a b", { minimumCount: 2 })).toThrowErrorMatchingInlineSnapshot(
    `[DataError: wordTokenizer: no word is left for the vocabulary]`,
  );
  expect(() => wordTokenizer("a b", { specials: [] }).encode("a c")).toThrowErrorMatchingInlineSnapshot(
    `[DataError: wordTokenizer: word "c", number 1, is not in the vocabulary]`,
  );
  expect(() => wordTokenizer("a b", { specials: ["<a>", "<a>"] })).toThrow(/special token <a> is given twice/);
  expect(() => wordTokenizer("a b").decode([99])).toThrow(/id 99 at 0/);
  expect(() => trainBytePairs("a", { size: 255 })).toThrowErrorMatchingInlineSnapshot(`
    [DataError: trainBytePairs: size 255
      wants: an integer of 256 … 1048576]
  `);
  expect(() => ofMerges([97, 300], [])).toThrowErrorMatchingInlineSnapshot(`
    [DataError: bytePairs: merge 0 joins 97 and 300
      ids so far: 0 … 255]
  `);
  expect(() => trainBytePairs("a", { size: 256 }).decode([256])).toThrow(/id 256 at 0/);
});

test("descriptions of tokenizers", () => {
  const parse = (json: unknown) => tokenizerFromJSON(json as Parameters<typeof tokenizerFromJSON>[0]);
  expect(() => parse({ type: "sentences", specials: [] })).toThrowErrorMatchingInlineSnapshot(
    `[DataError: tokenizerFromJSON: type "sentences"]`,
  );
  expect(() => parse(null)).toThrowErrorMatchingInlineSnapshot(
    `[DataError: tokenizerFromJSON: no list of special tokens]`,
  );
  expect(() => parse({ type: "characters", specials: [], characters: ["ab"] })).toThrowErrorMatchingInlineSnapshot(
    `[DataError: characterTokenizer: characters must be single code points, each of them once]`,
  );
  expect(() => parse({ type: "characters", specials: [], characters: ["a", "a"] })).toThrow(/each of them once/);
  expect(() => parse({ type: "words", specials: [], words: "ab" })).toThrow(/no list of words/);
  expect(() => parse({ type: "words", specials: [], words: ["ab"] })).toThrow(/no pattern/);
  const words = { type: "words", specials: [], words: ["ab"], lowerCase: false };
  for (const wrong of [{}, { pattern: 1 }, { pattern: "(" }, { pattern: "a", flags: "?" }, { pattern: "a", flags: 1 }])
    expect(() => parse({ ...words, ...wrong })).toThrow(/^tokenizerFromJSON: no pattern of words/);
  expect(() => parse({ type: "bytePairs", specials: [], merges: [97] })).toThrow(/1 numbers in merges/);
  expect(() => parse({ type: "bytePairs", specials: [], merges: [97, 0.5] })).toThrow(/no list of merges/);
});

test("splits and sequences", () => {
  expect(() => splitText("abc", { dev: 0.5, test: 0.5 })).toThrowErrorMatchingInlineSnapshot(`
    [DataError: splitText: shares dev 0.5, test 0.5
      wants: at least 0, together below 1]
  `);
  expect(() => splitText("")).toThrowErrorMatchingInlineSnapshot(
    `[DataError: splitText: a text of 0 characters leaves none for train]`,
  );
  expect(() => padSequences([[1, 2, 3]], { length: 2 })).toThrowErrorMatchingInlineSnapshot(`
    [DataError: padSequences: sequence 0 has 3 tokens
      length: 2
      fix: pass { truncate: true } to cut it off]
  `);
  expect(() => padSequences([])).toThrow(/no sequences/);
  expect(() => padSequences([[1]], { length: 0 })).toThrow(/length 0/);
  expect(() => bucketByLength([1, 9], [4, 8])).toThrowErrorMatchingInlineSnapshot(`
    [DataError: bucketByLength: sequence 1 has length 9
      longest bucket: 8]
  `);
  expect(() => bucketByLength([1], [4, 4])).toThrowErrorMatchingInlineSnapshot(`
    [DataError: bucketByLength: bounds 4, 4
      wants: one or more, ascending]
  `);
  for (const bound of [-1, Number.NaN])
    expect(() => bucketByLength([0], [bound])).toThrow(`bucketByLength: bounds ${bound}`);
  expect(() => bucketByLength([1], 0)).toThrow(/0 buckets/);
  expect(() => bucketByLength([], 2)).toThrow(/no sequences/);
  for (const batch of [0, 1.5])
    expect(() => bucketedBatches([], { batch })).toThrow(`bucketedBatches: a batch of ${batch}`);
  expect(() => new SequenceDataset({ a: [[1]], b: [] })).toThrowErrorMatchingInlineSnapshot(`
    [DataError: SequenceDataset: fields have unequal numbers of sequences
      sequences: a 1, b 0]
  `);
  expect(() => new SequenceDataset({})).toThrow(/no examples/);
  expect(() => new SequenceDataset({ a: [[1, 2, 3]] }, { length: 2 })).toThrow(/sequence 0 has 3 tokens/);
  const dataset = new SequenceDataset({ a: [[1]] });
  expect(() => new SequenceLoader(dataset, { batch: 2, shuffle: true })).toThrowErrorMatchingInlineSnapshot(`
    [DataError: Loader: a batch of 2
      data set: 1 examples]
  `);
});

test("token streams", () => {
  expect(() => new TokenDataset({ tokens: [1], size: 2 })).toThrowErrorMatchingInlineSnapshot(`
    [DataError: TokenDataset: 1 tokens
      wants: at least 2]
  `);
  expect(() => new TokenDataset({ tokens: [1, 2], size: 2 })).toThrowErrorMatchingInlineSnapshot(`
    [DataError: TokenDataset: token 1 is 2
      vocabulary: 0 … 1]
  `);
  expect(() => new TokenDataset({ tokens: [1, 0.5], size: 2 })).toThrow(/token 1 is 0.5/);
  expect(() => new TokenDataset({ tokens: [-1, 0], size: 2 })).toThrow(/token 0 is -1/);
  const dataset = new TokenDataset({ tokens: [0, 1, 0, 1, 0, 1], size: 2 });
  expect(() => new StreamLoader(dataset, { batch: 2, length: 3 })).toThrowErrorMatchingInlineSnapshot(`
    [DataError: StreamLoader: 6 tokens
      wants: at least 7 for 2 streams and chunks of 3]
  `);
  expect(() => new StreamLoader(dataset, { batch: 0, length: 3 })).toThrow(/batch 0/);
  expect(() => new WindowLoader(dataset, { batch: 1, length: 6, shuffle: true })).toThrowErrorMatchingInlineSnapshot(`
    [DataError: WindowLoader: a batch of 1 windows of 6 tokens, 6 apart
      data set: 6 tokens]
  `);
  expect(() => new WindowLoader(dataset, { batch: 1, length: 1.5 })).toThrow(/length 1.5/);
  const attrs = { batch: 2, length: 3, batches: 1, order: { rowStep: 3, batchStep: 6 } };
  expect(() => takeWindows(f32(6), u32(2), attrs)).toThrow(/input 0 has dtype f32/);
  expect(() => takeWindows(i32(6), u32(3), attrs)).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: takeWindows: wants tokens i32[count] and position u32[2]
      tokens: i32[6]
      position: u32[3]]
  `);
  expect(() => takeWindows(i32(6), u32(2), { ...attrs, length: 0 })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: takeWindows: length 0
      wants: an integer of at least 1]
  `);
  const order = { windows: 1, stride: 1, phases: 1 };
  expect(() => takeWindows(i32(6), u32(2), { ...attrs, order })).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: takeWindows: 1 batches of 2 windows
      windows: 1]
  `);
});

test("sampling", () => {
  expect(() => sampleTokens(f32(5))).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: sampleTokens: wants one row of logits a token to draw
      logits: f32[5], wants [N, V]
      fix: reshape([1, V])]
  `);
  expect(() => sampleTokens(i32(2, 5))).toThrow(/dtype i32/);
  expect(() => sampleTokens(f32(2, 5), { temperature: -1 })).toThrowErrorMatchingInlineSnapshot(
    `[DataError: sampleTokens: temperature -1 is out of range]`,
  );
  expect(() => sampleTokens(f32(2, 5), { topK: 1.5 })).toThrow(/topK 1.5/);
  expect(() => sampleTokens(f32(2, 5), { topP: 1.5 })).toThrow(/topP 1.5/);
  expect(() => sampleTokens(f32(2, 5), { topK: f32(1) })).toThrowErrorMatchingInlineSnapshot(`
    [DTypeError: sampleTokens: topK f32[1]
      wants: u32[1]]
  `);
  expect(() => sampleTokens(f32(2, 5), { topP: f32(2) })).toThrow(/topP f32\[2\]/);
  expect(() => new Sampler({ topK: -1 })).toThrowErrorMatchingInlineSnapshot(
    `[DataError: sampleTokens: topK -1 is out of range]`,
  );
});

test("beam search and scores", async () => {
  const options = { step: () => [0, Number.NaN], start: 0, end: 1, width: 1, maxLength: 3 };
  await expect(beamSearch(options)).rejects.toThrowErrorMatchingInlineSnapshot(
    `[DataError: beamSearch: log-probability NaN of token 1, beam 0]`,
  );
  await expect(beamSearch({ ...options, step: () => [0.5] })).rejects.toThrow(/log-probability 0.5/);
  await expect(beamSearch({ ...options, step: () => [] })).rejects.toThrow(/0 log-probabilities for 1 beams/);
  const logs = (n: number) => Array<number>(n).fill(-1);
  // All rows of a batch of three over a vocabulary of two, for one beam and then for two.
  await expect(
    beamSearch({ ...options, end: 9, width: 2, step: () => logs(6) }),
  ).rejects.toThrowErrorMatchingInlineSnapshot(`
    [DataError: beamSearch: step gave 6 log-probabilities for 2 beams
      for the first beam: 6
      fix: give the rows of the beams alone: [beams, V]]
  `);
  const step = (beams: readonly unknown[]) => logs(beams.length === 1 ? 2 : 5);
  await expect(beamSearch({ ...options, end: 9, width: 2, step })).rejects.toThrow(/5 log-probabilities for 2 beams/);
  await expect(beamSearch({ ...options, width: 0 })).rejects.toThrowErrorMatchingInlineSnapshot(`
    [DataError: beamSearch: width 0
      wants: an integer of at least 1]
  `);
  await expect(beamSearch({ ...options, alpha: -1 })).rejects.toThrow(/alpha -1/);
  expect(() => corpusBleu([[["a"]]], [])).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: corpusBleu: wants one set of references for each hypothesis
      references: 1
      hypotheses: 0]
  `);
  expect(() => corpusBleu([[]], [["a"]])).toThrow(/hypothesis 0 has no reference/);
  expect(() => characterErrorRate(["a"], [])).toThrowErrorMatchingInlineSnapshot(`
    [ShapeError: characterErrorRate: wants one reference for each hypothesis
      references: 1
      hypotheses: 0]
  `);
  expect(() => exactMatch(["a"], [])).toThrow(/exactMatch: wants one reference/);
});
