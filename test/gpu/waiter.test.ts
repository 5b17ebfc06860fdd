import { afterEach, describe, expect, it, vi } from "vitest";
import { Waiter } from "../../src/gpu/waiter";

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A device whose work is done when it is told so. */
function device() {
  const open: (() => void)[] = [];
  const queue = { onSubmittedWorkDone: () => new Promise<void>((resolve) => open.push(resolve)) };
  return { gpu: { queue } as unknown as GPUDevice, finish: () => open.shift()!() };
}

describe("Waiter", () => {
  afterEach(() => vi.restoreAllMocks());

  it("naps once a turn, however many waits went before", async () => {
    const { gpu, finish } = device();
    const waiter = new Waiter(gpu, true);
    for (let i = 0; i < 20; i++) {
      const done = waiter.workDone();
      finish();
      await done;
    }
    const last = waiter.workDone();
    const naps = vi.spyOn(Atomics, "wait");
    for (let i = 0; i < 5; i++) await turn();
    expect(naps.mock.calls.length).toBeGreaterThan(0);
    expect(naps.mock.calls.length).toBeLessThanOrEqual(6);
    finish();
    await last;
  });

  /** Naps that take their time by a clock of the test's own, in milliseconds. */
  function clock() {
    let now = 0;
    vi.spyOn(performance, "now").mockImplementation(() => now);
    const naps = vi.spyOn(Atomics, "wait").mockImplementation((_, __, ___, nap) => {
      now += Number(nap);
      return "timed-out";
    });
    const pass = async (turns: number, milliseconds = 0) => {
      for (let i = 0; i < turns; i++) {
        now += milliseconds;
        await turn();
      }
    };
    return { naps, pass };
  }

  it("naps longer the longer the device does not answer, up to 2 ms, and briefly again when it has", async () => {
    const { gpu, finish } = device();
    const waiter = new Waiter(gpu, true);
    const { naps, pass } = clock();
    const [first, last] = [waiter.workDone(), waiter.workDone()];
    const napAfter = async (turns: number) => {
      await pass(turns);
      return naps.mock.lastCall![3]!;
    };
    expect(await napAfter(20)).toBe(0.1);
    const longer = await napAfter(40);
    expect(longer).toBeGreaterThan(0.1);
    expect(await napAfter(40)).toBeGreaterThan(longer);
    expect(await napAfter(200)).toBe(2);
    finish();
    await first;
    expect(await napAfter(1)).toBe(0.1);
    finish();
    await last;
  });

  it("does not nap on a GPU before it has waited for longer than a short step takes", async () => {
    const { gpu, finish } = device();
    const waiter = new Waiter(gpu, false);
    const { naps, pass } = clock();
    const first = waiter.workDone();
    await pass(30, 0.1);
    expect(naps).not.toHaveBeenCalled();
    await pass(30, 0.1);
    expect(naps.mock.calls.length).toBeGreaterThan(10);
    finish();
    await first;
    naps.mockClear();
    const second = waiter.workDone();
    await pass(30, 0.1);
    expect(naps).not.toHaveBeenCalled();
    finish();
    await second;
  });

  it("does not nap in a page, which may have a setImmediate of somebody's", async () => {
    const { gpu, finish } = device();
    const naps = vi.spyOn(Atomics, "wait");
    vi.spyOn(process, "versions", "get").mockReturnValue({} as NodeJS.ProcessVersions);
    const done = new Waiter(gpu, true).workDone();
    await turn();
    expect(naps).not.toHaveBeenCalled();
    finish();
    await done;
  });

  it.each([
    ["two steps", true, 0.1, 2],
    ["two long steps on a GPU", false, 100, 2],
    ["two steps that were not measured", false, Number.POSITIVE_INFINITY, 2],
    ["four short steps on a GPU", false, 0.1, 4],
  ])("lets %s be under way", async (_, cpu, milliseconds, most) => {
    const { gpu, finish } = device();
    const waiter = new Waiter(gpu, cpu);
    for (let i = 1; i < most; i++) waiter.submitted();
    await waiter.room(milliseconds);
    waiter.submitted();
    let free = false;
    const room = waiter.room(milliseconds).then(() => {
      free = true;
    });
    await turn();
    expect(free).toBe(false);
    finish();
    await room;
    expect(free).toBe(true);
  });
});
