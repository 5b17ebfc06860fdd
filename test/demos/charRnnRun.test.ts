// The recurrent network over characters without its page: what the worker and the command line drive.
import { describe, expect, test, vi } from "vitest";
import { type CharRnnOptions, createCharRnn } from "../../demos/char-rnn/experiment";
import { Insight, WATCHED } from "../../demos/char-rnn/insight";
import { settingsFor } from "../../demos/char-rnn/settings";
import { checkpointOf } from "../../demos/shared/kept";
import { decodeSafetensors, encodeSafetensors, type TrainEvent } from "../../src/index";
import { nodeRuntime } from "../device";

const SENTENCES = ["the whale swam by. ", "call me a sailor; ", "“what now?” said he, ", "the sea is wide\nand deep. "];
const TEXT = new TextEncoder().encode(
  Array.from({ length: 600 }, (_, i) => SENTENCES[((i * i + 3 * i) % 11) % 4]).join(""),
);
const TINY = { hidden: 12, batch: 3, length: 8, lr: 0.01, steps: 20 };

const { runtime, reason } = await nodeRuntime();
runtime?.destroy();

/** Nothing that was measured before: kernels differ in the order of summation. */
const tuning = { load: async () => ({}), save: async () => {} };

/** A tiny run, and what it has told so far. */
async function open(options: CharRnnOptions = {}) {
  const events: TrainEvent[] = [];
  const run = await createCharRnn(TEXT, { ...TINY, tuning, ...options }, (e) => events.push(e));
  const on = (e: TrainEvent) => void events.push(e);
  const losses = () => events.flatMap((e) => (e.event === "step" ? [e.loss] : []));
  return { run, events, on, losses };
}

describe.skipIf(reason)(`char-rnn in Node on Dawn${reason ? ` (skipped: ${reason})` : ""}`, () => {
  test("the same seed gives the same losses; another one others", async () => {
    const trained = async (seed: number) => {
      const { run, on, losses, events } = await open({ seed, steps: 200 });
      await run.train(on);
      run.dispose();
      return { losses: losses(), done: events.at(-1) };
    };
    const [first, second, other] = [await trained(0), await trained(0), await trained(1)];
    expect(first.losses).toHaveLength(200);
    expect(second.losses).toEqual(first.losses);
    expect(other.losses).not.toEqual(first.losses);
    expect(first.losses.at(-1)).toBeLessThan(0.6 * first.losses[0]!);
    const { seconds: _, ...scores } = first.done as unknown as Record<string, unknown>;
    expect(second.done).toMatchObject(scores);
    expect(scores).toMatchObject({ event: "done", model: "char-rnn", steps: 200 });
    expect(scores.bitsPerCharacter).toBeLessThan(4);
    expect(scores.testAccuracy).toBeGreaterThan(0.2);
    expect(scores.testAccuracy).toBeLessThan(1);
    expect(scores.sample).toHaveLength(256);
  });

  test.each(["lstm", "gru", "rnn"] as const)("%s: resumed = never stopped, bit for bit", async (cell) => {
    const whole = await open({ cell, layers: 2 });
    await whole.run.train(whole.on);

    const first = await open({ cell, layers: 2 });
    for (let i = 0; i < 11; i++) await first.run.step(first.on);
    const checkpoint = await first.run.checkpoint();
    const unset = { hidden: undefined, batch: undefined, length: undefined, steps: undefined };
    const second = await open({ ...unset, resume: checkpoint });
    expect(second.run.settings).toMatchObject({ cell, layers: 2, hidden: 12, batch: 3, length: 8 });
    expect(second.run.done).toBe(11);
    await second.run.train(second.on);
    expect([...first.losses(), ...second.losses()]).toEqual(whole.losses());
    const [a, b] = [whole.events.at(-1), second.events.at(-1)] as unknown as Record<string, unknown>[];
    expect(b).toMatchObject({ bitsPerCharacter: a!.bitsPerCharacter, sample: a!.sample });
    for (const { run } of [whole, first, second]) run.dispose();
  });

  test("saved while it trains, a run resumes at the step that its states have reached", async () => {
    const whole = await open({ steps: 40 });
    const training = whole.run.train(whole.on);
    while (whole.run.training.step.runs < 13) await new Promise((resolve) => setTimeout(resolve, 0));
    const checkpoint = await whole.run.checkpoint();
    await training;
    const { metadata, tensors } = decodeSafetensors(checkpoint);
    const step = Number(metadata.step);
    expect(step).toBeGreaterThanOrEqual(13);
    expect(step).toBeLessThan(40);
    expect(tensors.get("optimizer.step")!.values[0]).toBe(step);
    const second = await open({ steps: 40, resume: checkpoint });
    await second.run.train(second.on);
    expect(second.losses()).toEqual(whole.losses().slice(step));
    for (const { run } of [whole, second]) run.dispose();
  });

  test("a checkpoint of another network is refused", async () => {
    const { run } = await open({ cell: "gru" });
    const bytes = await run.checkpoint();
    run.dispose();
    await expect(open({ cell: "gru", hidden: 16, resume: bytes })).rejects.toThrowErrorMatchingInlineSnapshot(`
      [CheckpointError: checkpoint: made with hidden 12
        asked: hidden 16]
    `);
    const other = encodeSafetensors({ tensors: new Map(), metadata: { model: "mnist-cnn" } });
    await expect(open({ resume: other })).rejects.toThrow(/holds a run of mnist-cnn, not of char-rnn/);
  });

  test.each(["lstm", "gru", "rnn"] as const)("%s: writing with memory = reading the whole text anew", async (cell) => {
    const { run, on } = await open({ cell, layers: 2, steps: 60 });
    await run.train(on);
    run.setTemperature(0);
    const { tokenizer } = run.parts.book;
    const prompt = "the whale swam by. call me a sailor; the sea is wide\nand deep. the wha"; // longer than one run reads
    const pieces: string[] = [];
    const written = await run.write(prompt, 70, (piece) => pieces.push(piece));
    expect(written).toHaveLength(70);
    expect(pieces.map((p) => p.length)).toEqual([32, 32, 6]);
    expect(pieces.join("")).toBe(written);
    const ids = tokenizer.encode(prompt + written);
    const { engine, parts } = run;
    const step = await engine.capture({ ids: { shape: [ids.length, 1], dtype: "i32" } }, ({ ids }) => ({
      logits: parts.model.forward(ids),
    }));
    await step.run({ ids });
    const logits = await step.read("logits");
    const { size } = tokenizer;
    for (let t = prompt.length; t < ids.length; t++) {
      const row = [...logits.subarray((t - 1) * size, t * size)];
      // Sums in another order may swap what is all but tied.
      expect(row[ids[t]!]!, `character ${t}`).toBeGreaterThan(Math.max(...row) - 1e-4);
    }
    run.dispose();
  });

  test("a prompt that the text's characters do not spell is refused in a sentence", async () => {
    const { run } = await open();
    expect(() => run.write("naïve", 10)).toThrow(/the book has no character ï/);
    expect(await run.write("", 5)).toHaveLength(5);
    run.setTemperature(0);
    expect(await run.write('said "', 40)).toBe(await run.write("said “", 40));
    run.dispose();
  });

  test("gates and cells are those of the network; a look that failed is tried again", async () => {
    const { run } = await open({ layers: 2 });
    vi.spyOn(Insight, "create").mockRejectedValueOnce(new Error("out of memory"));
    await expect(run.insight()).rejects.toThrow("out of memory");
    const insight = await run.insight();
    const { text, hidden, traces } = await insight.read(0);
    expect(text).toHaveLength(WATCHED);
    expect(Object.keys(traces)).toEqual(["cell", "state", "input", "forget", "output"]);
    const { cell, state, input, forget, output } = traces as Record<string, Float32Array>;
    for (let t = 1; t < WATCHED; t++)
      for (let u = 0; u < hidden; u++) {
        const [now, before] = [t * hidden + u, (t - 1) * hidden + u];
        expect(output![now]! * cell![now]!).toBeCloseTo(state![now]!, 5);
        // What is new in a cell came through the input gate, from a tanh.
        const added = Math.atanh(cell![now]!) - forget![now]! * Math.atanh(cell![before]!);
        expect(Math.abs(added)).toBeLessThan(input![now]! + 1e-4);
      }
    const norms = await insight.gradientNorms();
    expect(norms).toHaveLength(64);
    expect([...norms].every((n) => n > 0)).toBe(true);
    expect(norms[40]).toBeLessThan(norms[0]!);
    run.dispose();
  });

  test.each(["gru", "rnn"] as const)("%s can be looked into as well", async (cell) => {
    const { run } = await open({ cell });
    const { traces } = await (await run.insight()).read(3);
    expect(Object.keys(traces)).toEqual(cell === "gru" ? ["state", "reset", "update"] : ["state"]);
    for (const [name, values] of Object.entries(traces))
      expect(values.every((v) => v >= (name === "state" ? -1 : 0) && v <= 1)).toBe(true);
    run.dispose();
  });
});

test("settings: as given, else as stored, else as they suit the device", () => {
  expect(settingsFor({}, true)).toMatchObject({ cell: "lstm", layers: 1, seed: 0 });
  expect(settingsFor({}, false).hidden).toBeGreaterThan(settingsFor({}, true).hidden);
  expect(settingsFor({ lr: 1 }, true, { lr: 2, hidden: 7 })).toMatchObject({ lr: 1, hidden: 7 });
  expect(() => settingsFor({ hidden: 8 }, true, { hidden: 7 })).toThrow(/made with hidden 7/);
});

test.each([
  [{}, "holds no training run: nothing in it says of which model"],
  [{ model: "names", step: "3" }, "holds a run of names, not of char-rnn"],
  [{ model: "char-rnn", step: "many" }, "its metadata are damaged\n  step: many"],
])("a file that says %j is refused in plain words", (metadata, words) => {
  const file = encodeSafetensors({ tensors: new Map(), metadata });
  expect(() => checkpointOf("char-rnn", file)).toThrow(words);
});
