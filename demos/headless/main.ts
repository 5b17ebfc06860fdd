// The page that `wgrad train --on chrome` opens: no controls, driven from outside.
import { EXPERIMENTS, type RunOptions } from "../../src/cli/experiments";
import { trainSaving } from "../../src/cli/saving";
import type { TrainEvent, TuningStore } from "../../src/index";

/** What the command line asks for. */
interface RunRequest {
  readonly model: string;
  /** Seconds from one checkpoint to the next while it trains; without, it tunes. */
  readonly saveEvery?: number;
  readonly options: RunOptions;
  /** Whether `/checkpoint` has one to go on from. */
  readonly resume: boolean;
}

declare global {
  var wgradEvent: (event: TrainEvent) => Promise<void>;
  var wgradRun: (request: RunRequest) => Promise<string | null>;
}

const bytesOf = async (url: string): Promise<Uint8Array> => {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status} ${response.statusText}`);
  return new Uint8Array(await response.arrayBuffer());
};

const tableOf = (device: string) => `/tuning?device=${encodeURIComponent(device)}`;

/** What was measured is kept by the command line: this browser forgets. */
const tuning: TuningStore = {
  load: async (device) => (await fetch(tableOf(device))).json(),
  async save(device, table) {
    await fetch(tableOf(device), { method: "POST", body: JSON.stringify(table) });
  },
};

const post = async (url: string, bytes: Uint8Array): Promise<void> => {
  const response = await fetch(url, { method: "POST", body: bytes as BodyInit });
  if (!response.ok) throw new Error(`${url}: ${response.status} ${response.statusText}`);
};

/** One page, one run: it may be told to stop before it has begun. */
const abort = new AbortController();
addEventListener("wgrad-stop", () => abort.abort());

/** Trains, reporting each event, then hands the checkpoint over; or tunes. Resolves with null, or with what went wrong. */
globalThis.wgradRun = async ({ model, saveEvery, options, resume }) => {
  // Events are reported in order, and all of them before this resolves.
  let reported: Promise<void> = Promise.resolve();
  const report = (event: TrainEvent) => {
    reported = reported.then(() => globalThis.wgradEvent(event));
  };
  try {
    const experiment = await EXPERIMENTS[model]!.open();
    const from = resume ? { resume: await bytesOf("/checkpoint") } : {};
    const load = (name: string) => bytesOf(`/data/${name}`);
    const run = await experiment.create(load, { ...options, ...from, tuning }, report);
    if (saveEvery === undefined) await run.tune(report);
    else {
      const saving = { every: saveEvery, save: (bytes: Uint8Array) => post("/checkpoint-so-far", bytes) };
      await post("/checkpoint", await trainSaving(run, saving, report, abort.signal));
    }
    await reported;
    return null;
  } catch (error) {
    await reported;
    return error instanceof Error ? error.message : String(error);
  }
};
