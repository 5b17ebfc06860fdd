import { ShapeError } from "../core/errors";
import { checkArray } from "../core/given";
import { checkWord } from "../graph/options";

/** How often one class (or label) was predicted and was true. */
export interface Outcomes {
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly falseNegatives: number;
  readonly trueNegatives: number;
}

/** Each 0…1; 0 where it would be 0/0: the precision of a class never predicted, the recall of one that never occurs. */
export interface Scores {
  /** Share of the predictions that are true. */
  readonly precision: number;
  /** Share of the true ones that were predicted. */
  readonly recall: number;
  /** Harmonic mean of precision and recall. */
  readonly f1: number;
  /** How often the class is true. */
  readonly support: number;
}

/**
 * - "macro": the mean of the classes' scores, all weighted equally; classes that never occur count too
 * - "micro": the scores of the summed counts. Where every row has one class, all three scores equal the accuracy
 * - "weighted": the mean of the classes' scores, each weighted by how often the class occurs
 */
export type Average = "macro" | "micro" | "weighted";

/** a / b, and 0 where b is 0. */
export const share = (a: number, b: number): number => (b === 0 ? 0 : a / b);

/**
 * The outcomes of each class against all others.
 * @param counts of a confusion matrix, row-major: rows are labels, columns predictions
 * @throws ShapeError unless there are classes² counts
 */
export function outcomesOf(counts: ArrayLike<number>, classes: number): Outcomes[] {
  checkMatrix("outcomesOf", counts, classes);
  const labels = new Array<number>(classes).fill(0);
  const predictions = new Array<number>(classes).fill(0);
  let all = 0;
  for (let i = 0; i < classes * classes; i++) {
    labels[Math.floor(i / classes)]! += counts[i]!;
    predictions[i % classes]! += counts[i]!;
    all += counts[i]!;
  }
  return labels.map((label, c) => {
    const truePositives = counts[c * (classes + 1)]!;
    const falsePositives = predictions[c]! - truePositives;
    const falseNegatives = label - truePositives;
    return {
      truePositives,
      falsePositives,
      falseNegatives,
      trueNegatives: all - truePositives - falsePositives - falseNegatives,
    };
  });
}

/** Precision, recall and F1 of one class. */
export function scoresOf({ truePositives, falsePositives, falseNegatives }: Outcomes): Scores {
  return {
    precision: share(truePositives, truePositives + falsePositives),
    recall: share(truePositives, truePositives + falseNegatives),
    f1: share(2 * truePositives, 2 * truePositives + falsePositives + falseNegatives),
    support: truePositives + falseNegatives,
  };
}

/** The scores of several classes averaged. @throws ShapeError where the average is another word */
export function averageScores(outcomes: readonly Outcomes[], average: Average): Scores {
  checkArray("averageScores", "outcomes", outcomes);
  checkWord("averageScores", "average", average, ["macro", "micro", "weighted"]);
  const total = (of: (o: Outcomes) => number) => outcomes.reduce((n, o) => n + of(o), 0);
  if (average === "micro")
    return scoresOf({
      truePositives: total((o) => o.truePositives),
      falsePositives: total((o) => o.falsePositives),
      falseNegatives: total((o) => o.falseNegatives),
      trueNegatives: total((o) => o.trueNegatives),
    });
  const support = total((o) => o.truePositives + o.falseNegatives);
  const scores = outcomes.map(scoresOf);
  const weightOf = (s: Scores) => (average === "macro" ? 1 / outcomes.length : share(s.support, support));
  const mean = (name: "precision" | "recall" | "f1") => scores.reduce((n, s) => n + s[name] * weightOf(s), 0);
  return { precision: mean("precision"), recall: mean("recall"), f1: mean("f1"), support };
}

/** Everything that a confusion matrix says about a classifier. */
export interface ClassificationReport {
  readonly accuracy: number;
  readonly classes: readonly Scores[];
  readonly macro: Scores;
  readonly micro: Scores;
  readonly weighted: Scores;
}

/**
 * Accuracy, and precision, recall and F1 of each class and in the three averages.
 * @param counts of a confusion matrix, row-major: rows are labels, columns predictions
 * @throws ShapeError unless there are classes² counts
 */
export function classificationReport(counts: ArrayLike<number>, classes: number): ClassificationReport {
  const outcomes = outcomesOf(counts, classes);
  return {
    accuracy: accuracyOf(counts, classes),
    classes: outcomes.map(scoresOf),
    macro: averageScores(outcomes, "macro"),
    micro: averageScores(outcomes, "micro"),
    weighted: averageScores(outcomes, "weighted"),
  };
}

/** The share of examples on the diagonal of a confusion matrix, 0…1; 0 where it counts none. @throws ShapeError */
export function accuracyOf(counts: ArrayLike<number>, classes: number): number {
  const { right, all } = totalsOf("accuracyOf", counts, classes);
  return share(right, all);
}

/** The share of examples off the diagonal (0-1 loss), 0…1; 0 where it counts none. @throws ShapeError */
export function zeroOneLoss(counts: ArrayLike<number>, classes: number): number {
  const { right, all } = totalsOf("zeroOneLoss", counts, classes);
  return share(all - right, all);
}

/** The sum of the counts on the diagonal, and of all counts. */
function totalsOf(name: string, counts: ArrayLike<number>, classes: number): { right: number; all: number } {
  checkMatrix(name, counts, classes);
  let [right, all] = [0, 0];
  for (let i = 0; i < counts.length; i++) {
    all += counts[i]!;
    if (i % (classes + 1) === 0) right += counts[i]!;
  }
  return { right, all };
}

function checkMatrix(name: string, counts: ArrayLike<number>, classes: number): void {
  checkArray(name, "counts", counts);
  if (!(Number.isInteger(classes) && classes >= 1) || counts.length !== classes * classes)
    throw new ShapeError(name, `${counts.length} counts`, { wants: `classes² = ${classes * classes}` });
}
