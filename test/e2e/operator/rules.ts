/** All that the operator may do, in its own namespace: what it does beyond that fails in these tests. */
export const RULES = [
  { apiGroups: ['kapernikov.com'], resources: ['appusers'], verbs: ['list', 'watch', 'patch'] },
  { apiGroups: ['kapernikov.com'], resources: ['appusers/status'], verbs: ['patch'] },
  // Secrets have the names of people: they cannot be listed here.
  { apiGroups: [''], resources: ['secrets'], verbs: ['get', 'create', 'patch', 'delete'] },
  { apiGroups: [''], resources: ['services'], verbs: ['get'], resourceNames: ['cvat-backend-service'] },
  { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create', 'patch'] },
  // What is made has no name yet, as far as rules go.
  { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create'] },
  { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['get', 'update'], resourceNames: ['app-user-operator'] },
] as const;
