/**
 * When a custom resource counts as ready for a GitOps controller. Both believe a kind that they do not know as soon as it exists. These are weaker
 * than `npm run status`, which also reads what runs: PGO writes its status early.
 */
export interface Health {
  readonly apiVersion: string;
  readonly kind: string;
  /** In CEL, over the fields of the object: for a Kustomization of Flux. */
  readonly cel: string;
  /** In Lua, over `obj`: for Argo CD. It returns a table with `status` and `message`. */
  readonly lua: string;
}

const POSTGRES_CLUSTER: Health = {
  apiVersion: 'postgres-operator.crunchydata.com/v1beta1',
  kind: 'PostgresCluster',
  cel: [
    'has(status.observedGeneration) && status.observedGeneration == metadata.generation',
    'has(status.instances) && size(status.instances) == size(spec.instances)',
    'status.instances.all(i, has(i.replicas) && has(i.readyReplicas) && i.readyReplicas == i.replicas)',
    'spec.instances.all(s, status.instances.exists(i, (!has(s.name) || i.name == s.name) && i.replicas == (has(s.replicas) ? s.replicas : 1)))',
    '(!has(spec.backups) || !has(spec.backups.pgbackrest) || !has(spec.backups.pgbackrest.repos) || (has(status.pgbackrest) && has(status.pgbackrest.repos) && ' +
      'spec.backups.pgbackrest.repos.all(r, status.pgbackrest.repos.exists(s, s.name == r.name && has(s.stanzaCreated) && s.stanzaCreated))))',
  ].join(' && '),
  lua: `local waiting = function(message) return { status = "Progressing", message = message } end
local status = obj.status or {}
if status.observedGeneration ~= obj.metadata.generation then return waiting("PGO has not reconciled this generation") end
local found = {}
for _, instance in ipairs(status.instances or {}) do found[instance.name] = instance end
for index, set in ipairs(obj.spec.instances or {}) do
  local name = set.name
  if name == nil or name == "" then name = string.format("%02d", index - 1) end
  local instance = found[name]
  local wanted = set.replicas or 1
  if instance == nil or instance.replicas ~= wanted or (instance.readyReplicas or 0) ~= wanted then
    return waiting("instance set " .. name .. " is not ready")
  end
end
local created = {}
for _, repo in ipairs((status.pgbackrest or {}).repos or {}) do created[repo.name] = repo.stanzaCreated end
for _, repo in ipairs(((obj.spec.backups or {}).pgbackrest or {}).repos or {}) do
  if not created[repo.name] then return waiting("backup repository " .. repo.name .. " has no stanza") end
end
return { status = "Healthy", message = "" }
`,
};

const APP_USER: Health = {
  apiVersion: 'kapernikov.com/v1',
  kind: 'AppUser',
  cel:
    'has(status.observedGeneration) && status.observedGeneration == metadata.generation && has(status.conditions) && ' +
    "status.conditions.exists(c, c.type == 'Ready' && c.status == 'True')",
  lua: `local status = obj.status or {}
if status.observedGeneration == obj.metadata.generation then
  for _, condition in ipairs(status.conditions or {}) do
    if condition.type == "Ready" and condition.status == "True" then return { status = "Healthy", message = "" } end
    if condition.type == "Ready" then return { status = "Progressing", message = condition.message or "" } end
  end
end
return { status = "Progressing", message = "the AppUser operator has not reconciled this generation" }
`,
};

export const HEALTHS: readonly Health[] = [POSTGRES_CLUSTER, APP_USER];

/** Argo CD has no health of its own Applications any more, so that a parent would not wait for its children. */
export const APPLICATION_LUA = `local health = (obj.status or {}).health or {}
if health.status ~= nil then return { status = health.status, message = health.message or "" } end
return { status = "Progressing", message = "" }
`;
