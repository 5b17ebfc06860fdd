// log of a sum of eˣ from its terms divided by eˡᵃʳᵍᵉˢᵗ: log total + largest. Where the largest is infinite, the result is it.
fn log_of_sum(total: f32, largest: f32) -> f32 {
  return select(log(total) + largest, largest, (bitcast<u32>(largest) & 0x7fffffffu) == 0x7f800000u);
}
