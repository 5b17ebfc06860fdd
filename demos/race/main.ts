import { type AdapterView, findAdapter } from "../shared/adapter";
import { byId, element, showAlert } from "../shared/dom";
import { type FormValues, mirrorInAddress, readForm } from "../shared/form";
import { themeButton } from "../shared/theme";
import { type HeatState, runHeat } from "./heats";
import type { Result } from "./measure";
import { ENGINES, type EngineName, labelOf, PEERS, peerModules } from "./peers";
import type { Heat } from "./protocol";
import { adapterText, cells, HEAD, markdown, ownOf } from "./table";
import { headRow, scrolling, WorkloadPanel } from "./views";
import { WORKLOADS, type WorkloadName } from "./workloads";

const settings = byId<HTMLFormElement>("settings");
const button = (id: string) => byId<HTMLButtonElement>(id);

let adapter: AdapterView | undefined;
let results: Result[] = [];
/** Of the whole race, and of the measurement under way. */
let race: AbortController | undefined;
let heat: AbortController | undefined;

const say = (text: string): void => {
  byId("progress-text").textContent = text;
};

function enter(state: "idle" | "racing" | "failed"): void {
  document.body.dataset.state = state;
  button("race").disabled = state !== "idle";
  button("stop").disabled = button("skip").disabled = state !== "racing";
  for (const box of settings.querySelectorAll<HTMLFieldSetElement>("fieldset")) box.disabled = state === "racing";
  button("copy").disabled = results.length === 0;
}

const chosen = <K extends string>(values: FormValues, names: readonly K[]): K[] => names.filter((n) => values[n]);

/** A panel for each chosen workload, empty; what was measured before goes. */
function lay(values: FormValues): Map<WorkloadName, WorkloadPanel> {
  const engines = chosen(values, ENGINES);
  const workloads = chosen(values, Object.keys(WORKLOADS) as WorkloadName[]);
  const panels = new Map(workloads.map((w) => [w, new WorkloadPanel(w, engines)]));
  byId("panels").replaceChildren(...[...panels.values()].map((p) => p.root));
  results = [];
  showResults();
  return panels;
}

function showResults(): void {
  button("copy").disabled = results.length === 0;
  byId("results-panel").hidden = results.length === 0;
  if (!adapter || !results.length) return;
  const rows = results.map((r) => {
    const [workload, ...rest] = cells(r, ownOf(results, r.workload));
    const head = element("th", { scope: "row" }, workload!);
    return element("tr", { class: r.engine }, head, ...rest.map((c) => element("td", {}, c)));
  });
  byId("results").replaceChildren(scrolling("results", headRow(HEAD), element("tbody", {}, ...rows)));
  byId("markdown").textContent = asMarkdown();
}

function asMarkdown(): string {
  const { brands = [] } =
    (navigator as { userAgentData?: { brands: { brand: string; version: string }[] } }).userAgentData ?? {};
  const brand = brands.find((b) => !/not.*brand/i.test(b.brand));
  return markdown(results, adapter!, brand ? `${brand.brand} ${brand.version}` : "unknown");
}

async function start(): Promise<void> {
  const values = readForm(settings);
  if (!values) return;
  const panels = lay(values);
  const engines = chosen(values, ENGINES);
  const heats = [...panels.keys()].flatMap((workload) => engines.map((engine) => ({ workload, engine })));
  if (!heats.length) return say("Choose at least one workload and one engine.");
  race = new AbortController();
  enter("racing");
  const progress = byId<HTMLProgressElement>("progress");
  progress.max = heats.length;
  progress.value = 0;
  try {
    const modules = await peerModules();
    for (const { workload, engine } of heats) {
      const own = engine === "wgrad" ? [] : modules[engine];
      say(`${workload} on ${labelOf(engine)}, ${progress.value + 1} of ${heats.length}`);
      const ended = await run({ workload, engine, modules: own, milliseconds: 1000 * Number(values.seconds) }, panels);
      if (ended.state === "done") results.push(ended.result);
      progress.value++;
      showResults();
    }
    say(race.signal.aborted ? "stopped" : "finished");
  } catch (error) {
    showAlert(error instanceof Error ? error.message : String(error));
    say("stopped");
  } finally {
    race = undefined;
    enter("idle");
  }
}

async function run(what: Heat, panels: ReadonlyMap<WorkloadName, WorkloadPanel>): Promise<HeatState> {
  const show = (state: HeatState) => panels.get(what.workload)!.show(what.engine, state);
  heat = new AbortController();
  const ended = await runHeat(what, show, AbortSignal.any([race!.signal, heat.signal]));
  show(ended);
  return ended;
}

async function copy(): Promise<void> {
  try {
    await navigator.clipboard.writeText(asMarkdown());
    say("copied: the table as Markdown");
  } catch {
    byId<HTMLDetailsElement>("markdown-details").open = true;
    say("The browser did not let the page copy; select the text below the table instead.");
  }
}

/** The check boxes: names and versions come from the lists, not from the page. */
function fillForm(): void {
  const box = (name: string, label: string, checked: boolean) =>
    element("label", { class: "check" }, element("input", { name, type: "checkbox", checked }), label);
  for (const [name, { title }] of Object.entries(WORKLOADS))
    byId("workloads").append(box(name, `${name} · ${title}`, true));
  for (const engine of ENGINES) {
    const version = engine === "wgrad" ? "" : ` ${PEERS[engine as Exclude<EngineName, "wgrad">].version}`;
    byId("engines").append(box(engine, labelOf(engine) + version, true));
  }
}

async function open(): Promise<void> {
  byId("theme").append(themeButton(() => {}));
  fillForm();
  const relay = () => {
    const values = readForm(settings);
    if (values) lay(values);
    enter("idle");
    say("ready");
  };
  mirrorInAddress(settings, relay);
  button("race").addEventListener("click", () => void start());
  button("stop").addEventListener("click", () => race?.abort());
  button("skip").addEventListener("click", () => heat?.abort());
  button("copy").addEventListener("click", () => void copy());
  const found = await findAdapter();
  if (typeof found === "string") {
    showAlert(found);
    say("");
    return enter("failed");
  }
  adapter = found;
  byId("adapter").textContent = `Runs on: ${adapterText(found)}`;
  relay();
}

void open();
