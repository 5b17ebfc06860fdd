// `npm run docs`: a reference of what src/index.ts exports, grouped by the folder that it comes from.

const TITLES = {
  train: "Engine and training",
  graph: "Tensors",
  ops: "Ops",
  nn: "Layers",
  optim: "Optimizers and schedules",
  data: "Data",
  text: "Text",
  metrics: "Metrics",
  io: "Files",
  core: "Errors and types",
};
/** Of other folders. */
const REST = "Plan and device";

/** Replaces TypeDoc's groups, which are the kinds of exports. By name, an op is followed by its options. */
function groupByFolder(project) {
  const titleOf = (reflection) => {
    const declared = reflection.isReference() ? reflection.getTargetReflectionDeep() : reflection;
    const file = project.getSymbolIdFromReflection(declared)?.fileName ?? "";
    // Some types of the kernel families are those of options.
    const folder = file.match(/src\/(\w+)\/[^/]+$/)?.[1].replace("families", "ops");
    return TITLES[folder] ?? REST;
  };
  const Group = project.groups[0].constructor;
  const children = project.groups.flatMap((group) => group.children).sort((a, b) => a.name.localeCompare(b.name));
  project.groups = [...Object.values(TITLES), REST].map((title) =>
    Object.assign(new Group(title, project), { children: children.filter((child) => titleOf(child) === title) }),
  );
}

/** Makes the groups once TypeDoc has made its own. */
const load = (app) => app.converter.on("resolveEnd", ({ project }) => groupByFolder(project), -1000);

export default {
  name: "wgrad",
  entryPoints: ["src/index.ts"],
  out: "dist/docs",
  excludePrivate: true,
  excludeProtected: true,
  excludeInternal: true,
  disableSources: true,
  skipErrorChecking: true,
  navigation: { includeGroups: true },
  // The README names folders of the repository.
  validation: { invalidPath: false },
  plugin: [load],
};
