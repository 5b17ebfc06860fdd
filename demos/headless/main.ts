// The page that `wgrad train --on chrome` opens: no controls, driven from outside.
import { EXPERIMENTS, type RunOptions } from "../../src/cli/experiments";
import type { TrainEvent } from "../../src/index";

/** What the command line asks for. */
interface TrainRequest {
  readonly model: string;
  readonly options: RunOptions;
  /** Whether `/checkpoint` has one to go on from. */
  readonly resume: boolean;
}

declare global {
  var wgradEvent: (event: TrainEvent) => Promise<void>;
  var wgradTrain: (request: TrainRequest) => Promise<string | null>;
}

const bytesOf = async (url: string): Promise<Uint8Array> => {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status} ${response.statusText}`);
  return new Uint8Array(await response.arrayBuffer());
};

/** Trains, reporting each event, then hands the checkpoint over. Resolves with null, or with what went wrong. */
globalThis.wgradTrain = async ({ model, options, resume }) => {
  const abort = new AbortController();
  addEventListener("wgrad-stop", () => abort.abort());
  // Events are reported in order, and all of them before this resolves.
  let reported: Promise<void> = Promise.resolve();
  const report = (event: TrainEvent) => {
    reported = reported.then(() => globalThis.wgradEvent(event));
  };
  try {
    const experiment = await EXPERIMENTS[model]!();
    const from = resume ? { resume: await bytesOf("/checkpoint") } : {};
    const run = await experiment.create((name) => bytesOf(`/data/mnist/${name}`), { ...options, ...from }, report);
    await run.train(report, abort.signal);
    const checkpoint = await run.checkpoint();
    await fetch("/checkpoint", { method: "POST", body: checkpoint as BodyInit });
    await reported;
    return null;
  } catch (error) {
    await reported;
    return error instanceof Error ? error.message : String(error);
  }
};
