import type { TrainEvent } from "../../src/index";
import { serve } from "../shared/remote";
import { loadedOnce, RunKeeper } from "../shared/serveRun";
import { createMnistCnn, loadMnistFiles, type MnistCnnRun } from "./experiment";
import type { WorkerEvent, WorkerMethods } from "./protocol";

const files = loadedOnce(loadMnistFiles);
const runs = new RunKeeper<TrainEvent, MnistCnnRun>((e) => send(e));

const send: (e: WorkerEvent) => void = serve<WorkerMethods, WorkerEvent>({
  ...runs.methods,
  async create(options, dataUrl) {
    const digits = files(dataUrl);
    return (await runs.replace(async () => createMnistCnn(await digits, options, send))).done;
  },
  predict: (pixels, n) => runs.ask((run) => run.predict(pixels, n)),
  featureMaps: (pixels) => runs.ask((run) => run.featureMaps(pixels)),
  testDigits: (count) => runs.current.testDigits(count),
  mistakes: (count) => runs.ask((run) => run.mistakes(count)),
  checkpoint: () => runs.ask((run) => run.checkpoint()),
});
