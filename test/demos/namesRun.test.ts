// The two networks over the letters of names without their page: what the worker and the command line drive.
import { describe, expect, test } from "vitest";
import { KIND_NAMES, lettersOf, lookup, readNames, spell, written } from "../../demos/names/data";
import { createNames, LISTS, type MeasureEvent, type NamesOptions } from "../../demos/names/experiment";
import { Projection } from "../../demos/names/projection";
import { settingsFor } from "../../demos/names/settings";
import { dataFile } from "../../src/cli/packages";
import { encodeSafetensors, type TrainEvent } from "../../src/index";
import { nodeRuntime } from "../device";

const bytes = (names: readonly string[]) => new TextEncoder().encode(names.join("\n"));
const ENDS = ["a", "ina", "ette", "la", "ra"];
const STEMS = [
  "al",
  "ber",
  "car",
  "dor",
  "el",
  "fer",
  "gar",
  "hel",
  "ir",
  "jan",
  "kar",
  "lor",
  "mar",
  "nor",
  "or",
  "per",
];
/** Names of girls end in vowels, and of boys do not. */
const GIRLS = STEMS.flatMap((s) => ENDS.map((e) => s + e));
const BOYS = STEMS.flatMap((s) => ["o", "us", "d", "rt", "f"].map((e) => s + e));
const SMALL = [bytes([...GIRLS, "robin"]), bytes([...BOYS, "robin"])];
const TINY = { hidden: 16, batch: 16, lr: 0.02, steps: 40 };

const { runtime, reason } = await nodeRuntime();
runtime?.destroy();

/** Nothing that was measured before: kernels differ in the order of summation. */
const tuning = { load: async () => ({}), save: async () => {} };

/** A tiny run, and what it has told so far. */
async function open(options: NamesOptions = {}) {
  const events: TrainEvent[] = [];
  const measures: MeasureEvent[] = [];
  const on = (e: TrainEvent) => void events.push(e);
  const run = await createNames(SMALL, { ...TINY, tuning, ...options }, on);
  run.onMeasure = (m) => measures.push(m);
  const losses = () => events.flatMap((e) => (e.event === "step" ? [e.loss] : []));
  return { run, events, measures, on, losses };
}

describe.skipIf(reason)(`names in Node on Dawn${reason ? ` (skipped: ${reason})` : ""}`, () => {
  test("a lost device costs nothing, in training and at rest", async () => {
    const whole = await open();
    await whole.run.train(whole.on);
    const { run, on, events } = await open();
    const halfway = new AbortController();
    let lost = false;
    let endedFirst: Promise<boolean> | undefined;
    await run.train((e) => {
      on(e);
      if (e.event === "step" && !lost) {
        lost = true;
        run.engine.runtime.device.destroy();
        endedFirst = run.recover(on).then(() => halfway.signal.aborted);
      } else if (e.event === "recovered") setTimeout(() => halfway.abort(), 100);
    }, halfway.signal);
    // Whoever waits for the recovery need not wait for the training: the device may be lost again.
    expect(await endedFirst).toBe(false);
    const reached = run.done;
    expect(reached).toBeGreaterThan(0);
    expect(events.filter((e) => e.event === "recovered")).toHaveLength(1);
    const before = await run.checkpoint();
    run.engine.runtime.device.destroy();
    await run.lost;
    await run.recover(on);
    expect(events.at(-1)).toMatchObject({ event: "recovered", step: reached });
    expect(await run.checkpoint()).toEqual(before);
    await run.train(on);
    const steps = (list: TrainEvent[]) => new Map(list.flatMap((e) => (e.event === "step" ? [[e.step, e.loss]] : [])));
    expect(steps(events)).toEqual(steps(whole.events));
    expect(await run.checkpoint()).toEqual(await whole.run.checkpoint());
    for (const r of [whole.run, run]) r.dispose();
  });

  test("learns what tells the kinds apart, and tells all scores at its end", async () => {
    const { run, on, events, measures, losses } = await open({ steps: 120, evaluateEvery: 60 });
    await run.train(on);
    expect(losses().at(-1)).toBeLessThan(0.6 * losses()[0]!);
    const done = events.at(-1)!;
    expect(done).toMatchObject({ event: "done", model: "names", steps: 120 });
    if (done.event !== "done") return;
    expect(done.testAccuracy).toBeGreaterThan(0.9);
    expect(done.macroF1).toBeGreaterThan(0.9);
    expect(done.bitsPerCharacter).toBeGreaterThan(0.5);
    expect(done.bitsPerCharacter).toBeLessThan(3);
    expect(done.sample).toMatch(/^girls: .+\nboys: .+$/);
    expect(done.confusion!.flat().reduce((a, b) => a + b)).toBe(16);
    expect(measures.map((m) => m.step)).toEqual([60, 120]);
    expect(measures[1]!.seen.accuracy).toBeGreaterThan(0.9);
    expect(measures[1]!.invented.map((i) => i.kind)).toEqual([...Array(6).fill(0), ...Array(6).fill(1)]);
    run.dispose();
  });

  test("resumed = never stopped, bit for bit, with dropout and samples", async () => {
    const whole = await open();
    await whole.run.train(whole.on);
    const first = await open();
    for (let i = 0; i < 17; i++) await first.run.step(first.on);
    const resume = await first.run.checkpoint();
    const second = await open({ hidden: undefined, batch: undefined, lr: undefined, steps: undefined, resume });
    expect(second.run.settings).toMatchObject({ hidden: 16, batch: 16, dropout: 0.2 });
    await second.run.train(second.on);
    expect([...first.losses(), ...second.losses()]).toEqual(whole.losses());
    const { seconds: _, ...scores } = whole.events.at(-1) as unknown as Record<string, unknown>;
    expect(second.events.at(-1)).toMatchObject(scores);
    await expect(open({ hidden: 8, resume })).rejects.toThrow(/made with hidden 16/);
    const other = encodeSafetensors({ tensors: new Map(), metadata: { model: "char-rnn", step: "3" } });
    await expect(open({ resume: other })).rejects.toThrow(/holds a run of char-rnn, not of names/);
    for (const { run } of [whole, first, second]) run.dispose();
  });

  test("the opinion after each letter is that on the name that would end there", async () => {
    const { run, on } = await open();
    await run.train(on);
    const { name, probabilities, known } = await run.read(" Róbin ");
    expect([name, known, probabilities.length]).toEqual(["robin", "both", 10]);
    for (let end = 1; end <= 5; end++) {
      const part = await run.read("robin".slice(0, end));
      const last = [...part.probabilities.slice(-2)];
      expect(last[0]! + last[1]!).toBeCloseTo(1, 5);
      expect(last[0]).toBeCloseTo(probabilities[2 * (end - 1)]!, 5);
    }
    // Judging by lengths, padded among others, comes to the same.
    const { names } = await run.map();
    const at = 3;
    const alone = await run.read(names.text[at]!);
    expect(names.probabilities[2 * at]).toBeCloseTo(alone.probabilities.at(-2)!, 5);
    run.dispose();
  });

  test("inventions follow the temperature and the beginning", async () => {
    const { run, on } = await open();
    await run.train(on);
    const begun = await run.invent("Mar");
    expect(begun).toHaveLength(24);
    expect(begun.every((i) => i.name.startsWith("mar"))).toBe(true);
    expect(new Set(begun.map((i) => i.name)).size).toBeGreaterThan(3);
    run.setTemperature(0);
    const certain = await run.invent("");
    expect(new Set(certain.map((i) => i.name)).size).toBeLessThanOrEqual(2);
    expect(await run.invent("")).toEqual(certain);
    await expect(run.invent("Mär7")).rejects.toThrow(/not “7”/);
    run.dispose();
  });
});

test("names: of both lists, of none, and what cannot be read", () => {
  const names = readNames(SMALL);
  expect([names.train.length, names.dev.length, names.test.length, names.both]).toEqual([128, 16, 16, ["robin"]]);
  const known = lookup(names);
  expect([known("robin"), known(names.dev[0]!.name), known("zzz")]).toEqual(["both", "dev", "new"]);
  expect(spell(lettersOf("Anne-Zoë"))).toBe("anne-zoe");
  expect(written("anne-zoe")).toBe("Anne-Zoe");
  expect(KIND_NAMES).toEqual(["girl", "boy"]);
  expect(() => lettersOf("  ")).toThrow("type a name first");
  expect(() => lettersOf("R2D2")).toThrow("a to z and the hyphen, not “2”");
  expect(() => lettersOf("鯨")).toThrow("not “鯨”");
  expect(() => lettersOf("a".repeat(16))).toThrow("16 letters are too many");
  expect(() => readNames([bytes([]), bytes(BOYS)])).toThrow(/female-names.txt: no names/);
});

test("the real lists: no name is in two parts, the kinds are those of the lists", () => {
  const { train, dev, test: judged, both } = readNames(LISTS.map((l) => dataFile(l)!));
  expect([train.length, dev.length, judged.length, both.length]).toEqual([6403, 800, 800, 419]);
  const all = [...train, ...dev, ...judged].map((n) => n.name);
  expect(new Set([...all, ...both]).size).toBe(8003 + 419);
  expect(both).toContain("robin");
});

test("settings: as given, else as stored, else the usual ones", () => {
  expect(settingsFor({ lr: 1 }, { lr: 2, dropout: 0 })).toMatchObject({ lr: 1, dropout: 0, hidden: 64 });
  expect(() => settingsFor({ batch: 8 }, { batch: 7 })).toThrow(/made with batch 7/);
});

test("the plane of principal components keeps the widest directions, the first kind to the left", () => {
  // Wide along (0, 1, 0), less so along (1, 0, 1).
  const points = [-3, -2, -1, 0, 1, 2, 3].flatMap((v, i) => [i % 2 ? 0.5 : -0.5, 2 * v, i % 2 ? 0.5 : -0.5]);
  const kinds = [1, 1, 1, 0, 0, 0, 0];
  const places = new Projection().of(Float32Array.from(points), 3, kinds);
  expect(places[0]).toBeCloseTo(1, 5);
  expect(places[12]).toBeCloseTo(-1, 5);
  expect(Math.abs(places[1]! - places[3]!)).toBeCloseTo(Math.SQRT2 / 6, 1);
});
