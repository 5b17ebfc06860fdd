// Threefry-2x32 with 20 rounds: two random words that follow from key and counter alone.
// Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"; the same function is in src/core/random.ts.
// Random ops use the key (seed, stream) and the counter (index, step), where a generator's state is (seed, step).
fn rotate(v: u32, by: u32) -> u32 { return (v << by) | (v >> (32u - by)); }

fn four_rounds(v: vec2u, a: u32, b: u32, c: u32, d: u32) -> vec2u {
  var w = v;
  w.x += w.y; w.y = rotate(w.y, a) ^ w.x;
  w.x += w.y; w.y = rotate(w.y, b) ^ w.x;
  w.x += w.y; w.y = rotate(w.y, c) ^ w.x;
  w.x += w.y; w.y = rotate(w.y, d) ^ w.x;
  return w;
}

fn threefry(key: vec2u, counter: vec2u) -> vec2u {
  let third = 0x1bd11bdau ^ key.x ^ key.y;
  var v = counter + key;
  v = four_rounds(v, 13u, 15u, 26u, 6u) + vec2u(key.y, third + 1u);
  v = four_rounds(v, 17u, 29u, 16u, 24u) + vec2u(third, key.x + 2u);
  v = four_rounds(v, 13u, 15u, 26u, 6u) + vec2u(key.x, key.y + 3u);
  v = four_rounds(v, 17u, 29u, 16u, 24u) + vec2u(key.y, third + 4u);
  return four_rounds(v, 13u, 15u, 26u, 6u) + vec2u(third, key.x + 5u);
}

// The words of elements 4·i … 4·i + 3: element j has word j mod 2 of counter j / 2.
fn four_words(key: vec2u, i: u32, step: u32) -> vec4u {
  return vec4u(threefry(key, vec2u(2u * i, step)), threefry(key, vec2u(2u * i + 1u, step)));
}

// 24 bits of a word as a number in [0, 1): exact.
fn to_unit(words: vec4u) -> vec4f { return vec4f(words >> vec4u(8u)) / 16777216.0; }

// Which of the elements 4·i … 4·i + 3 a tensor of len elements has: what lies beyond its end stays zero.
fn present(i: u32, len: u32) -> vec4<bool> { return vec4u(4u * i) + vec4u(0u, 1u, 2u, 3u) < vec4u(len); }
