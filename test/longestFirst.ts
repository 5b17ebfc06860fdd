import { BaseSequencer, type TestSpecification } from "vitest/node";

/** The ends of the paths of files that take minutes: begun last, they would keep one worker busy while the others are idle. */
const LONGEST = [
  "test/ops.test.ts",
  "test/cli/train.test.ts",
  "test/families/recurrence.test.ts",
  "test/train/autocast.test.ts",
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
