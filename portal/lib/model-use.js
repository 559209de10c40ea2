/** Names of the environments whose specification names a model, by version. */
export function usesOf(model, environments) {
  const uses = new Map();
  for (const { name, spec } of environments) {
    if (spec.workload.model?.name !== model) continue;
    const { version } = spec.workload.model;
    uses.set(version, [...(uses.get(version) ?? []), name]);
  }
  return uses;
}
