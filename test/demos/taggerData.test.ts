// What the tagger reads: tags, words, lengths. No GPU.
import { expect, test } from "vitest";
import { MostFrequentTag } from "../../demos/tagger/baseline";
import { BucketedStep } from "../../demos/tagger/bucketed";
import { collapse, readCorpus, TAG_NAMES, TAGS } from "../../demos/tagger/data";
import { SHOWN } from "../../demos/tagger/experiment";
import { FEATURES, Lexicon, NOTHING, part, SHAPES, shapeOf, UNKNOWN } from "../../demos/tagger/features";
import { wordsOf } from "../../demos/tagger/sentence";
import { dataFile } from "../../src/cli/packages";
import type { CapturedStep } from "../../src/index";

const brown = dataFile("brown.txt")!;

test.each([
  ["nn", "NOUN"],
  ["np$", "NOUN"],
  ["NNS$-TL-HL", "NOUN"],
  ["nr", "NOUN"],
  ["pn", "NOUN"],
  ["vbd", "VERB"],
  ["bez", "VERB"],
  ["md*", "VERB"],
  ["do*-hl", "VERB"],
  ["vb+ppo", "VERB"],
  ["vbn-tl-nc", "VERB"],
  ["jjt", "ADJ"],
  ["od-tl", "ADJ"],
  ["ap$", "ADJ"],
  ["rb", "ADV"],
  ["*", "ADV"],
  ["*-hl", "ADV"],
  ["wrb+dod*", "ADV"],
  ["pps+bez-nc", "PRON"],
  ["ppss+ber-n", "PRON"],
  ["pp$$", "PRON"],
  ["ex+bez", "PRON"],
  ["wps+hvd", "PRON"],
  ["at", "DET"],
  ["pp$", "DET"],
  ["wp$", "DET"],
  ["dt+bez", "DET"],
  ["abn-tl", "DET"],
  ["in-tl", "ADP"],
  ["cs", "ADP"],
  ["cd$", "NUM"],
  ["cc-tl-hl", "CONJ"],
  ["rp+in", "PRT"],
  ["to", "PRT"],
  ["fw-nn$", "X"],
  ["fw-in+at-t", "X"],
  ["fw-*-tl", "X"],
  ["uh", "X"],
  ["nil", "X"],
  [".-hl", "."],
  ["---hl", "."],
  ["--", "."],
  ["(-hl", "."],
  ["''", "."],
  ["'", "."],
  ["``", "."],
] as const)("tag %s is a %s", (raw, tag) => {
  expect(collapse(raw)).toBe(tag);
});

test.each(["", "zz", "-hl", "$", "+nn", "nn-"])("%j is no tag of the corpus", (raw) => {
  expect(collapse(raw)).toBeUndefined();
});

test("all 472 tags of the corpus have one of the 12, as often as counted; the split is by sentence, the same each time", () => {
  const raw = new Set(
    new TextDecoder()
      .decode(brown)
      .split(/\s+/)
      .map((w) => w.slice(w.lastIndexOf("/") + 1)),
  );
  expect(raw.size).toBe(472);
  expect([...raw].filter((tag) => !collapse(tag))).toEqual([]);
  const { train, dev, test } = readCorpus(brown);
  expect([train.length, dev.length, test.length]).toEqual([51606, 2867, 2867]);
  // Chosen by hand, by their places: a split that moves would show others.
  const shown = SHOWN.map((i) => dev[i]!.words.join(" "));
  expect(shown.slice(0, 2)).toEqual([
    "Six red lines etched their way into the gray and vanished .",
    "Sam , I thought you knew everything about Tokyo .",
  ]);
  expect(shown.at(-1)).toBe("I know all about you '' .");
  const counts = TAG_NAMES.map(() => 0);
  for (const { tags } of [...train, ...dev, ...test]) for (const tag of tags) counts[tag]!++;
  expect(Object.fromEntries(counts.map((n, i) => [TAG_NAMES[i]!, n]))).toEqual({
    NOUN: 275652,
    VERB: 182751,
    ADJ: 83731,
    ADV: 56287,
    PRON: 53724,
    DET: 140640,
    ADP: 144766,
    NUM: 14879,
    CONJ: 38151,
    PRT: 21034,
    X: 2012,
    ".": 147565,
  });
  expect(Object.keys(TAGS)).toHaveLength(12);
  expect(train[0]!.words).toHaveLength(train[0]!.tags.length);
});

test("a word may hold a slash; a line that is not word/tag is refused in a sentence", () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const lines = Array.from({ length: 20 }, () => "1/2/cd cup/nn ,/, please/uh");
  expect(readCorpus(bytes(lines.join("\n\n"))).train[0]!.words).toEqual(["1/2", "cup", ",", "please"]);
  expect(() => readCorpus(bytes("the/at\nno tags here"))).toThrowErrorMatchingInlineSnapshot(`
    [DataError: brown.txt: line 2 has "no"
      wants: word/tag]
  `);
  expect(() => readCorpus(bytes(""))).toThrow(/0 examples/);
});

const SENTENCES = [
  { words: ["The", "dog", "runs", "home"], tags: [5, 0, 1, 0] },
  { words: ["the", "Dogs", "run", "home"], tags: [5, 0, 1, 3] },
  { words: ["the", "frogs", "come", "home"], tags: [5, 0, 1, 3] },
];

test("what is known of a word: itself whatever its case, its ending, its looks", () => {
  const lexicon = new Lexicon(SENTENCES);
  expect(lexicon.knows("DOG")).toBe(true);
  expect(lexicon.knows("cat")).toBe(false);
  const { word, suffix3, shape } = lexicon.read(["the", "THE", "cat", "home"]);
  expect([...word]).toEqual([word[0], word[0], UNKNOWN, word[3]]);
  expect(lexicon.counts[word[0]!]).toBe(3);
  expect(suffix3[2]).toBe(UNKNOWN);
  expect(new Set(shape).size).toBe(2);
  expect([part("To", 3), part("1961", 3), part("Running", 2)]).toEqual(["^to", "000", "ng"]);
  const looks = ["word", "Word", "WORD", "McCoy", "12", "x2", "a-b", "U.S.", "don't", "-", "", ",", "'Tis"].map(
    shapeOf,
  );
  expect(Math.max(...looks)).toBeLessThan(SHAPES);
  expect(new Set(looks).size).toBe(10); // "-", "" and "," are alike, and so are WORD and McCoy
});

test("sentences for a step that is fed: features first, filled up with nothing", () => {
  const lexicon = new Lexicon(SENTENCES);
  const { ids, lengths } = lexicon.table([["the", "dog"], ["run"]], 3, 4);
  expect([...lengths]).toEqual([2, 1, 0]);
  expect(ids).toHaveLength(FEATURES.length * 3 * 4);
  const word = lexicon.read(["the", "dog", "run"]).word;
  const none = NOTHING;
  expect([...ids.slice(0, 12)]).toEqual([
    word[0],
    word[1],
    none,
    none,
    word[2],
    none,
    none,
    none,
    ...Array(4).fill(none),
  ]);
});

test("the baseline: each word's most frequent tag, else the most frequent of all", () => {
  const baseline = new MostFrequentTag(SENTENCES);
  expect(["home", "dogs", "cat"].map((w) => TAG_NAMES[baseline.tagOf(w)])).toEqual(["ADV", "NOUN", "NOUN"]);
  expect(baseline.accuracyOn(SENTENCES)).toBeCloseTo(11 / 12);
  expect(baseline.accuracyOn([])).toBe(0);
});

const knownAbbreviations = (word: string) => ["mr.", "etc.", "no.", "boys'"].includes(word.toLowerCase());
test.each([
  ["The dog barks.", "The dog barks ."],
  ['He said, "Don\'t go!"', "He said , `` Don't go ! ''"],
  ["“Yes,” she said – twice…", "`` Yes , '' she said -- twice ..."],
  ["Mr. Smith (of the U.S.) paid $3.50, etc.", "Mr. Smith ( of the U.S. ) paid $3.50 , etc ."],
  ["I said no.", "I said no ."],
  ["the boys' well-known 1,000 toys", "the boys' well-known 1,000 toys"],
  ["She’s here; it's 5:30?!", "She's here ; it's 5:30 ? !"],
  ["one--two", "one -- two"],
  ["  \n ", ""],
  ["?", "?"],
  ["((a))", "( ( a ) )"],
])("a visitor's text %j is read as the corpus writes it", (text, words) => {
  expect(wordsOf(text, knownAbbreviations).join(" ")).toBe(words);
});

test("buckets take turns: an epoch takes each batch once, mixed, the same from wherever it goes on", async () => {
  const taken: number[] = [];
  const bucket = (name: number, batches: number) => {
    const pending: { values: { loss: number } }[] = [];
    const step = {
      runs: 0,
      async run() {
        step.runs++;
        taken.push(name);
        pending.push({ values: { loss: name } });
      },
      drain: async () => pending.splice(0),
    };
    return { step: step as unknown as CapturedStep<never, "loss">, batches };
  };
  const make = (start: number) => new BucketedStep([bucket(0, 3), bucket(1, 5)], 7, start);
  const whole = make(0);
  for (let i = 0; i < 16; i++) await whole.run();
  const losses = await whole.drain();
  expect(losses.map((l) => l.values.loss)).toEqual(taken);
  expect(losses.map((l) => l.run)).toEqual(Array.from({ length: 16 }, (_, i) => i));
  const epochs = [taken.slice(0, 8), taken.slice(8)];
  for (const epoch of epochs) expect(epoch.filter((b) => b === 0)).toHaveLength(3);
  expect(epochs[0]).not.toEqual(epochs[1]);
  const all = taken.splice(0);
  const rest = make(6);
  for (let i = 6; i < 16; i++) await rest.run();
  expect(taken).toEqual(all.slice(6));
  expect(await whole.drain()).toEqual([]);
});

test("a run of a bucket counts from when it is submitted, not from when it is measured", async () => {
  let measured = () => {};
  const step = {
    runs: 0,
    run() {
      step.runs++;
      return new Promise<void>((resolve) => {
        measured = resolve;
      });
    },
  };
  const bucketed = new BucketedStep([{ step: step as unknown as CapturedStep<never, "loss">, batches: 1 }], 7, 0);
  const running = bucketed.run();
  expect(bucketed.runs).toBe(1);
  measured();
  await running;
  expect(bucketed.runs).toBe(1);
});
