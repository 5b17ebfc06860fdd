import { byId, element } from "../shared/dom";
import { mirrorInAddress } from "../shared/form";
import { type Remote, RemoteError } from "../shared/remote";
import type { WorkerMethods } from "./protocol";

/** Characters of a continuation. */
const COUNT = 480;

/** The visitor's beginning of a text, and how the network goes on. */
export class Prompt {
  readonly #form = byId<HTMLFormElement>("prompt-form");
  readonly #out = byId("continuation");
  readonly #temperature = this.#form.elements.namedItem("temperature") as HTMLInputElement;
  #ready = false;
  #writing = false;

  constructor(
    readonly remote: Remote<WorkerMethods>,
    readonly fail: (error: unknown) => void,
  ) {
    const text = this.#form.elements.namedItem("prompt") as HTMLTextAreaElement;
    mirrorInAddress(this.#form, () => {});
    const follow = () => {
      byId("temperature-value").textContent = this.temperature.toFixed(2);
      if (this.#ready) remote.setTemperature(this.temperature).catch(fail);
    };
    this.#temperature.addEventListener("input", follow);
    follow();
    this.#form.addEventListener("submit", () => void this.#write(text.value));
    byId("stop").addEventListener("click", () => remote.stopWriting().catch(fail));
  }

  get temperature(): number {
    return this.#temperature.valueAsNumber;
  }

  ready(ready: boolean): void {
    this.#ready = ready;
    this.#buttons();
  }

  add(piece: string): void {
    const below = this.#out.scrollHeight - this.#out.scrollTop - this.#out.clientHeight;
    this.#out.append(piece);
    if (below < 30) this.#out.scrollTop = this.#out.scrollHeight;
  }

  async #write(text: string): Promise<void> {
    if (!this.#ready) return;
    this.#writing = true;
    this.#buttons();
    byId("prompt-status").textContent = "writing …";
    this.#out.replaceChildren(element("span", { class: "prompt" }, text));
    try {
      const written = await this.remote.write(text, COUNT);
      byId("prompt-status").textContent = `${written.length} characters`;
    } catch (error) {
      // A prompt that cannot be read is the visitor's to change; anything else stops the page.
      if (error instanceof RemoteError && error.name === "DataError")
        byId("prompt-status").textContent = error.message.replace(/^prompt: /, "");
      else this.fail(error);
    } finally {
      this.#writing = false;
      this.#buttons();
    }
  }

  #buttons(): void {
    byId<HTMLButtonElement>("write").disabled = !this.#ready || this.#writing;
    byId<HTMLButtonElement>("stop").disabled = !this.#writing;
  }
}
