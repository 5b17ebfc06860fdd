// The peers are installed when the benchmark runs, so their types are not there to be checked.
declare module "@tensorflow/tfjs";
declare module "@tensorflow/tfjs-backend-webgpu";
declare module "@jax-js/jax";
