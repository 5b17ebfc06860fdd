// 1 where the index is that of the column, else 0.
alias T = i32;
fn one_hot(index: T, column: T) -> f32 { return select(0.0, 1.0, index == column); }
