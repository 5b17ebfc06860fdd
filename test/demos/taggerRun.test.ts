// The tagger without its page: what the worker and the command line drive.
import { describe, expect, test } from "vitest";
import { createTagger, type JudgedEvent, prepareCorpus, type TaggerOptions } from "../../demos/tagger/experiment";
import { NOTHING } from "../../demos/tagger/features";
import { LONGEST } from "../../demos/tagger/reader";
import { settingsFor } from "../../demos/tagger/settings";
import { encodeSafetensors, type TrainEvent } from "../../src/index";
import { nodeRuntime } from "../device";

/** A little language in which "can" and "fish" are what their neighbours make of them. */
function corpusOf(count: number): Uint8Array {
  const nouns = ["whale", "sailor", "fish", "can", "boat", "captain"];
  const verbs = ["sees", "likes", "hunts", "fears"];
  const lines = Array.from({ length: count }, (_, i) => {
    const noun = (k: number) => `${nouns[(i * 7 + k * i * i + k) % nouns.length]}/nn`;
    const name = `Name${i % 97}ville/np`; // some of them are in no training sentence
    const verb = `${verbs[(i * 5 + 1) % verbs.length]}/vbz`;
    const plain = `The/at ${noun(1)} ${verb} a/at ${noun(2)} ./.`;
    const modal = `${name} can/md fish/vb with/in the/at ${noun(3)} ,/, and/cc it/pps ${verb} ${name} ./.`;
    return i % 3 === 0 ? plain : i % 3 === 1 ? modal : `${plain.slice(0, -4)} and/cc ${modal}`;
  });
  return new TextEncoder().encode(lines.join("\n"));
}

const data = prepareCorpus(corpusOf(600));
const TINY = { width: 8, hidden: 8, batch: 128, lr: 0.02, steps: 20 };

const { runtime, reason } = await nodeRuntime();
runtime?.destroy();

/** Nothing that was measured before: kernels differ in the order of summation. */
const tuning = { load: async () => ({}), save: async () => {} };

/** A tiny run, and what it has told so far. */
async function open(options: TaggerOptions = {}) {
  const events: TrainEvent[] = [];
  const run = await createTagger(data, { ...TINY, tuning, ...options }, (e) => events.push(e));
  const on = (e: TrainEvent) => void events.push(e);
  const losses = () => events.flatMap((e) => (e.event === "step" ? [e.loss] : []));
  return { run, events, on, losses };
}

describe.skipIf(reason)(`tagger in Node on Dawn${reason ? ` (skipped: ${reason})` : ""}`, () => {
  test("learns what a word is from what stands around it, and is judged once, at the end", async () => {
    const { run, on, losses, events } = await open({ steps: 150, evaluateEvery: 60 });
    const judged: JudgedEvent[] = [];
    run.onJudged = (e) => judged.push(e);
    await run.train(on);
    expect(losses()).toHaveLength(150);
    expect(losses().at(-1)).toBeLessThan(0.2 * losses()[0]!);
    const evaluations = events.filter((e) => e.event === "eval");
    expect(evaluations.map((e) => e.step)).toEqual([60, 120, 150]);
    const done = events.at(-1)! as unknown as Record<string, number> & { confusion: number[][] };
    expect(done).toMatchObject({ event: "done", model: "tagger", steps: 150 });
    expect(done.testAccuracy).toBeGreaterThan(0.97);
    expect(done.testAccuracy).toBeGreaterThan(done.baselineAccuracy! + 0.02);
    expect(done.macroF1).toBeGreaterThan(0.5); // tags that never come count as 0
    expect(judged).toHaveLength(1);
    const [{ words, accuracy, confusion, unknownWords }] = judged as [JudgedEvent];
    expect(words).toBe(data.corpus.test.reduce((n, s) => n + s.words.length, 0));
    expect(confusion.flat().reduce((a, b) => a + b, 0)).toBe(words);
    expect(accuracy).toBe(done.testAccuracy);
    const unknown = data.corpus.test.flatMap((s) => s.words).filter((w) => !data.lexicon.knows(w));
    expect(unknownWords).toBe(unknown.length);

    const { tagged, at, contexts } = await run.lookInto("The sailor can fish.", 2);
    expect([tagged.words.join(" "), at]).toEqual(["The sailor can fish .", 2]);
    const best = (p: ArrayLike<number>) => Array.from(p).indexOf(Math.max(...Array.from(p)));
    expect(best(contexts.both)).toBe(best(tagged.probabilities.subarray(24, 36)));
    for (const p of Object.values(contexts))
      expect([...(p as Float32Array)].reduce((a, b) => a + b, 0)).toBeCloseTo(1, 4);
    expect((await run.lookInto("Nowhereville can fish", undefined)).tagged.known).toEqual([false, true, true]);
    run.dispose();
  });

  test("the same seed gives the same losses; another one others", async () => {
    const trained = async (seed: number) => {
      const { run, on, losses } = await open({ seed });
      await run.train(on);
      run.dispose();
      return losses();
    };
    const [first, second, other] = [await trained(0), await trained(0), await trained(1)];
    expect(second).toEqual(first);
    expect(other).not.toEqual(first);
  });

  test("resumed = never stopped, bit for bit", async () => {
    const whole = await open({ layers: 2 });
    await whole.run.train(whole.on);
    const first = await open({ layers: 2 });
    for (let i = 0; i < 11; i++) await first.run.step(first.on);
    const resume = await first.run.checkpoint();
    const nothing = { width: undefined, hidden: undefined, batch: undefined, lr: undefined, steps: undefined };
    const second = await open({ ...nothing, resume });
    expect(second.run.settings).toMatchObject({ width: 8, hidden: 8, layers: 2, batch: 128, lr: 0.02, seed: 0 });
    expect(second.run.done).toBe(11);
    await second.run.train(second.on);
    expect([...first.losses(), ...second.losses()]).toEqual(whole.losses());
    const [a, b] = [whole.events.at(-1), second.events.at(-1)] as unknown as Record<string, unknown>[];
    expect(b).toMatchObject({ testAccuracy: a!.testAccuracy, confusion: a!.confusion });
    for (const { run } of [whole, first, second]) run.dispose();
  });

  test("what fills a batch up changes nothing", async () => {
    const { run } = await open();
    const { engine, parts } = run;
    const words = ["The", "sailor", "can", "fish", "."];
    const logits = async (rows: number, length: number, sentences: string[][]) => {
      const table = parts.lexicon.table(sentences, rows, length);
      const step = await engine.capture(
        { ids: { shape: [5, rows, length], dtype: "i32" }, lengths: { shape: [rows], dtype: "i32" } },
        ({ ids, lengths }) => ({ logits: parts.model.run(ids, lengths) }),
      );
      await step.run(table);
      return [...(await step.read("logits")).subarray(0, words.length * 12)];
    };
    const alone = await logits(1, words.length, [words]);
    const padded = await logits(3, 40, [words, ["a", "whale"]]);
    padded.forEach((v, i) => {
      expect(v).toBeCloseTo(alone[i]!, 5);
    });
    const loaded = parts.train.buckets.map((b) => b.batches);
    expect(loaded.length).toBeGreaterThan(1);
    expect(NOTHING).toBeLessThan(0);
    run.dispose();
  });

  test("bad input is refused in a sentence", async () => {
    const { run } = await open();
    await expect(run.lookInto("  ")).rejects.toThrow(/no words/);
    await expect(run.lookInto("word ".repeat(LONGEST + 1))).rejects.toThrow(/65 words/);
    await expect(run.lookInto("word ".repeat(LONGEST))).resolves.toMatchObject({ at: expect.any(Number) });
    expect(await run.examples(1e6, 4)).toHaveLength(4);
    const bytes = await run.checkpoint();
    run.dispose();
    await expect(open({ hidden: 16, resume: bytes })).rejects.toThrowErrorMatchingInlineSnapshot(`
      [CheckpointError: checkpoint: made with hidden 8
        asked: hidden 16]
    `);
    const other = encodeSafetensors({ tensors: new Map(), metadata: { model: "mnist-cnn" } });
    await expect(open({ resume: other })).rejects.toThrow(/holds a run of mnist-cnn, not of tagger/);
  });
});

test("settings: as given, else as stored, else as they suit the device", () => {
  expect(settingsFor({}, true)).toMatchObject({ layers: 1, seed: 0 });
  expect(settingsFor({}, false).hidden).toBeGreaterThan(settingsFor({}, true).hidden);
  const stored = { width: 7, hidden: 5, layers: 1, batch: 64, lr: 2, seed: 3 };
  expect(settingsFor({ lr: 1 }, true, stored)).toMatchObject({ ...stored, lr: 1 });
  expect(() => settingsFor({ hidden: 8 }, true, stored)).toThrow(/made with hidden 5/);
});
