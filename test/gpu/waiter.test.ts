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
    const waiter = new Waiter(gpu);
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

  it("naps longer the longer the device does not answer, up to 2 ms, and briefly again when it has", async () => {
    const { gpu, finish } = device();
    const waiter = new Waiter(gpu);
    const naps = vi.spyOn(Atomics, "wait").mockReturnValue("timed-out");
    const [first, last] = [waiter.workDone(), waiter.workDone()];
    const napAfter = async (turns: number) => {
      for (let i = 0; i < turns; i++) await turn();
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

  it("does not nap in a page, which may have a setImmediate of somebody's", async () => {
    const { gpu, finish } = device();
    const naps = vi.spyOn(Atomics, "wait");
    vi.spyOn(process, "versions", "get").mockReturnValue({} as NodeJS.ProcessVersions);
    const done = new Waiter(gpu).workDone();
    await turn();
    expect(naps).not.toHaveBeenCalled();
    finish();
    await done;
  });

  it("lets a step begin when fewer than the limit are under way", async () => {
    const { gpu, finish } = device();
    const waiter = new Waiter(gpu);
    waiter.submitted();
    waiter.submitted();
    let free = false;
    const below = waiter.below(2).then(() => {
      free = true;
    });
    await turn();
    expect(free).toBe(false);
    finish();
    await below;
    expect(free).toBe(true);
  });
});
