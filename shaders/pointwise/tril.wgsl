// x on and below the diagonal that begins at column `diagonal`, else 0.
alias T = f32;
fn tril(x: T, row: i32, column: i32, diagonal: i32) -> T { return select(T(0), x, column - row <= diagonal); }
