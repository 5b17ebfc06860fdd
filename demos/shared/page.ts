import type { CompileEvent, EvalEvent, RecoveredEvent, StepEvent } from "../../src/index";
import { acceptFiles, byId, download, pauseWhileHidden, showAlert, toCsv } from "./dom";
import { type FormValues, fillForm, mirrorInAddress, readForm } from "./form";
import { showHood } from "./hood";
import { progress } from "./progress";
import { type Remote, RemoteError } from "./remote";
import type { LostEvent, RunMethods } from "./serveRun";
import { themeButton } from "./theme";

export type State = "loading" | "idle" | "training" | "failed";

/** What the events of every run have in common. */
export type CommonEvent = CompileEvent | StepEvent | EvalEvent | RecoveredEvent | LostEvent;

/** What makes a training page this one. */
export interface PageParts {
  /** Name of the files that it offers. */
  readonly name: string;
  readonly remote: Remote<RunMethods>;
  /** What a step learns from; default examples. */
  readonly unit?: string;
  /** Text of model.ts. */
  readonly source: string;
  /** What is drawn in colours of the theme. */
  readonly views: readonly { redraw(): void }[];
  /** Ids of further buttons that need a network. */
  readonly needNetwork?: readonly string[];
  /** Makes the network, anew or from a checkpoint. @returns the step at which it stands */
  create(values: FormValues, resume?: Uint8Array): Promise<number>;
  /** The whole run as a file. */
  checkpoint(): Promise<Uint8Array>;
  /** Empties what shows the run before: the new network stands. */
  clear(): void;
  /** The settings of the form that a checkpoint was made with, where it says them. @throws CheckpointError */
  settingsOf?(checkpoint: Uint8Array, file: string): Promise<FormValues> | FormValues;
  /** Shows what the network does; asked again while one look is under way, it is done once more after it. */
  look?(): Promise<void>;
  /** Milliseconds between two looks while it trains; by default it looks only where it stops and after evaluations. */
  readonly lookEvery?: number;
  /** What a changed setting does; by default the network is made anew. @returns whether that is all */
  changed?(name: string): boolean;
  entered?(state: State): void;
  /** Training has begun, or goes on. */
  trains?(): void;
  /** The run's numbers, a row a step. */
  table(): { columns: readonly string[]; rows: readonly (readonly (number | string)[])[] };
  onStep(e: StepEvent): void;
  onEvaluation?(e: EvalEvent): void;
}

const settings = byId<HTMLFormElement>("settings");
const button = (id: string) => byId<HTMLButtonElement>(id);

/** Names of settings that say how the page behaves, not what the network is. */
const OF_THE_PAGE = ["background"];

/**
 * A page that trains a network: Train, Pause, Step, Reset, settings mirrored in the address, progress, files and the panel
 * under the hood. The page's HTML has the elements by their ids; see `demos/char-rnn/index.html`.
 */
export class TrainingPage {
  /** Since the network was made. */
  readonly steps: StepEvent[] = [];
  readonly evaluations: EvalEvent[] = [];
  #state: State = "loading";
  #creating = false;
  #wanted: { resume: Uint8Array | undefined } | undefined;
  #looking: Promise<void> | undefined;
  #lookAgain = false;
  /** The newest training, until the page rests after it. */
  #training: Promise<void> | undefined;
  /** Networks made so far. */
  #made = 0;

  constructor(readonly parts: PageParts) {}

  get state(): State {
    return this.#state;
  }

  /** Brings the page to life. */
  start(): void {
    this.#wire();
    this.#enter("loading");
    if (navigator.gpu) void this.create();
    else this.fail("This browser has no WebGPU. Use Chrome or Edge 113 or newer.");
  }

  /** Takes what the worker tells, and leaves alone what is the page's own. */
  take(told: { readonly event: string }): void {
    const e = told as CommonEvent;
    if (e.event === "compile") progress.compiling(e);
    else if (e.event === "step") this.#onStep(e);
    else if (e.event === "eval") {
      this.evaluations.push(e);
      this.parts.onEvaluation?.(e);
      void this.look();
    } else if (e.event === "recovered") this.#onRecovered(e);
    else if (e.event === "lost") this.fail(`${e.reason}\nPress Reset to start anew.`);
  }

  /** Steps and evaluations after the one from which a run goes on are told of again. */
  #onRecovered({ step, reason }: RecoveredEvent): void {
    for (const list of [this.steps, this.evaluations]) {
      const kept = list.filter((e) => e.step <= step).length;
      list.length = kept;
    }
    showAlert(`${reason}\nThe run goes on from step ${step}, on a new device.`);
  }

  /** A row for each step, with the evaluation that was made after it, if any. */
  perStep<R>(row: (step: StepEvent, evaluation: Partial<EvalEvent>) => R): R[] {
    const made = new Map(this.evaluations.map((e) => [e.step, e]));
    return this.steps.map((s) => row(s, made.get(s.step) ?? {}));
  }

  /** Makes the network anew, or from a checkpoint; what is wanted meanwhile is made after it. */
  async create(resume?: Uint8Array): Promise<void> {
    this.#wanted = { resume };
    if (this.#creating) return;
    this.#creating = true;
    while (this.#wanted) {
      const { resume: from }: { resume: Uint8Array | undefined } = this.#wanted;
      this.#wanted = undefined;
      const values = readForm(settings);
      if (values) await this.#make(values, from);
    }
    this.#creating = false;
  }

  /** Shows what the network does now; resolves when it is shown. */
  look(): Promise<void> {
    this.#lookAgain = true;
    this.#looking ??= this.#keepLooking().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  /** Says what went wrong. A file that cannot be loaded changes nothing; anything else stops the page until Reset. */
  fail(error: unknown): void {
    const text = error instanceof Error ? error.message : String(error);
    const fileTrouble = error instanceof Error && error.name === "CheckpointError";
    showAlert(fileTrouble ? `This file cannot be loaded: ${text}` : text);
    const { step } = document.body.dataset;
    if (fileTrouble && step !== undefined) {
      if (this.#state === "failed") return;
      if (this.#state === "loading") this.#enter("idle");
      progress.say(`still at step ${step}`);
    } else {
      this.#enter("failed");
      progress.say("stopped");
    }
  }

  /** Sets some of the settings and makes the network anew. */
  use(some: FormValues): void {
    const values = readForm(settings);
    if (values && fillForm(settings, { ...values, ...some })) void this.create();
  }

  #enter(next: State): void {
    this.#state = next;
    document.body.dataset.state = next;
    const none = next === "loading" || next === "failed";
    button("train").textContent = next === "training" ? "Pause" : "Train";
    for (const id of ["train", "save", ...(this.parts.needNetwork ?? [])]) button(id).disabled = none;
    button("reset").disabled = next === "loading";
    button("step").disabled = next !== "idle";
    button("csv").disabled = this.steps.length === 0;
    this.parts.entered?.(next);
  }

  async #make(values: FormValues, resume?: Uint8Array): Promise<void> {
    showAlert("");
    this.#enter("loading");
    progress.reset();
    progress.say("loading …");
    try {
      const step = await this.parts.create(values, resume);
      this.#made++;
      for (const list of [this.steps, this.evaluations]) list.length = 0;
      this.parts.clear();
      document.body.dataset.step = String(step);
      progress.reset();
      progress.say(step ? `at step ${step}, from the checkpoint` : "ready");
      this.#enter("idle");
      await this.look();
      if (byId<HTMLDetailsElement>("hood-details").open) await this.#openHood();
    } catch (error) {
      this.fail(error);
    }
  }

  #onStep(e: StepEvent): void {
    this.steps.push(e);
    this.parts.onStep(e);
    progress.training(e, this.parts.unit);
    document.body.dataset.step = String(e.step);
    button("csv").disabled = false;
  }

  #train(): void {
    if (this.#state === "idle") this.#training = this.#trainOn();
  }

  async #trainOn(): Promise<void> {
    const { lookEvery } = this.parts;
    showAlert("");
    this.#enter("training");
    this.parts.trains?.();
    const looks = lookEvery === undefined ? undefined : setInterval(() => void this.look(), lookEvery);
    try {
      const step = await this.parts.remote.train();
      const ended = step >= (this.steps.at(-1)?.steps ?? Number.POSITIVE_INFINITY);
      await this.#stopped(ended ? `finished after ${step} steps` : `paused at step ${step}`);
    } catch (error) {
      if (this.#state === "training") this.fail(error);
    } finally {
      clearInterval(looks);
    }
  }

  async #oneStep(): Promise<void> {
    this.#enter("training");
    try {
      await this.#stopped(`paused at step ${await this.parts.remote.step()}`);
    } catch (error) {
      if (this.#state === "training") this.fail(error);
    }
  }

  async #stopped(text: string): Promise<void> {
    if (this.#state !== "training") return;
    this.#enter("idle");
    progress.say(text);
    await this.look();
  }

  async #keepLooking(): Promise<void> {
    while (this.#lookAgain) {
      this.#lookAgain = false;
      if (this.#state === "loading" || this.#state === "failed") return;
      const network = this.#made;
      try {
        await this.parts.look?.();
      } catch (error) {
        // A look at a network that has been replaced meanwhile ends with it.
        if (network === this.#made && this.state !== "failed") this.fail(error);
      }
    }
  }

  /** Takes a checkpoint's settings into the form, then goes on from it. */
  async #load(file: File): Promise<void> {
    try {
      const bytes = new Uint8Array(await file.arrayBuffer());
      const stored = await this.parts.settingsOf?.(bytes, file.name);
      const values = stored && readForm(settings);
      if (values && !fillForm(settings, { ...values, ...stored }))
        throw new RemoteError("CheckpointError", "its settings are not those of this page");
      await this.create(bytes);
    } catch (error) {
      this.fail(error);
    }
  }

  async #openHood(): Promise<void> {
    if (this.#state === "loading" || this.#state === "failed") return;
    showHood(await this.parts.remote.underTheHood());
  }

  #exportCsv(): void {
    const { columns, rows } = this.parts.table();
    download(`${this.parts.name}.csv`, toCsv(columns, rows), "text/csv");
  }

  async #save(): Promise<void> {
    download(`${this.parts.name}.safetensors`, (await this.parts.checkpoint()) as Uint8Array<ArrayBuffer>);
  }

  #changed(name: string): void {
    if (!name || OF_THE_PAGE.includes(name) || this.parts.changed?.(name)) return;
    void this.create();
  }

  #wire(): void {
    const { parts } = this;
    byId("theme").append(
      themeButton(() => {
        for (const view of parts.views) view.redraw();
      }),
    );
    byId("model-source").textContent = parts.source;
    mirrorInAddress(settings, (name) => this.#changed(name));
    button("train").addEventListener("click", () => {
      if (this.#state === "training") void parts.remote.pause();
      else this.#train();
    });
    button("step").addEventListener("click", () => void this.#oneStep());
    button("reset").addEventListener("click", () => void this.create());
    button("csv").addEventListener("click", () => this.#exportCsv());
    button("save").addEventListener("click", () => void this.#save().catch((e) => this.fail(e)));
    acceptFiles(byId<HTMLInputElement>("load"), (file) => void this.#load(file));
    byId("hood-details").addEventListener("toggle", () => void this.#openHood().catch((e) => this.fail(e)));
    pauseWhileHidden(
      () => this.#state === "training" && readForm(settings)?.background !== true,
      () => Promise.all([parts.remote.pause(), this.#training]),
      () => this.#train(),
    );
  }
}
