import type { TrainEvent } from "../../src/index";
import { serve } from "../shared/remote";
import { loadedOnce, RunKeeper } from "../shared/serveRun";
import { createNames, fetchLists, type NamesRun } from "./experiment";
import type { WorkerEvent, WorkerMethods } from "./protocol";

const lists = loadedOnce(fetchLists);
const runs = new RunKeeper<TrainEvent, NamesRun>((e) => send(e));

const send: (e: WorkerEvent) => void = serve<WorkerMethods, WorkerEvent>({
  ...runs.methods,
  async create(options, dataUrl, temperature) {
    const names = lists(dataUrl);
    const run = await runs.replace(async () => createNames(await names, options, send));
    run.onMeasure = send;
    run.setTemperature(temperature);
    return run.done;
  },
  read: (name) => runs.ask((run) => run.read(name)),
  invent: (beginning) => runs.ask((run) => run.invent(beginning)),
  setTemperature: (temperature) => runs.current.setTemperature(temperature),
  map: () => runs.ask((run) => run.map()),
  checkpoint: () => runs.ask((run) => run.checkpoint()),
});
