import { assign, type Engine, state, type Tensor, where } from "../../src/index";
import type { Memory, Sizes } from "./model";

/** The memory of a network that reads a text chunk by chunk: it lies on the GPU from one run of a step to the next. */
export class CarriedMemory {
  readonly h: Tensor;
  readonly c: Tensor | undefined;

  /** @param streams texts that are read side by side */
  constructor({ cell, layers, hidden }: Sizes, streams: number) {
    const shape = [layers, streams, hidden];
    this.h = state("h", { shape, dtype: "f32" });
    if (cell === "lstm") this.c = state("c", { shape, dtype: "f32" });
  }

  /** What is remembered; nothing where `restart`, u32 [1], is 1. */
  recall(restart?: Tensor): Memory {
    const { h, c } = this;
    return restart ? { h0: where(restart, 0, h), c0: c && where(restart, 0, c) } : { h0: h, c0: c };
  }

  /** Remembers, from the next run of the step on. */
  keep({ h0, c0 }: Memory): void {
    assign(this.h, h0);
    if (this.c && c0) assign(this.c, c0);
  }

  forget(engine: Engine): void {
    for (const t of Object.values(this.states())) engine.write(t, new Float32Array(t.size));
  }

  /** For checkpoints. */
  states(): Record<string, Tensor> {
    return { h: this.h, ...(this.c && { c: this.c }) };
  }
}
