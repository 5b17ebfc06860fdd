/** Learning rate as a function of the steps taken so far. */
export type Schedule = (step: number) => number;

/** Always the same. */
export const constantSchedule =
  (lr: number): Schedule =>
  () =>
    lr;

/** `lr · gamma^⌊step / every⌋`. */
export const stepSchedule =
  (lr: number, { every, gamma = 0.1 }: { every: number; gamma?: number }): Schedule =>
  (step) =>
    lr * gamma ** Math.floor(step / every);

/** `lr · gamma^step`. */
export const exponentialSchedule =
  (lr: number, { gamma }: { gamma: number }): Schedule =>
  (step) =>
    lr * gamma ** step;

/**
 * Rises linearly from 0 over `warmUp` steps, then follows half a cosine down to `final` at `steps`.
 * @see Loshchilov and Hutter 2017, "SGDR"
 */
export const cosineSchedule =
  (lr: number, { steps, warmUp = 0, final = 0 }: { steps: number; warmUp?: number; final?: number }): Schedule =>
  (step) => {
    if (step < warmUp) return (lr * (step + 1)) / warmUp;
    const progress = Math.min(1, (step - warmUp) / Math.max(1, steps - warmUp));
    return final + ((lr - final) * (1 + Math.cos(Math.PI * progress))) / 2;
  };
