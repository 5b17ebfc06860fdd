// 1 where the label is one of `classes` classes and not the ignored one, else 0.
fn label_counts(label: i32, classes: i32, ignored: i32) -> f32 {
  return select(0.0, 1.0, label >= 0 && label < classes && label != ignored);
}
