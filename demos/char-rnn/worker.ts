import type { TrainEvent } from "../../src/index";
import { serve } from "../shared/remote";
import { loadedOnce, RunKeeper } from "../shared/serveRun";
import { type CharRnnRun, createCharRnn, fetchBook } from "./experiment";
import type { WorkerEvent, WorkerMethods } from "./protocol";

const book = loadedOnce(fetchBook);
let writing: AbortController | undefined;
const runs = new RunKeeper<TrainEvent, CharRnnRun>((e) => send(e));

const send: (e: WorkerEvent) => void = serve<WorkerMethods, WorkerEvent>({
  ...runs.methods,
  async create(options, dataUrl, temperature) {
    writing?.abort();
    const text = book(dataUrl);
    const run = await runs.replace(async () => createCharRnn(await text, options, send));
    run.onSample = send;
    run.setTemperature(temperature);
    return run.done;
  },
  write(prompt, count) {
    writing?.abort();
    const abort = new AbortController();
    writing = abort;
    const tell = (piece: string) => send({ event: "continuation", piece });
    return runs.ask((run) => run.write(prompt, count, tell, abort.signal));
  },
  stopWriting: () => writing?.abort(),
  setTemperature: (temperature) => runs.current.setTemperature(temperature),
  read: (passage) => runs.ask(async (run) => (await run.insight()).read(passage)),
  gradientNorms: () => runs.ask(async (run) => (await run.insight()).gradientNorms()),
  checkpoint: () => runs.ask((run) => run.checkpoint()),
});
