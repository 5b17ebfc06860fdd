import { DeviceError } from "../core/errors";
import { showSpec } from "../core/shape";
import { tensorsOf } from "../schedule/dispatches";
import { bytesOf, type Plan } from "../schedule/plan";

/** @throws DeviceError where a plan binds a tensor of more than `limit` bytes */
export function checkBindings(plan: Plan, limit: number): void {
  for (const d of plan.dispatches)
    for (const t of tensorsOf(d))
      if (bytesOf(t) > limit)
        throw new DeviceError(
          d.variant.name,
          `${showSpec(t)} takes ${bytesOf(t)} bytes`,
          { limit: `${limit} bytes a binding on this device` },
          "use a smaller batch, or a smaller layer",
        );
}
