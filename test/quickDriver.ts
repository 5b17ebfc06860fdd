// Tells Mesa's software driver, here and in browsers started later, not to optimize kernels: for tests of single ops that takes longer
// than it saves.
process.env.GALLIVM_PERF ??= "nopt";
