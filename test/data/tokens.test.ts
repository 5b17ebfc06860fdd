import { describe, expect, test } from "vitest";
import { Loader } from "../../src/data/loader";
import { SequenceDataset, SequenceLoader } from "../../src/data/sequenceLoader";
import { bucketByLength, bucketedBatches, padSequences } from "../../src/data/sequences";
import { StreamLoader } from "../../src/data/streamLoader";
import { TokenDataset } from "../../src/data/tokenDataset";
import { WindowLoader, type WindowLoaderOptions } from "../../src/data/windowLoader";
import { takeWindows } from "../../src/ops/takeWindows";
import { tensor } from "../../src/train/tensor";
import { describeOnDawn } from "../device";

/** Token i is i: a label is its id plus one, and says where it was. */
const counting = (count: number) =>
  new TokenDataset({ tokens: Int32Array.from({ length: count }, (_, i) => i), size: count });

describe("how much an epoch has", () => {
  test("streams", () => {
    const { batches, labels } = new StreamLoader(counting(32), { batch: 3, length: 4 });
    expect([batches, labels]).toEqual([2, 24]); // 31 labels, 10 a stream, two chunks of 4
    const whole = new StreamLoader(counting(32), { batch: 3, length: 4, whole: true });
    expect([whole.batches, whole.labels]).toEqual([3, 31]); // 11 a stream
  });

  test("windows", () => {
    const ordered = new WindowLoader(counting(32), { batch: 3, length: 4 });
    expect([ordered.batches, ordered.labels]).toEqual([3, 31]);
    const shuffled = new WindowLoader(counting(32), { batch: 3, length: 4, shuffle: true });
    expect([shuffled.batches, shuffled.labels]).toEqual([2, 24]); // seven windows
    expect(new WindowLoader(counting(32), { batch: 1, length: 4, shuffle: true, stride: 1 }).batches).toBe(28);
    expect(new WindowLoader(counting(5), { batch: 1, length: 4, shuffle: true }).batches).toBe(1);
    expect(new WindowLoader(counting(7), { batch: 1, length: 4, shuffle: true }).batches).toBe(1);
  });
});

describe("sequences of unequal length", () => {
  const sequences = [[1, 2, 3], [4], [], [5, 6]];

  test("are filled up", () => {
    expect(padSequences(sequences, { pad: 9 })).toEqual({
      ids: Int32Array.of(1, 2, 3, 4, 9, 9, 9, 9, 9, 5, 6, 9),
      lengths: Int32Array.of(3, 1, 0, 2),
      shape: [4, 3],
    });
    expect(padSequences(sequences, { length: 2, truncate: true })).toEqual({
      ids: Int32Array.of(1, 2, 4, 0, 0, 0, 5, 6),
      lengths: Int32Array.of(2, 1, 0, 2),
      shape: [4, 2],
    });
    expect(padSequences([[]]).shape).toEqual([1, 1]);
  });

  test("are sorted into buckets", () => {
    const lengths = [3, 9, 1, 4, 4, 8];
    const rowsOf = (b: ReturnType<typeof bucketByLength>) => b.map(({ length, rows }) => [length, [...rows]]);
    expect(rowsOf(bucketByLength(lengths, [4, 10]))).toEqual([
      [4, [0, 2, 3, 4]],
      [9, [1, 5]],
    ]);
    expect(rowsOf(bucketByLength(lengths, 3))).toEqual([
      [3, [0, 2]],
      [4, [3, 4]],
      [9, [1, 5]],
    ]);
    expect(rowsOf(bucketByLength([2, 2, 2], 3))).toEqual([[2, [0, 1, 2]]]);
    expect(rowsOf(bucketByLength([5, 6], [3, 6]))).toEqual([[6, [0, 1]]]);
    expect(rowsOf(bucketByLength([0, 0], 1))).toEqual([[1, [0, 1]]]);
  });

  test("batches of an epoch have every sequence once, shuffled another way each epoch", () => {
    const lengths = Array.from({ length: 53 }, (_, i) => (i * 7) % 20);
    const buckets = bucketByLength(lengths, 3);
    const epoch = (e: number) => bucketedBatches(buckets, { batch: 4, shuffle: true, seed: 3, epoch: e });
    for (const b of epoch(1)) {
      expect(b.length).toBe(buckets[b.bucket]!.length);
      for (const row of b.rows) expect(lengths[row]).toBeLessThanOrEqual(b.length);
    }
    const order = epoch(0).flatMap(({ rows }) => [...rows]);
    expect(order.toSorted((a, b) => a - b)).toEqual(lengths.map((_, i) => i));
    expect(epoch(1).flatMap(({ rows }) => [...rows])).not.toEqual(order);
    expect(epoch(0)).toEqual(epoch(0));
    expect(bucketedBatches(buckets, { batch: 4, dropLast: true }).every(({ rows }) => rows.length === 4)).toBe(true);
    expect([...bucketedBatches(buckets, { batch: 100 })[0]!.rows]).toEqual([...buckets[0]!.rows]);
  });
});

await describeOnDawn("token streams", (engine) => {
  test("streams go on from chunk to chunk, wrap, and say when", async () => {
    const loader = new StreamLoader(counting(32), { batch: 3, length: 4, timeFirst: true });
    const step = await engine.capture({}, () => ({ ...loader.next() }));
    for (let run = 0; run < 5; run++) {
      await step.run();
      const { ids, labels, restart } = await step.readAll(["ids", "labels", "restart"]);
      const expected = [];
      for (let t = 0; t < 4; t++) for (let n = 0; n < 3; n++) expected.push(10 * n + 4 * (run % 2) + t);
      expect([...ids]).toEqual(expected);
      expect([...labels]).toEqual(expected.map((i) => i + 1));
      expect([...restart]).toEqual([run % 2 === 0 ? 1 : 0]);
    }
    step.dispose();
  });

  test("an evaluation by streams, or by windows in order, has every label once", async () => {
    const loaders = [
      new StreamLoader(counting(32), { batch: 3, length: 4, whole: true }),
      new StreamLoader(counting(6), { batch: 4, length: 9, whole: true }),
      new WindowLoader(counting(32), { batch: 3, length: 4 }),
      new WindowLoader(counting(2), { batch: 2, length: 3 }),
    ];
    for (const loader of loaders) {
      const step = await engine.capture({}, () => ({ ...loader.next() }));
      const { batch, length } = loader.options;
      expect(step.outputs.ids!.shape).toEqual([batch, length]);
      const seen: number[] = [];
      for (let b = 0; b < loader.batches; b++) {
        await step.run();
        const { ids, labels } = await step.readAll(["ids", "labels"]);
        labels.forEach((label, i) => {
          expect(ids[i]).toBe(label < 0 ? 0 : label - 1);
          if (label >= 0) seen.push(label);
        });
      }
      expect(seen.length).toBe(loader.labels);
      expect(seen.toSorted((a, b) => a - b)).toEqual(Array.from({ length: loader.dataset.count - 1 }, (_, i) => i + 1));
      step.dispose();
    }
  });

  test("shuffled windows do not overlap within an epoch, and begin elsewhere in the next", async () => {
    const epochsOf = async (options: WindowLoaderOptions, epochs: number, count = 103) => {
      const loader = new WindowLoader(counting(count), options);
      const step = await engine.capture({}, () => loader.next());
      const starts: number[][] = Array.from({ length: epochs }, () => []);
      for (let b = 0; b < epochs * loader.batches; b++) {
        await step.run();
        const { ids, labels } = await step.readAll(["ids", "labels"]);
        for (let n = 0; n < options.batch; n++) {
          const [first] = ids.slice(n * options.length, (n + 1) * options.length);
          for (let t = 0; t < options.length; t++) {
            expect(ids[n * options.length + t]).toBe(first! + t);
            expect(labels[n * options.length + t]).toBe(first! + t + 1);
          }
          starts[Math.floor(b / loader.batches)]!.push(first!);
        }
      }
      step.dispose();
      return starts;
    };
    const options = { batch: 5, length: 10, shuffle: true, seed: 6 };
    const epochs = await epochsOf(options, 6);
    for (const starts of epochs) {
      // Nine windows fit whatever the phase; one batch of five is read.
      expect(new Set(starts.map((s) => Math.floor((s - (starts[0]! % 10)) / 10))).size).toBe(5);
      expect(new Set(starts.map((s) => s % 10)).size).toBe(1);
    }
    expect(new Set(epochs.map(([first]) => first! % 10)).size).toBeGreaterThan(2);
    expect(await epochsOf({ ...options, seed: 7 }, 1)).not.toEqual(epochs.slice(0, 1));
    const [every] = await epochsOf({ ...options, batch: 31, stride: 1 }, 1);
    expect(new Set(every).size).toBe(93);
    expect(Math.max(...every!)).toBeLessThanOrEqual(92);
    // Six labels have room for one window of four, at three places.
    const single = await epochsOf({ batch: 1, length: 4, shuffle: true }, 20, 7);
    expect(new Set(single.flat())).toEqual(new Set([0, 1, 2]));
  });

  test("a loader whose position is restored goes on as if it had never stopped", async () => {
    const run = async (loader: WindowLoader, batches: number, from?: Uint32Array<ArrayBuffer>) => {
      const step = await engine.capture({}, () => loader.next());
      if (from) engine.write(loader.position, from);
      for (let b = 0; b < batches; b++) await step.run();
      const ids = await step.read("ids");
      step.dispose();
      return { ids, position: (await engine.read(loader.position)) as Uint32Array<ArrayBuffer> };
    };
    const options = { batch: 4, length: 8, shuffle: true, seed: 11 };
    const whole = await run(new WindowLoader(counting(300), options), 20);
    const half = await run(new WindowLoader(counting(300), options), 13);
    expect([...half.position]).toEqual([11, 13]);
    const resumed = await run(new WindowLoader(counting(300), { ...options, seed: 0 }), 7, half.position);
    expect(resumed).toEqual(whole);
  });

  test("sequences of several fields are gathered together", async () => {
    const source = [[1, 2, 3], [4], [5, 6]];
    const dataset = new SequenceDataset({ source, target: [[9], [8, 8], [7]] }, { pad: 99 });
    const loader = new SequenceLoader(dataset, { batch: 2 });
    const step = await engine.capture({}, () => {
      const { source: s, target } = loader.next();
      return { ids: s.ids, lengths: s.lengths, target: target.ids };
    });
    await step.run();
    await step.run();
    const { ids, lengths, target } = await step.readAll(["ids", "lengths", "target"]);
    expect([[...ids], [...lengths], [...target]]).toEqual([
      [5, 6, 99, 99, 99, 99],
      [2, 0],
      [7, 99, 99, 99],
    ]);
    step.dispose();
    const longer = new SequenceDataset({ source }, { length: 4 }).take(tensor(Uint32Array.of(1)));
    expect([...(await engine.read(longer.source.ids))]).toEqual([4, 0, 0, 0]);
    const { source: taken } = dataset.take(tensor(Uint32Array.of(2, 3)));
    expect([...(await engine.read(taken.ids))]).toEqual([5, 6, 99, 99, 99, 99]);
    const shuffled = new Loader(dataset, { batch: 3, shuffle: true, seed: 2 });
    const { source: s } = shuffled.next();
    const [all] = await engine.read([s.lengths]);
    expect([...all!].toSorted()).toEqual([1, 2, 3]);
  });

  test("windows of a stream that is not a data set", async () => {
    const { tokens, position } = {
      tokens: counting(9).tokens,
      position: new WindowLoader(counting(9), { batch: 1, length: 1 }).position,
    };
    const { ids } = takeWindows(tokens, position, {
      batch: 2,
      length: 2,
      batches: 1,
      order: { rowStep: 3, batchStep: 0 },
    });
    expect([...(await engine.read(ids))]).toEqual([0, 1, 3, 4]);
  });
});
