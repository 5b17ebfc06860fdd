// (x − mean)².
fn squared_deviation(x: f32, mean: f32) -> f32 { return (x - mean) * (x - mean); }
