import { expect, test } from "vitest";
import { createGenerator, Dropout2d, full, gradients, parameter, sum } from "../../src/index";
import { describeOnDawn } from "../device";

await describeOnDawn("Dropout2d", (engine) => {
  test("drops whole channels, in training only, and their gradients", async () => {
    const layer = new Dropout2d(0.25, createGenerator(7));
    const x = parameter("x", { shape: [20, 30, 4, 3], dtype: "f32" }, () => new Float32Array(7200).fill(3));
    const step = await engine.capture({}, () => {
      const out = layer.forward(x);
      return { out, dx: gradients(sum(out), [x])[0]! };
    });
    await step.run();
    const { out, dx } = await step.readAll(["out", "dx"]);
    let dropped = 0;
    for (let channel = 0; channel < 600; channel++) {
      const [own, flowing] = [out, dx].map((v) => [...v.subarray(12 * channel, 12 * channel + 12)]);
      const kept = own![0] !== 0;
      if (!kept) dropped++;
      for (const v of own!) expect(v).toBeCloseTo(kept ? 4 : 0, 5);
      for (const v of flowing!) expect(v).toBeCloseTo(kept ? 4 / 3 : 0, 5);
    }
    // Four standard deviations of a binomial count about 150.
    expect(Math.abs(dropped - 150)).toBeLessThan(43);
    expect(layer.eval().forward(x)).toBe(x);
  });

  test("keeps f16", () => {
    expect(new Dropout2d().forward(full([1, 2, 3, 3], 1, "f16")).dtype).toBe("f16");
  });
});
