import { byId, element } from "../shared/dom";
import { mirrorInAddress } from "../shared/form";
import { type Remote, RemoteError } from "../shared/remote";
import { TASKS, type TaskName } from "./data";
import type { WorkerMethods } from "./protocol";
import type { ModelName } from "./settings";
import { AlignmentView, showAnswer } from "./views";

/** What the visitor wants translated, and what the network makes of it. */
export class TryIt {
  readonly alignment = new AlignmentView();
  readonly #form = byId<HTMLFormElement>("try-form");
  readonly #source = this.#form.elements.namedItem("source") as HTMLInputElement;
  readonly #beams = this.#form.elements.namedItem("beams") as HTMLInputElement;
  #model: ModelName = "transformer";

  /** @param look translates now, or once more if that is under way */
  constructor(
    readonly remote: Remote<WorkerMethods>,
    readonly look: () => void,
  ) {
    mirrorInAddress(this.#form, () => {});
    const follow = () => {
      byId("beams-value").textContent = this.#beams.value;
    };
    this.#beams.addEventListener("input", follow);
    this.#beams.addEventListener("change", look);
    follow();
    this.#form.addEventListener("submit", look);
  }

  /** Another network: its suggestions, and one of them where the text was one of another task. */
  use(task: TaskName, model: ModelName): void {
    this.#model = model;
    const { example, examples, name } = TASKS[task];
    byId("what").textContent = name;
    const others = Object.values(TASKS).filter((t) => t.name !== name);
    if (others.some((t) => t.example === this.#source.value || t.examples.includes(this.#source.value)))
      this.#take(example);
    const buttons = [example, ...examples].map((text) => {
      const button = element("button", { type: "button" }, text);
      button.addEventListener("click", () => {
        this.#take(text);
        this.look();
      });
      return button;
    });
    byId("suggestions").replaceChildren(...buttons);
  }

  /** Translates what is in the field. */
  async translate(): Promise<void> {
    try {
      const answer = await this.remote.interpret(this.#source.value, this.#beams.valueAsNumber);
      showAnswer(answer);
      this.alignment.show(answer, this.#model);
    } catch (error) {
      // A text that cannot be read is the visitor's to change; anything else stops the page.
      if (!(error instanceof RemoteError && error.name === "DataError")) throw error;
      byId("answer").textContent = error.message.replace(/^\w+: /, "");
      byId("beams").replaceChildren();
      this.alignment.clear();
    }
  }

  #take(text: string): void {
    this.#source.value = text;
    this.#source.dispatchEvent(new Event("change", { bubbles: true }));
  }
}
