import { Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential } from "../../src/index";

/** A LeNet-style network for digits: two convolutions, each halved by pooling, then two linear layers. */
export const mnistCnn = () =>
  new Sequential(
    new Conv2d(1, 16, 3, { padding: "same" }), // [N, 1, 28, 28] → [N, 16, 28, 28]
    new ReLU(),
    new MaxPool2d(2), // → [N, 16, 14, 14]
    new Conv2d(16, 32, 3, { padding: "same" }), // → [N, 32, 14, 14]
    new ReLU(),
    new MaxPool2d(2), // → [N, 32, 7, 7]
    new Flatten(), // → [N, 1568]
    new Linear(32 * 7 * 7, 128),
    new ReLU(),
    new Linear(128, 10), // logits
  );
