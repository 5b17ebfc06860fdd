// The package's Node entry is CommonJS under "type": "module"; its module build carries no types of its own.
declare module "wgsl_reflect/wgsl_reflect.module.js" {
  export * from "wgsl_reflect";
}
