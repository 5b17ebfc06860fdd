// out = x with borders, along up to four axes at a time, axis 0 the innermost: see include/borders.wgsl. By MODE the border is
// 0: `value`, 1: mirrored, 2: the nearest element, 3: the other end. An invocation makes `each` elements.
// Elements are moved as bits, so any 4-byte dtype will do.
// @include pad_main.wgsl
alias V = u32;

@group(0) @binding(0) var<storage, read> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> out: array<u32>;
@group(0) @binding(2) var<uniform> params: Params;
