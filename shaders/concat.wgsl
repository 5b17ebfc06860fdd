// Joins up to six tensors: row r of out is row r of x0, of x1, … one after the other. One launch fills WIDTH columns of
// out's rows of `stride` elements, from column `first` on; operand n ends before column endn of these.
// Elements are moved as bits, so any 4-byte dtype will do. An invocation makes `each` elements of the columns.
// @include concat_main.wgsl

@group(0) @binding(0) var<storage, read> x0: array<u32>;
@group(0) @binding(1) var<storage, read> x1: array<u32>;
@group(0) @binding(2) var<storage, read> x2: array<u32>;
@group(0) @binding(3) var<storage, read> x3: array<u32>;
@group(0) @binding(4) var<storage, read> x4: array<u32>;
@group(0) @binding(5) var<storage, read> x5: array<u32>;
@group(0) @binding(6) var<storage, read_write> out: array<u32>;
@group(0) @binding(7) var<uniform> params: Params;
