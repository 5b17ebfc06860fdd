import { gunzipSync } from "fflate";
import { DataError, ImageDataset, parseIdx } from "../../src/index";
import { fetchFile } from "../shared/fetchFile";

/** The four files of MNIST, as they are or gzipped. */
export interface MnistFiles {
  trainImages: Uint8Array;
  trainLabels: Uint8Array;
  testImages: Uint8Array;
  testLabels: Uint8Array;
}

/** Name of each file, as the data set has always been distributed. */
export const MNIST_FILE_NAMES: Record<keyof MnistFiles, string> = {
  trainImages: "train-images-idx3-ubyte",
  trainLabels: "train-labels-idx1-ubyte",
  testImages: "t10k-images-idx3-ubyte",
  testLabels: "t10k-labels-idx1-ubyte",
};

/** Mean and standard deviation of the 60,000 training pictures, pixels in 0…1. */
export const MNIST_MEAN = 0.1307;
export const MNIST_STD = 0.3081;

/** One split: the pixels and labels on the CPU, and a data set to put on the GPU. */
export interface Split {
  readonly pixels: Uint8Array;
  readonly labels: Uint8Array;
  readonly dataset: ImageDataset;
}

/** The four files, each through `load`. */
export async function readMnistFiles(load: (name: string) => Promise<Uint8Array>): Promise<MnistFiles> {
  const entries = Object.entries(MNIST_FILE_NAMES).map(async ([key, name]) => [key, await load(name)] as const);
  return Object.fromEntries(await Promise.all(entries)) as unknown as MnistFiles;
}

/** Fetches the four files. @throws DataError naming the file that cannot be had */
export const loadMnistFiles = (baseUrl: string): Promise<MnistFiles> =>
  readMnistFiles((name) => fetchFile(baseUrl + name, "the digits"));

/** Reads both splits. @throws DataError where a file is cut or of another kind */
export function mnistSplits(files: MnistFiles): { train: Split; test: Split } {
  return {
    train: split(files, "trainImages", "trainLabels"),
    test: split(files, "testImages", "testLabels"),
  };
}

function split(files: MnistFiles, images: keyof MnistFiles, labels: keyof MnistFiles): Split {
  const read = (key: keyof MnistFiles) => parseIdx(unzipped(files[key]), MNIST_FILE_NAMES[key]);
  const [pixels, classes] = [read(images), read(labels)];
  if (pixels.shape.length !== 3 || pixels.shape[1] !== 28 || pixels.shape[2] !== 28)
    throw new DataError(MNIST_FILE_NAMES[images], `pictures of ${pixels.shape.slice(1).join(" × ")}`, {
      wants: "28 × 28",
    });
  const dataset = new ImageDataset({
    images: pixels.bytes,
    labels: classes.bytes,
    shape: [1, 28, 28],
    classes: 10,
    mean: MNIST_MEAN,
    std: MNIST_STD,
  });
  return { pixels: pixels.bytes, labels: classes.bytes, dataset };
}

const unzipped = (bytes: Uint8Array): Uint8Array =>
  bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;
