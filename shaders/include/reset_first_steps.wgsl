// What the kernels of a GRU that resets first are told, and where the numbers of a sequence at a step lie. A launch takes `count`
// steps from `start` on.
struct Params {
  steps: u32, batch: u32, hidden: u32, start: u32, count: u32, phases: u32, reverse: u32, step_stride: u32, row_stride: u32,
}

fn place(t: u32, row: u32) -> u32 { return t * params.step_stride + row * params.row_stride; }
