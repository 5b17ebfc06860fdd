/** The element with an id. @throws Error where the page lacks it: a mistake of the page's author */
export function byId<E extends HTMLElement = HTMLElement>(id: string): E {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no element #${id}`);
  return found as E;
}

/** A new element with attributes (or properties, where the name is one) and children. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, string | number | boolean> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "boolean") made.toggleAttribute(name, value);
    else made.setAttribute(name, String(value));
  }
  made.append(...children);
  return made;
}

/** Text for those who listen, where the eye needs none. */
export const unseen = (text: string): HTMLElement => element("span", { class: "unseen" }, text);

/** The value of a custom property of the style sheet, as it is now. */
export const styleValue = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Says plainly what went wrong and what to do; an empty text clears it. */
export function showAlert(text: string): void {
  byId("alert").textContent = text;
}

/** Hands a file to the visitor. */
export function download(name: string, content: BlobPart, type = "application/octet-stream"): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  element("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** Rows of numbers as a CSV file's text. */
export const toCsv = (columns: readonly string[], rows: readonly (readonly (number | string)[])[]): string =>
  [columns, ...rows].map((row) => row.join(",")).join("\n");

/** Takes a file that is chosen by the input, or dropped anywhere on the page. */
export function acceptFiles(input: HTMLInputElement, take: (file: File) => void): void {
  input.addEventListener("change", () => {
    const [file] = input.files ?? [];
    if (file) take(file);
    input.value = "";
  });
  addEventListener("dragover", (e) => e.preventDefault());
  addEventListener("drop", (e) => {
    e.preventDefault();
    const [file] = e.dataTransfer?.files ?? [];
    if (file) take(file);
  });
}

/**
 * Pauses what runs while the page is hidden, and lets it go on once the page is shown again and the pause has ended; what
 * stood still before stays so.
 * @param mayPause whether something runs that the visitor has not asked to go on in the background
 * @param pause resolves when all has come to rest
 */
export function pauseWhileHidden(mayPause: () => boolean, pause: () => Promise<unknown>, resume: () => unknown): void {
  let paused: Promise<unknown> | undefined;
  document.addEventListener("visibilitychange", async () => {
    if (document.hidden) {
      if (mayPause()) paused = pause();
      return;
    }
    const mine = paused;
    await mine;
    // The page may have been hidden once more meanwhile.
    if (!mine || mine !== paused || document.hidden) return;
    paused = undefined;
    resume();
  });
}
