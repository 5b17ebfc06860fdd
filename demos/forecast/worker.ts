import type { TrainEvent } from "../../src/index";
import { serve } from "../shared/remote";
import { RunKeeper } from "../shared/serveRun";
import { createForecast, type ForecastRun } from "./experiment";
import type { WorkerEvent, WorkerMethods } from "./protocol";

const runs = new RunKeeper<TrainEvent, ForecastRun>((e) => send(e));

const send: (e: WorkerEvent) => void = serve<WorkerMethods, WorkerEvent>({
  ...runs.methods,
  create: async (options) => (await runs.replace(() => createForecast(options, send))).done,
  picture: (from) => runs.ask((run) => run.picture(from)),
  checkpoint: () => runs.ask((run) => run.checkpoint()),
});
