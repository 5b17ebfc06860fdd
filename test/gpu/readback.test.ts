// Reading goes through staging buffers of bounded size, however much is read at once.
import { expect, test } from "vitest";
import { MOST_STAGED, Readback } from "../../src/gpu/readback";
import { state } from "../../src/graph/tensor";
import { describeOnDawn } from "../device";

await describeOnDawn("reading back", (engine) => {
  const { runtime } = engine;
  const stateOf = (length: number, first: number) =>
    state("s", { shape: [length], dtype: "f32" }, () => Float32Array.from({ length }, (_, i) => first + i));
  const regionOf = (t: ReturnType<typeof stateOf>) => ({
    region: runtime.storage.region(t),
    dtype: t.dtype,
    length: t.size,
  });

  test("regions of several sizes over several staging buffers", async () => {
    const states = [3, 1000, 64, 777].map((n, i) => stateOf(n, 10_000 * i));
    const sizes: number[] = [];
    const { device } = runtime;
    const small = new Proxy(device, {
      get(target, key) {
        if (key === "limits") return { maxBufferSize: 1024 };
        if (key === "createBuffer")
          return (d: GPUBufferDescriptor) => {
            sizes.push(d.size);
            return target.createBuffer(d);
          };
        const value = Reflect.get(target, key) as unknown;
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    const readback = new Readback(small, runtime.waiter, () => runtime.throwErrors());
    const values = await readback.read(states.map(regionOf));
    expect(values.map((v) => [...v])).toEqual(
      states.map((t, k) => Array.from({ length: t.size }, (_, i) => 10_000 * k + i)),
    );
    expect(Math.max(...sizes)).toBe(1024);
    expect(sizes.length).toBe(Math.ceil((4 * (3 + 1000 + 64 + 777)) / 1024));
    readback.destroy();
  });

  test("a region larger than a staging buffer", async () => {
    const long = stateOf(MOST_STAGED / 4 + 5, 0);
    const [values] = await runtime.readback.read([regionOf(long)]);
    for (const at of [0, MOST_STAGED / 4 - 1, MOST_STAGED / 4, MOST_STAGED / 4 + 4])
      expect(values![at]).toBe(Math.fround(at));
    engine.release(long);
    engine.trim();
  });
});
