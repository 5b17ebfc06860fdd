// What the engine keeps and loads in a browser; test/engine.chrome.test.ts asks for it.
import { createEngine, type Engine, matmul, square, sum } from "../../src/index";
import { captureSmallStep, feeds } from "../smallStep";

declare global {
  /** Losses of a captured step that goes on, and of the same step loaded from its file by another engine. */
  var trainFromFile: () => Promise<{ own: number[]; loaded: number[] }>;
  /** What was measured in idle time and kept, the way that another engine takes, and how much that one has to measure. */
  var tuneWhileIdle: () => Promise<{ kept: string[]; best: string; way: string; measured: number }>;
  /** Whether the browser lets parameters travel with a dispatch, uniform buffers that a step of small kernels makes, and its result. */
  var makeUniforms: () => Promise<{ immediates: boolean; made: number; out: number[] }>;
}

globalThis.makeUniforms = async () => {
  const engine = await createEngine({ tuning: false });
  const create = GPUDevice.prototype.createBuffer;
  let made = 0;
  GPUDevice.prototype.createBuffer = function (descriptor) {
    // The pipelines' own trial runs bind something as well.
    if (descriptor.usage & GPUBufferUsage.UNIFORM && descriptor.label === "params") made++;
    return create.call(this, descriptor);
  };
  const step = await engine.capture({ x: [2, 3] }, ({ x }) => ({ out: sum(square(x), 1) }));
  await step.run({ x: Float32Array.of(1, 2, 3, 4, 5, 6) });
  const out = [...(await step.read("out"))];
  GPUDevice.prototype.createBuffer = create;
  engine.dispose();
  return { immediates: navigator.gpu.wgslLanguageFeatures.has("immediate_address_space"), made, out };
};

globalThis.trainFromFile = async () => {
  const [engine, elsewhere] = [await createEngine({ tuning: false }), await createEngine({ tuning: false })];
  const { train } = await captureSmallStep(engine);
  await train.run(feeds);
  await train.drain();
  const { steps } = await elsewhere.load(await engine.save({ train }));
  const five = async (step: typeof train) => {
    for (let i = 0; i < 5; i++) await step.run(feeds);
    return (await step.drain()).map(({ values }) => values.loss);
  };
  const losses = { own: await five(train), loaded: await five(steps.train as typeof train) };
  engine.dispose();
  elsewhere.dispose();
  return losses;
};

const settled = <T>(request: IDBRequest<T>) =>
  new Promise<T>((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** The tables by device that lie in the browser's database. */
async function keptTables(): Promise<Record<string, string>[]> {
  const database = await settled(indexedDB.open("wgrad"));
  try {
    if (!database.objectStoreNames.contains("tuning")) return [];
    return await settled(database.transaction("tuning").objectStore("tuning").getAll());
  } finally {
    database.close();
  }
}

globalThis.tuneWhileIdle = async () => {
  const capture = (e: Engine) => e.capture({ a: [24, 16], b: [16, 20] }, ({ a, b }) => ({ out: matmul(a, b) }));
  const engine = await createEngine();
  await capture(engine);
  let tables: Record<string, string>[] = [];
  for (let i = 0; i < 200 && !tables.length; i++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    tables = await keptTables();
  }
  engine.dispose();
  const [kept = {}] = tables;
  const another = await createEngine({ tuneWhenIdle: false });
  const step = await capture(another);
  const { key } = step.plan.choices[0]!.ways;
  const measured = await another.tune(step);
  another.dispose();
  return { kept: Object.keys(kept), best: kept[key]!, way: step.plan.choices[0]!.way, measured: measured.length };
};
