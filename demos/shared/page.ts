import type { RecoveredEvent, StepEvent } from "../../src/index";
import { findAdapter } from "./adapter";
import { showButtons } from "./buttons";
import { acceptFiles, byId, pauseWhileHidden, showAlert } from "./dom";
import { type FormValues, fillForm, mirrorInAddress, readForm } from "./form";
import { showHood } from "./hood";
import { plannedSteps } from "./kept";
import { Lookout } from "./lookout";
import { offerCheckpoint, offerTable } from "./offers";
import type { CommonEvent, PageParts, State } from "./pageParts";
import { progress } from "./progress";
import { RemoteError } from "./remote";
import { RunLog } from "./runLog";
import type { LostEvent } from "./serveRun";
import { themeButton } from "./theme";
import { isOfFile, sentence, troubleText } from "./trouble";

export type { PageParts, State } from "./pageParts";

const settings = byId<HTMLFormElement>("settings");
const button = (id: string) => byId<HTMLButtonElement>(id);

/** Names of settings that say how the page behaves, not what the network is. */
const OF_THE_PAGE = ["background"];

/**
 * A page that trains a network: Train, Pause, Step, Reset, settings mirrored in the address, progress, files and the panel
 * under the hood. The page's HTML has the elements by their ids; see `demos/char-rnn/index.html`.
 */
export class TrainingPage {
  readonly log = new RunLog();
  #state: State = "loading";
  #creating = false;
  #wanted: { resume: Uint8Array | undefined } | undefined;
  readonly #lookout = new Lookout(() => this.#lookOnce());
  /** The newest training, until the page rests after it. */
  #training: Promise<void> | undefined;
  /** Networks made so far. */
  #made = 0;
  #end = Number.NaN;
  /** Nothing is left to do at the end. */
  #finished = false;
  #stepping = false;
  /** Why the device is gone, until there is another. */
  #lost: string | undefined;

  constructor(readonly parts: PageParts) {}

  /** Step at which the run ends, by the form. */
  get end(): number {
    return this.#end;
  }

  get state(): State {
    return this.#state;
  }

  /** Brings the page to life. */
  start(): void {
    this.#wire();
    this.#enter("loading");
    void this.create();
  }

  /** Takes what the worker tells, and leaves alone what is the page's own. */
  take(told: { readonly event: string }): void {
    const e = told as CommonEvent;
    if (e.event === "compile") {
      if (this.#state !== "failed") progress.compiling(e);
    } else if (e.event === "step") this.#onStep(e);
    else if (e.event === "eval") {
      this.log.evaluations.push(e);
      this.parts.onEvaluation?.(e);
      void this.look();
    } else if (e.event === "recovered") this.#onRecovered(e);
    else if (e.event === "searching" || e.event === "lost") this.#onLost(e);
  }

  #onLost({ event, reason }: LostEvent): void {
    this.#lost = sentence(reason);
    if (event === "lost") this.fail(reason);
    else {
      showAlert(`${this.#lost}\nLooking for a device …`);
      progress.say("looking for a device …");
    }
  }

  #onRecovered({ step, reason }: RecoveredEvent): void {
    this.log.backTo(step);
    this.#lost = undefined;
    showAlert(`${sentence(reason)}\nThe run goes on from step ${step}, on a new device.`);
    if (this.#state === "idle") progress.say(`at step ${step}, on a new device`);
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
      else if (this.#state === "loading") this.fail("A setting cannot be used as it is: correct it.");
    }
    this.#creating = false;
  }

  /** Shows what the network does now; resolves when it is shown. */
  look(): Promise<void> {
    return this.#lookout.look();
  }

  /** Says what went wrong. A file that cannot be loaded changes nothing; anything else stops the page until Reset. */
  fail(error: unknown): void {
    showAlert(troubleText(error, this.#lost));
    const { step } = document.body.dataset;
    if (isOfFile(error) && step !== undefined) {
      if (this.#state === "failed") return;
      if (this.#state === "loading") {
        progress.stand(Number(step), this.#end);
        this.#enter("idle");
      }
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
    this.#showButtons();
    this.parts.entered?.(next);
  }

  #showButtons(): void {
    showButtons({
      state: this.#state,
      needNetwork: this.parts.needNetwork ?? [],
      ended: Number(document.body.dataset.step) >= this.#end,
      finished: this.#finished,
      further: this.#further,
      hasSteps: this.log.steps.length > 0,
    });
  }

  /** What to do after the last step. */
  get #further(): string {
    return this.parts.goesOnBeyond ? "Raise Steps to train on, or press Reset." : "Press Reset to start anew.";
  }

  async #make(values: FormValues, resume?: Uint8Array): Promise<void> {
    showAlert("");
    this.#enter("loading");
    this.#lost = undefined;
    progress.stand(0, 1);
    progress.say("loading …");
    const adapter = await findAdapter();
    if (typeof adapter === "string") return this.fail(adapter);
    try {
      const step = await this.parts.create(values, resume);
      this.#made++;
      this.log.clear();
      this.parts.clear();
      document.body.dataset.step = String(step);
      this.#end = Number(values.steps);
      this.#finished = false;
      progress.stand(step, this.#end);
      progress.say(step ? `at step ${step}, from the checkpoint` : "ready");
      this.#enter("idle");
      await this.look();
      if (byId<HTMLDetailsElement>("hood-details").open) await this.#openHood();
    } catch (error) {
      this.fail(error);
    }
  }

  #onStep(e: StepEvent): void {
    this.log.steps.push(e);
    this.parts.onStep(e);
    // The last step of a network that is being replaced may still be told of.
    if (this.#state === "training") progress.training(e, this.parts.unit);
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
    progress.say("training");
    this.parts.trains?.();
    const looks = lookEvery === undefined ? undefined : setInterval(() => void this.look(), lookEvery);
    try {
      const step = await this.parts.remote.train();
      this.#finished = step >= this.#end;
      await this.#stopped(this.#finished ? `finished after ${step} steps. ${this.#further}` : `paused at step ${step}`);
    } catch (error) {
      if (this.#state === "training") this.fail(error);
    } finally {
      clearInterval(looks);
    }
  }

  async #oneStep(): Promise<void> {
    showAlert("");
    this.#enter("training");
    this.#stepping = true;
    try {
      await this.#stopped(`paused at step ${await this.parts.remote.step()}`);
    } catch (error) {
      if (this.#state === "training") this.fail(error);
    } finally {
      this.#stepping = false;
    }
  }

  async #stopped(text: string): Promise<void> {
    if (this.#state !== "training") return;
    this.#enter("idle");
    progress.say(text);
    await this.look();
  }

  async #lookOnce(): Promise<void> {
    if (this.#state === "loading" || this.#state === "failed") return;
    const network = this.#made;
    try {
      await this.parts.look?.();
    } catch (error) {
      // A look at a network that has been replaced meanwhile ends with it.
      if (network === this.#made && this.state !== "failed") this.fail(error);
    }
  }

  /** Takes a checkpoint's settings into the form, then goes on from it. */
  async #load(file: File): Promise<void> {
    try {
      const bytes = new Uint8Array(await file.arrayBuffer());
      const stored = await this.parts.settingsOf?.(bytes, file.name);
      const values = stored && readForm(settings);
      if (values && !fillForm(settings, { ...values, ...plannedSteps(bytes), ...stored }))
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

  #changed(name: string): void {
    if (!name || OF_THE_PAGE.includes(name)) return;
    if (!this.parts.changed?.(name)) return void this.create();
    this.#end = Number(readForm(settings)?.steps ?? this.#end);
    this.#showButtons();
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
    button("csv").addEventListener("click", () => offerTable(parts));
    button("save").addEventListener("click", () => void offerCheckpoint(parts).catch((e) => this.fail(e)));
    acceptFiles(byId<HTMLInputElement>("load"), (file) => void this.#load(file));
    byId("hood-details").addEventListener("toggle", () => void this.#openHood().catch((e) => this.fail(e)));
    pauseWhileHidden(
      () => this.#state === "training" && !this.#stepping && readForm(settings)?.background !== true,
      () => Promise.all([parts.remote.pause(), this.#training]),
      () => this.#train(),
    );
  }
}
