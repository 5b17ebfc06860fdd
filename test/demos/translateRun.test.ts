// The three translators without their page: what the worker and the command line drive.
import { describe, expect, test, vi } from "vitest";
import { createTranslate } from "../../demos/translate/experiment";
import { Interpreter } from "../../demos/translate/interpreter";
import { MODELS, type Settings, settingsOf, type TranslateOptions } from "../../demos/translate/settings";
import { encodeSafetensors, type TrainEvent } from "../../src/index";
import { nodeRuntime } from "../device";

const TINY: Partial<Settings> = { layers: 2, width: 16, heads: 2, pairs: 512 };
const HELD_OUT = { dev: 24, test: 40 };

const { runtime, reason } = await nodeRuntime();
runtime?.destroy();

/** Nothing that was measured before: kernels differ in the order of summation. */
const tuning = { load: async () => ({}), save: async () => {} };

/** A tiny run, and what it has told so far. */
async function open({ settings, ...options }: TranslateOptions) {
  const events: TrainEvent[] = [];
  const on = (e: TrainEvent) => void events.push(e);
  const tiny = options.resume ? {} : TINY;
  const given = { batch: 16, lr: 0.01, steps: 12, heldOut: HELD_OUT, tuning, ...options };
  const run = await createTranslate({ ...given, settings: { ...tiny, ...settings } }, on);
  const losses = () => events.flatMap((e) => (e.event === "step" ? [e.loss] : []));
  return { run, events, on, losses };
}

describe.skipIf(reason)(`translate in Node on Dawn${reason ? ` (skipped: ${reason})` : ""}`, () => {
  test.each(MODELS)("%s: resumed = never stopped, bit for bit", async (model) => {
    const settings = { model, task: "dates", layers: 1 } as const;
    const whole = await open({ settings, evaluateEvery: 6 });
    const training = whole.run.train(whole.on);
    // What is asked meanwhile changes nothing of the training.
    if (model === "transformer") expect((await whole.run.interpret("31/12/99", 3)).source).toBe("31/12/99");
    await training;
    const first = await open({ settings });
    for (let i = 0; i < 7; i++) await first.run.step(first.on);
    const second = await open({ steps: undefined, resume: await first.run.checkpoint() });
    expect(second.run.settings).toMatchObject({ ...TINY, ...settings, batch: 16 });
    expect(second.run.done).toBe(7);
    await second.run.train(second.on);
    expect([...first.losses(), ...second.losses()]).toEqual(whole.losses());
    const evaluations = whole.events.filter((e) => e.event === "eval");
    expect(evaluations.map((e) => e.step)).toEqual([6, 12]);
    const { seconds: _, ...done } = whole.events.at(-1) as unknown as Record<string, unknown>;
    expect(done).toMatchObject({ event: "done", model: "translate", steps: 12, exactMatch: expect.any(Number) });
    expect(done.bleu).toBeGreaterThanOrEqual(0);
    expect(done.bleu).toBeLessThan(1);
    expect(second.events.at(-1)).toMatchObject(done);
    for (const { run } of [whole, first, second]) run.dispose();
  });

  test.each([
    ["seq2seq", "dates", 0],
    ["attention", "numbers", 1],
    ["transformer", "dates", 4],
  ] as const)(
    "%s, %s: writing with caches = reading all anew; greedy = one beam; beams are true",
    async (model, task, maps) => {
      const { run, on } = await open({ settings: { model, task }, steps: 40 });
      await run.train(on);
      const { engine, parts } = run;
      const { language, sizes, model: network, dev } = parts;
      const i32 = (...shape: number[]) => ({ shape, dtype: "i32" as const });
      const feeds = { source: i32(1, sizes.sourceLength), lengths: i32(1), written: i32(1, sizes.targetLength) };
      const plain = await engine.capture(feeds, ({ source, lengths, written }) => ({
        logits: network.forward(source, lengths, written),
      }));
      /** log P of every next character of a text, all at once. */
      const logProbs = async (source: string, tokens: readonly number[]) => {
        const ids = language.source.encode(source);
        const padded = (list: ArrayLike<number>, length: number) => Int32Array.from({ length }, (_, i) => list[i] ?? 0);
        await plain.run({
          source: padded(ids, sizes.sourceLength),
          lengths: Int32Array.of(ids.length),
          written: padded([language.begin, ...tokens], sizes.targetLength),
        });
        const logits = (await plain.read("logits")) as Float32Array;
        return Array.from({ length: sizes.targetLength }, (_, t) => {
          const row = [...logits.subarray(t * sizes.target, (t + 1) * sizes.target)];
          const most = Math.max(...row);
          const sum = most + Math.log(row.reduce((n, v) => n + Math.exp(v - most), 0));
          return row.map((v) => v - sum);
        });
      };
      const translated = await run.translate(dev);
      expect(translated.map(({ source, target }) => ({ source, target }))).toEqual(dev.pairs);
      for (const { source, output } of translated.slice(0, 2)) {
        const one = await run.interpret(source, 1);
        expect(one.found.map((f) => f.text)).toEqual([output]);
        expect(one.source).toBe(source);
        const [best] = one.found;
        expect(one.alignment === undefined).toBe(maps === 0);
        if (one.alignment) {
          const { layers, heads, written, read, weights } = one.alignment;
          expect([layers * heads, read.join("")]).toEqual([maps, source]);
          expect(weights).toHaveLength(maps * written.length * read.length);
          // Nothing goes to the padding.
          for (let at = 0; at < weights.length; at += read.length)
            expect(weights.subarray(at, at + read.length).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 4);
        }
        const tokens = [...language.target.encode(best!.text), ...(best!.ended ? [language.end] : [])];
        const all = await logProbs(source, tokens);
        // Sums in another order may swap what is all but tied.
        tokens.forEach((token, t) => {
          expect(all[t]![token]!, `character ${t}`).toBeGreaterThan(Math.max(...all[t]!) - 1e-4);
        });
        const five = await run.interpret(source, 5);
        expect(five.found.length).toBeGreaterThan(1);
        expect(new Set(five.found.map((f) => f.text)).size).toBe(five.found.length);
        for (const { text, logProb, score, ended } of five.found) {
          const own = [...language.target.encode(text), ...(ended ? [language.end] : [])];
          const rows = await logProbs(source, own);
          const sum = own.reduce((n, token, t) => n + rows[t]![token]!, 0);
          expect(logProb, text).toBeCloseTo(sum, 3);
          expect(score).toBeCloseTo(sum / ((5 + own.length) / 6) ** 0.6, 3);
        }
      }
      run.dispose();
    },
  );

  test("a first text that failed changes nothing; numbers have a reference; another network's checkpoint is refused", async () => {
    const { run } = await open({ settings: { task: "numbers" } });
    vi.spyOn(Interpreter, "create").mockRejectedValueOnce(new Error("out of memory"));
    await expect(run.interpret("de 21", 1)).rejects.toThrow("out of memory");
    expect((await run.interpret("de 21", 1)).reference).toBe("einundzwanzig");
    await expect(run.interpret("21", 1)).rejects.toThrow(/Write a language/);
    await expect(run.interpret("de 21", 9)).rejects.toThrow(/1 to 8 beams, not 9/);
    const bytes = await run.checkpoint();
    run.dispose();
    expect(() => settingsOf({ resume: bytes, settings: { task: "dates" } })).toThrow(
      /made with task numbers, not dates/,
    );
    const other = encodeSafetensors({ tensors: new Map(), metadata: { model: "mnist-cnn", step: "1" } });
    expect(() => settingsOf({ resume: other })).toThrow(/holds a run of mnist-cnn, not of translate/);
    await expect(open({ settings: { width: 18, heads: 4 } })).rejects.toThrow(/A width of 18 cannot be shared among 4/);
  });
});
