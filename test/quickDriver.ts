// A software driver that optimizes kernels takes longer to compile them than tests of single ops take to run them. Mesa reads this,
// also in a browser that is started later on.
process.env.GALLIVM_PERF ??= "nopt";
