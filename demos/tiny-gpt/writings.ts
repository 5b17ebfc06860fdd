import { element } from "../shared/dom";

/** Texts that a network has written, the newest first; the newest may still be growing. */
export class Writings {
  #growing: HTMLElement | undefined;
  #empty = true;

  /** @param most texts that are kept */
  constructor(
    readonly parent: HTMLElement,
    readonly most = 12,
  ) {}

  /** Begins a text. @param when what is said above it; @param given what the network was given to begin with */
  begin(when: string, given: string): void {
    const words = element("span", {});
    const text = element(
      "p",
      {},
      element("span", { class: "when" }, when),
      element("span", { class: "given" }, given),
      words,
    );
    if (this.#empty) this.parent.replaceChildren();
    this.#empty = false;
    this.parent.prepend(text);
    while (this.parent.childElementCount > this.most) this.parent.lastElementChild!.remove();
    this.#growing = words;
  }

  /** Adds to the text that was begun last. */
  add(text: string): void {
    this.#growing?.append(text);
  }

  clear(words: string): void {
    this.#empty = true;
    this.#growing = undefined;
    this.parent.replaceChildren(element("p", { class: "soft" }, words));
  }
}
