import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * The ends of the paths of the files that take longest, by CPU time: begun last, they would keep one worker busy while the others are
 * idle. Vitest does not know how long a file takes, and begins with those of most bytes; many of these are short.
 */
const LONGEST = [
  "test/ops.test.ts",
  "test/ops.chrome.test.ts",
  "test/cli/train.test.ts",
  "test/train/autocast.test.ts",
  "test/families/recurrence.test.ts",
  "test/hessians.test.ts",
  "test/demos/layout.test.ts",
  "test/train/tuner.test.ts",
  "test/families/attention.test.ts",
  "test/fusedOps.test.ts",
  "test/cli/tinyGpt.test.ts",
  "test/cli/tagger.test.ts",
  "test/families/products.test.ts",
  "test/cli/charRnn.test.ts",
  "test/families/convTiles.test.ts",
  "test/families/largeGrids.test.ts",
];

const rank = ({ moduleId }: TestSpecification): number => {
  const at = LONGEST.findIndex((file) => moduleId.endsWith(file));
  return at < 0 ? LONGEST.length : at;
};

/** Vitest's order, but with the longest files first. */
export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const usual = await super.sort(files);
    return usual.sort((a, b) => rank(a) - rank(b));
  }
}
