// A training page over a document of stand-ins, with a worker that ends its steps when it is told to.
import { afterEach, expect, test, vi } from "vitest";
import type { PageParts } from "../../demos/shared/page";

/** An element that takes what the page does to it, and shows nothing. */
class StandIn extends EventTarget {
  title = "";
  max = 0;
  value = 0;
  readonly dataset: Record<string, string> = {};
  readonly elements: unknown[] = [];
  textContent = "";
  disabled = false;
  open = false;
  append(): void {}
  setAttribute(): void {}
  reportValidity(): boolean {
    return true;
  }
  click(): void {
    this.dispatchEvent(new Event("click"));
  }
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 0));

/** What a page's worker does: training ends with the step under way after a pause, and so does the pause. */
class SlowWorker {
  readonly calls: string[] = [];
  training = false;
  #ended: Promise<void> = Promise.resolve();
  #end = () => {};

  async train(): Promise<number> {
    this.calls.push("train");
    await this.#ended;
    this.training = true;
    this.#ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    await this.#ended;
    this.training = false;
    return 7;
  }

  async step(): Promise<number> {
    await this.train();
    return 6;
  }

  async pause(): Promise<void> {
    this.calls.push("pause");
    await this.#ended;
  }

  async endStep(): Promise<void> {
    this.#end();
    await turn();
  }
}

/** The stand-in of a field of the form. */
class Field extends StandIn {
  name = "steps";
  type = "number";
  valueAsNumber = 7;
}

/** A page of a run of seven steps in training or at rest, and ways to hide and show it. */
async function trainingPage({
  trains = true,
  adapter = { info: {} } as object | null,
  changed = (): boolean => false,
  valid = true,
} = {}) {
  const elements = new Map<string, StandIn>();
  const getElementById = (id: string) => {
    if (!elements.has(id)) elements.set(id, new StandIn());
    return elements.get(id)!;
  };
  const createElement = () => new StandIn();
  const [body, documentElement] = [new StandIn(), new StandIn()];
  const shownIn = { hidden: false, body, documentElement, getElementById, createElement };
  const document = Object.assign(new EventTarget(), shownIn);
  const globals = {
    document,
    navigator: { gpu: { requestAdapter: async () => adapter } },
    matchMedia: () => new StandIn(),
    localStorage: { getItem: () => null },
    location: { search: "", pathname: "" },
    history: { replaceState() {} },
    addEventListener() {},
    HTMLInputElement: Field,
  };
  getElementById("settings").elements.push(new Field());
  getElementById("settings").reportValidity = () => valid;
  for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value);
  vi.resetModules();
  const { TrainingPage } = await import("../../demos/shared/page");
  const worker = new SlowWorker();
  const parts = { remote: worker, views: [], create: async () => 0, clear() {}, onStep() {}, changed };
  const page = new TrainingPage(parts as unknown as PageParts);
  page.start();
  await turn();
  const click = (id: string) => getElementById(id).click();
  if (trains) {
    click("train");
    await turn();
    expect([page.state, worker.training]).toEqual(["training", true]);
  }
  const turnTo = (hidden: boolean) => {
    document.hidden = hidden;
    document.dispatchEvent(new Event("visibilitychange"));
  };
  return {
    page,
    worker,
    click,
    element: getElementById,
    dataset: body.dataset,
    hide: () => turnTo(true),
    show: () => turnTo(false),
  };
}

afterEach(() => vi.unstubAllGlobals());

test("shown again before its pause has ended, a page trains on and says so", async () => {
  const { page, worker, hide, show } = await trainingPage();
  hide();
  show();
  await worker.endStep();
  expect([page.state, worker.training]).toEqual(["training", true]);
  expect(worker.calls).toEqual(["train", "pause", "train"]);
  hide();
  await worker.endStep();
  expect([page.state, worker.training]).toEqual(["idle", false]);
});

test("hidden once more before its pause has ended, a page rests until it is shown", async () => {
  const { page, worker, hide, show } = await trainingPage();
  for (const turned of [hide, show, hide]) turned();
  await worker.endStep();
  expect([page.state, worker.training]).toEqual(["idle", false]);
  show();
  await turn();
  expect([page.state, worker.training]).toEqual(["training", true]);
});

test("hidden and shown twice before its pause has ended, a page goes on once", async () => {
  const { page, worker, hide, show } = await trainingPage();
  for (const turned of [hide, show, hide, show]) turned();
  await worker.endStep();
  expect([page.state, worker.training]).toEqual(["training", true]);
  expect(worker.calls.filter((c) => c === "train")).toHaveLength(2);
});

test("a page that has failed while it was hidden stays so", async () => {
  const { page, worker, hide, show } = await trainingPage();
  hide();
  await worker.endStep();
  page.take({ event: "lost", reason: "the device is gone" } as { event: string });
  show();
  await turn();
  expect([page.state, worker.training]).toEqual(["failed", false]);
});

test("after a recovery the steps that come again are not there twice, and the page trains on", async () => {
  const { page } = await trainingPage();
  const take = (e: object) => page.take(e as { event: string });
  for (const step of [1, 2, 3, 4]) take({ event: "step", step, steps: 9, loss: step, epoch: 0 });
  take({ event: "recovered", step: 2, reason: "the device is gone" });
  expect(page.log.steps.map((e) => e.step)).toEqual([1, 2]);
  take({ event: "step", step: 3, steps: 9, loss: 3, epoch: 0 });
  expect(page.log.steps.map((e) => e.step)).toEqual([1, 2, 3]);
  expect(page.state).toBe("training");
});

test("hidden during a single step, a page shown again does not train by itself", async () => {
  const { page, worker, click, hide, show } = await trainingPage({ trains: false });
  click("step");
  await turn();
  hide();
  show();
  await worker.endStep();
  expect([page.state, worker.calls]).toEqual(["idle", ["train"]]);
});

test("after its last step a run takes no more, and the buttons say why", async () => {
  const { page, worker, element } = await trainingPage();
  page.take({ event: "step", step: 7, steps: 7, loss: 1, epoch: 0 } as { event: string });
  await worker.endStep();
  expect(element("progress-text").textContent).toBe("finished after 7 steps. Press Reset to start anew.");
  for (const id of ["train", "step"])
    expect([element(id).disabled, element(id).title]).toEqual([true, "Press Reset to start anew."]);
});

test("a step to the end leaves Train open: the run has not been judged yet", async () => {
  const { page, worker, click, element } = await trainingPage({ trains: false });
  click("step");
  await turn();
  page.take({ event: "step", step: 7, steps: 7, loss: 1, epoch: 0 } as { event: string });
  await worker.endStep();
  expect([element("train").disabled, element("step").disabled]).toEqual([false, true]);
});

test("a device lost for good is said to be lost, whatever fails because of it", async () => {
  const { page, element } = await trainingPage();
  page.take({ event: "searching", reason: "the device is gone." } as { event: string });
  expect(element("alert").textContent).toBe("The device is gone.\nLooking for a device …");
  page.fail(new Error("createEngine: no adapter"));
  expect(element("alert").textContent).toBe(
    "The device is gone.\nNo other device was found. Press Reset to start anew.",
  );
});

test("without an adapter a page says in a sentence what to do", async () => {
  const { page, element } = await trainingPage({ trains: false, adapter: null });
  expect([page.state, element("alert").textContent]).toEqual([
    "failed",
    expect.stringMatching(/^WebGPU is there, but/),
  ]);
});

test("changes of state are read out, the numbers of every step are not", async () => {
  const { page, element } = await trainingPage();
  page.take({ event: "step", step: 3, steps: 7, loss: 1, epoch: 0 } as { event: string });
  expect(element("progress-text").textContent).toMatch(/^step 3 of 7/);
  expect(element("progress-state").textContent).toBe("training");
});

test("a network that is being replaced does not say how far it is", async () => {
  const { page, element } = await trainingPage({ trains: false });
  const made = page.create();
  page.take({ event: "step", step: 3, steps: 7, loss: 1, epoch: 0 } as { event: string });
  expect([page.state, element("progress-text").textContent]).toEqual(["loading", "loading …"]);
  await made;
});

test("a number that is missing from the form does not change where the run ends", async () => {
  const { page, element } = await trainingPage({ changed: () => true });
  Object.assign(element("settings"), { reportValidity: () => false });
  const lr = { name: "lr" };
  const change = Object.defineProperty(new Event("change"), "target", { value: lr });
  element("settings").dispatchEvent(change);
  expect(page.end).toBe(7);
});

test("an address with a setting that cannot be used leaves a page that says so, not one that loads for ever", async () => {
  const { page, element } = await trainingPage({ trains: false, valid: false });
  expect([page.state, element("reset").disabled]).toEqual(["failed", false]);
  expect(element("alert").textContent).toBe("A setting cannot be used as it is: correct it.");
});

test("kernels that are compiled for a network that has failed are not told of", async () => {
  const { page, element } = await trainingPage({ trains: false, adapter: null });
  page.take({ event: "compile", done: 2, total: 3 } as { event: string });
  expect(element("progress-text").textContent).toBe("stopped");
});
