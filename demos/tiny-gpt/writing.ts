import { byId } from "../shared/dom";
import { mirrorInAddress, readForm } from "../shared/form";
import type { Remote } from "../shared/remote";
import type { Drawing } from "./generation";
import type { WorkerMethods } from "./protocol";
import { Writings } from "./writings";

/** Tokens that are written at once while the network trains. */
const BABBLE_TOKENS = 64;
/** While it trains, writing takes at most this share of the time. */
const BABBLE_SHARE = 0.2;

const PROMPT = byId<HTMLFormElement>("prompt");
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** What the network writes: on the visitor's demand, and by itself while it trains. */
export class Writing {
  readonly #texts = new Writings(byId("written"));
  #id = 0;
  /** The visitor's text is being written. */
  #busy = false;
  #babbling = false;

  constructor(
    readonly remote: Remote<WorkerMethods>,
    readonly fail: (error: unknown) => void,
    /** For how long the network has learnt, in words. */
    readonly when: () => string,
  ) {
    mirrorInAddress(PROMPT, () => {});
    PROMPT.addEventListener("submit", () => void this.write());
    byId("write").addEventListener("click", () => void (this.#busy ? remote.hush() : this.write()));
  }

  /** Takes what the worker has made of a text. */
  take({ id, text }: { id: number; text: string }): void {
    if (id === this.#id) this.#texts.add(text);
  }

  /** Writes on from the visitor's text. */
  async write(): Promise<void> {
    const values = readForm(PROMPT);
    if (!values || this.#busy || byId<HTMLButtonElement>("write").disabled) return;
    this.#busy = true;
    byId("write").textContent = "Stop";
    try {
      const pace = await this.#speak(String(values.prompt), values.count as number, values as unknown as Drawing);
      byId("pace-text").textContent = `${pace.toFixed(pace < 100 ? 1 : 0)} tokens/s`;
    } catch (error) {
      this.fail(error);
    } finally {
      this.#busy = false;
      byId("write").textContent = "Write";
    }
  }

  /** Writes by itself for as long as `training` says so. */
  async babble(training: () => boolean): Promise<void> {
    if (this.#babbling) return;
    this.#babbling = true;
    try {
      while (training()) {
        const values = readForm(PROMPT);
        const began = performance.now();
        if (values && !this.#busy && byId<HTMLInputElement>("babble").checked)
          await this.#speak(String(values.prompt), BABBLE_TOKENS, values as unknown as Drawing);
        const rest = (performance.now() - began) * (1 / BABBLE_SHARE - 1);
        for (let waited = 0; training() && waited < Math.max(500, rest); waited += 100) await pause(100);
      }
    } finally {
      this.#babbling = false;
    }
  }

  clear(): void {
    this.#texts.clear("Nothing yet.");
    byId("pace-text").textContent = "";
  }

  #speak(prompt: string, count: number, { temperature, topK, topP }: Drawing): Promise<number> {
    const id = ++this.#id;
    const seed = crypto.getRandomValues(new Uint32Array(1))[0]!;
    this.#texts.begin(this.when(), prompt);
    return this.remote.generate(id, prompt, count, { temperature, topK, topP, seed });
  }
}
