import { byId } from "./dom";
import type { State } from "./pageParts";

/** How a page stands, as far as its buttons go. */
export interface Standing {
  readonly state: State;
  /** Ids of further buttons that need a network. */
  readonly needNetwork: readonly string[];
  /** The run is at its last step. */
  readonly ended: boolean;
  /** It has also been judged there: nothing is left to do. */
  readonly finished: boolean;
  /** What to do after the last step. */
  readonly further: string;
  /** Steps have been taken: there are numbers to export. */
  readonly hasSteps: boolean;
}

const button = (id: string) => byId<HTMLButtonElement>(id);

/** Opens the buttons of the controls that do something now. At its end a run takes no further step, and says why. */
export function showButtons({ state, needNetwork, ended, finished, further, hasSteps }: Standing): void {
  const none = state === "loading" || state === "failed";
  button("train").textContent = state === "training" ? "Pause" : "Train";
  for (const id of ["train", "save", ...needNetwork]) button(id).disabled = none;
  button("reset").disabled = state === "loading";
  button("step").disabled = state !== "idle";
  button("csv").disabled = !hasSteps;
  const atEnd = state === "idle" && ended;
  for (const [id, closed] of Object.entries({ train: atEnd && finished, step: atEnd })) {
    button(id).disabled ||= closed;
    button(id).title = closed ? further : "";
  }
}
