import { byId, element } from "./dom";
import type { UnderTheHood } from "./run";

const mebibytes = (n: number): string => `${(n / 2 ** 20).toFixed(1)} MiB`;

/** Fills the panel "Under the hood" (`#hood`). */
export function showHood(view: UnderTheHood): void {
  const { memory } = view;
  const rows: [string, string][] = [
    ["Adapter", view.software ? `${view.adapter} – a software adapter: this runs on the CPU` : view.adapter],
    ["Dispatches a step", String(view.dispatches)],
    ["Submits a step", String(view.submits)],
    ["Memory in use", `${mebibytes(memory.inUse)} (held ${mebibytes(memory.held)}, peak ${mebibytes(memory.peak)})`],
  ];
  const facts = element("table", { class: "plain" });
  for (const [name, value] of rows)
    facts.append(element("tr", {}, element("th", { scope: "row" }, name), element("td", {}, value)));
  const parts: Node[] = [facts];
  if (view.kernels) parts.push(kernelTable(view.kernels));
  else
    parts.push(element("p", { class: "soft" }, "This adapter has no timestamp queries, so kernels cannot be timed."));
  const plan = element(
    "section",
    { class: "code", tabindex: 0, "aria-label": "the plan of a training step" },
    element("pre", {}, view.plan),
  );
  parts.push(element("h2", {}, "The plan of a training step"), plan);
  byId("hood").replaceChildren(...parts);
}

const MOST = 12;

/** A kernel's name, which may go on in the next line between its parts alone. */
const breakable = (name: string): Node[] =>
  name.split(/(?<=[_+·→])/).flatMap((part, i) => [...(i ? [element("wbr")] : []), new Text(part)]);

function kernelTable(kernels: NonNullable<UnderTheHood["kernels"]>): HTMLElement {
  const body = kernels
    .slice(0, MOST)
    .map((k) =>
      element(
        "tr",
        {},
        element("td", {}, ...breakable(k.kernel)),
        element("td", {}, String(k.count)),
        element("td", {}, k.milliseconds.toFixed(3)),
      ),
    );
  const heads = ["Kernel", "Count", "ms a step"].map((h) => element("th", { scope: "col" }, h));
  const which = kernels.length > MOST ? `The ${MOST} kernels that take the longest, of ${kernels.length}` : "Kernels";
  return element(
    "table",
    { class: "plain figures" },
    element("caption", { class: "soft" }, which),
    element("thead", {}, element("tr", {}, ...heads)),
    element("tbody", {}, ...body),
  );
}
