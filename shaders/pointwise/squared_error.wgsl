// (x − t)².
fn squared_error(x: f32, t: f32) -> f32 { return (x - t) * (x - t); }
