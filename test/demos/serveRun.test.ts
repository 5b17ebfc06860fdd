// What a page's worker does with its runs, with runs that do nothing.
import { expect, test } from "vitest";
import { RunKeeper, type ServedRun } from "../../demos/shared/serveRun";

/** What a run tells. */
interface Told {
  readonly event: "recovered";
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 0));

/** A run that trains until it is stopped, and notes whether it was working when it was let go. */
class IdleRun implements ServedRun<Told> {
  done = 0;
  working = 0;
  disposedAtWork = false;
  disposed = false;
  lost = new Promise<string>(() => {});

  async train(_: unknown, signal: AbortSignal): Promise<void> {
    await this.#work(async () => {
      while (!signal.aborted) await turn();
    });
  }

  async step(): Promise<void> {
    await this.#work(turn);
    this.done++;
  }

  async underTheHood(): Promise<never> {
    throw new Error("nothing to see");
  }

  dispose(): void {
    this.disposed = true;
    this.disposedAtWork = this.working > 0;
  }

  async #work(task: () => Promise<unknown>): Promise<void> {
    if (this.disposed) throw new Error("the run is gone");
    this.working++;
    await task();
    this.working--;
  }
}

/** A keeper with a run, and another one that is being made. */
async function whileMaking() {
  const keeper = new RunKeeper<Told, IdleRun>(() => {});
  const old = await keeper.replace(async () => new IdleRun());
  let ready = () => {};
  const made = new Promise<void>((resolve) => {
    ready = resolve;
  });
  const replaced = keeper.replace(async () => {
    await made;
    return new IdleRun();
  });
  await turn();
  return { keeper, old, ready, replaced };
}

test("training that begins while another run is made is stopped before the old one goes", async () => {
  const { keeper, old, ready, replaced } = await whileMaking();
  const training = keeper.methods.train();
  await turn();
  expect(old.working).toBe(1);
  ready();
  expect(await replaced).toBe(keeper.current);
  expect(await training).toBe(0);
  expect([old.disposed, old.disposedAtWork]).toEqual([true, false]);
});

test("a step that begins while another run is made ends before the old one goes", async () => {
  const { keeper, old, ready, replaced } = await whileMaking();
  const step = keeper.methods.step();
  await Promise.resolve();
  ready();
  await replaced;
  expect(await step).toBe(1);
  expect([old.disposed, old.disposedAtWork]).toEqual([true, false]);
});

test("training that begins while the old run is waited for goes to no run that is gone", async () => {
  const { keeper, old, ready, replaced } = await whileMaking();
  let answer = () => {};
  const asked = keeper.ask(
    () =>
      new Promise<void>((resolve) => {
        answer = resolve;
      }),
  );
  ready();
  await turn();
  const training = keeper.methods.train();
  await turn();
  answer();
  const next = await replaced;
  await Promise.all([asked, turn()]);
  expect(old.disposedAtWork).toBe(false);
  await keeper.methods.pause();
  await training;
  expect(next.disposed).toBe(false);
});

/** A run whose device is lost when told to, and which goes on with another as often as it may. */
class LosingRun extends IdleRun {
  #lose: (reason: string) => void = () => {};
  override lost: Promise<string> = this.#next();

  constructor(public devices: number) {
    super();
  }

  lose(reason: string): void {
    this.#lose(reason);
  }

  async recover(on: (e: Told) => void): Promise<void> {
    if (--this.devices < 0) throw new Error("no device is left");
    this.lost = this.#next();
    on({ event: "recovered" });
  }

  #next(): Promise<string> {
    return new Promise((resolve) => {
      this.#lose = resolve;
    });
  }
}

test("a run goes on with another device as often as there is one, and the page is told", async () => {
  const told: string[] = [];
  const keeper = new RunKeeper<Told, LosingRun>((e) => {
    const { event, reason } = e as { event: string; reason?: string };
    told.push(reason ? `${event} ${reason}` : event);
  });
  const run = await keeper.replace(async () => new LosingRun(2));
  for (const reason of ["once", "twice", "for good"]) {
    run.lose(reason);
    await turn();
  }
  expect(told).toEqual([
    "searching once",
    "recovered",
    "searching twice",
    "recovered",
    "searching for good",
    "lost for good",
  ]);
});

test("the loss of a run that was replaced is nobody's business", async () => {
  const told: unknown[] = [];
  const keeper = new RunKeeper<Told, LosingRun>((e) => told.push(e));
  const old = await keeper.replace(async () => new LosingRun(1));
  await keeper.replace(async () => new LosingRun(1));
  old.lose("late");
  await turn();
  expect(told).toEqual([]);
});

test("what a lost device left unanswered is asked again, what is wrong otherwise is told", async () => {
  const keeper = new RunKeeper<Told, LosingRun>(() => {});
  const run = await keeper.replace(async () => new LosingRun(1));
  let asked = 0;
  const answer = keeper.ask(async () => {
    if (asked++ > 0) return "answered";
    run.lose("in the middle");
    throw new Error("the device is lost");
  });
  expect(await answer).toBe("answered");
  const wrong = () => Promise.reject(new Error("no such letter"));
  await expect(keeper.ask(wrong)).rejects.toThrow("no such letter");
  const never = keeper.ask(async () => {
    run.lose("for good");
    throw new Error("the device is lost");
  });
  await expect(never).rejects.toThrow("the device is lost");
});
