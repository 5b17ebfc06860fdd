import type { TrainEvent } from "../../src/index";
import { serve } from "../shared/remote";
import { RunKeeper } from "../shared/serveRun";
import { createMnistCnn, loadMnistFiles, type MnistCnnRun, type MnistFiles } from "./experiment";
import type { WorkerEvent, WorkerMethods } from "./protocol";

let files: Promise<MnistFiles> | undefined;
const runs = new RunKeeper<TrainEvent, MnistCnnRun>((e) => send(e));

const send: (e: WorkerEvent) => void = serve<WorkerMethods, WorkerEvent>({
  ...runs.methods,
  async create(options, dataUrl) {
    files ??= loadMnistFiles(dataUrl);
    files.catch(() => {
      files = undefined;
    });
    const digits = files;
    return (await runs.replace(async () => createMnistCnn(await digits, options, send))).done;
  },
  predict: (pixels, n) => runs.ask((run) => run.predict(pixels, n)),
  featureMaps: (pixels) => runs.ask((run) => run.featureMaps(pixels)),
  testDigits: (count) => runs.current.testDigits(count),
  checkpoint: () => runs.ask((run) => run.checkpoint()),
});
