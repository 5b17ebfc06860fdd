import { element } from "./dom";

/** Texts that a network wrote while it was trained, the newest first, each with a caption. */
export class SampleList {
  #newest: { caption: HTMLElement; text: HTMLElement } | undefined;

  /** @param most samples that are kept */
  constructor(
    readonly parent: HTMLElement,
    readonly most = 100,
  ) {
    parent.classList.add("samples");
  }

  /** Begins a text; pieces are added to it until the next one begins. */
  start(caption: string): void {
    const made = { caption: element("h3", {}, caption), text: element("p") };
    this.parent.prepend(element("article", {}, made.caption, made.text));
    this.#newest = made;
    while (this.parent.children.length > this.most) this.parent.lastElementChild!.remove();
  }

  add(piece: string): void {
    this.#newest?.text.append(piece);
  }

  /** Changes the newest text's caption, once more is known of it. */
  caption(text: string): void {
    if (this.#newest) this.#newest.caption.textContent = text;
  }

  clear(): void {
    this.parent.replaceChildren();
    this.#newest = undefined;
  }
}
