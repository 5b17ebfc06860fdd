// Runs before each test file. Files that a worker runs share their modules: what these keep is as new for each file.
import { takePendingUpdates } from "../src/graph/trace";
import { manualSeed } from "../src/nn/init";

takePendingUpdates();
manualSeed(0);
