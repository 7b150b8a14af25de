import { createHash } from 'node:crypto';
import { k8s } from '../k8s';
import { Construct } from 'constructs';
import type { DatabaseUser } from '../postgres/database-user';
import { CVAT_RELEASE, type CvatNames, SUPERUSERS } from './names';

export interface AdministratorsProps {
  readonly names: CvatNames;
  /** CVAT's version: the accounts are created by code that only its image contains. */
  readonly version: string;
  readonly database: DatabaseUser;
}

/**
 * Creates or updates an account: its rights, its group, and the password from the Secret.
 * In one transaction: CVAT's own command cannot repair a superuser that has no group.
 */
const ENSURE = `
import os
from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction

User = get_user_model()

def ensure(name, email, password):
    with transaction.atomic():
        user = User.objects.select_for_update().filter(username=name).first() or User(username=name)
        changed = user.pk is None
        for field, value in (("email", email), ("is_active", True), ("is_staff", True), ("is_superuser", True)):
            if getattr(user, field) != value:
                setattr(user, field, value)
                changed = True
        if not user.has_usable_password() or not user.check_password(password):
            user.set_password(password)
            changed = True
        if changed or not user.groups.filter(name="admin").exists():
            user.save()
    return "changed" if changed else "unchanged"

for number in range(int(os.environ["SUPERUSERS"])):
    account = [os.environ[f"SUPERUSER_{number}_{key}"] for key in ("USERNAME", "EMAIL", "PASSWORD")]
    try:
        result = ensure(*account)
    except IntegrityError:
        # Another Job created the account at the same moment: now it is there.
        result = ensure(*account)
    print(account[0], result)
`.trim();

/** Waits for the tables, which a Job of the chart creates. The command fails in the same way while the database is down. */
const SCRIPT = `until django-admin migrate --check; do echo "waiting for CVAT's tables"; sleep 5; done
exec django-admin shell -v0 --no-imports -c "$ENSURE"`;

/** Selects its Jobs, whose names change. Delete them, and the next deploy runs one, which sets a new password in CVAT. */
const LABELS = { 'app.kubernetes.io/name': `${CVAT_RELEASE}-administrators` };

/**
 * CVAT's superusers. Neither its chart nor its API can create one.
 *
 * A Job cannot be changed, so its name contains a hash of its content: each change creates and runs a new one.
 */
export class Administrators extends Construct {
  constructor(scope: Construct, id: string, props: AdministratorsProps) {
    super(scope, id);
    const { namespace } = props.names;
    const template = podTemplate(props);
    const hash = createHash('sha256').update(JSON.stringify(template)).digest('hex').slice(0, 8);
    new k8s.KubeJob(this, 'job', {
      metadata: { name: `${CVAT_RELEASE}-administrators-${hash}`, namespace, labels: LABELS },
      spec: { backoffLimit: 20, template },
    });
  }
}

function podTemplate({ names, version, database }: AdministratorsProps): k8s.PodTemplateSpec {
  const { secrets } = names;
  const superusers = [
    { ...SUPERUSERS.administrator, password: secrets.administrator },
    { ...SUPERUSERS.robot, password: secrets.robot },
  ];
  const secret = (name: string, key: string): k8s.EnvVarSource => ({ secretKeyRef: { name, key } });
  return {
    metadata: { labels: LABELS },
    spec: {
      restartPolicy: 'OnFailure',
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, runAsUser: 1000, runAsGroup: 1000, fsGroup: 1000, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: 'administrators',
          image: `cvat/server:v${version}`,
          args: ['bash', '-c', SCRIPT],
          env: [
            { name: 'ENSURE', value: ENSURE },
            // What any backend container of the chart has, without which CVAT's settings do not load.
            { name: 'CVAT_REDIS_INMEM_HOST', value: `${CVAT_RELEASE}-redis-master` },
            { name: 'CVAT_REDIS_INMEM_PORT', value: '6379' },
            { name: 'CVAT_REDIS_INMEM_PASSWORD', valueFrom: secret(secrets.redis, 'password') },
            { name: 'CVAT_REDIS_ONDISK_HOST', value: `${CVAT_RELEASE}-kvrocks` },
            { name: 'CVAT_REDIS_ONDISK_PORT', value: '6666' },
            { name: 'CVAT_REDIS_ONDISK_PASSWORD', valueFrom: secret(secrets.kvrocks, 'password') },
            { name: 'CVAT_POSTGRES_HOST', value: database.host },
            { name: 'CVAT_POSTGRES_PORT', value: String(database.port) },
            { name: 'CVAT_POSTGRES_USER', valueFrom: secret(database.secret.name, 'username') },
            { name: 'CVAT_POSTGRES_DBNAME', valueFrom: secret(database.secret.name, 'database') },
            { name: 'CVAT_POSTGRES_PASSWORD', valueFrom: secret(database.secret.name, 'password') },
            { name: 'CVAT_OPA_URL', value: `http://${CVAT_RELEASE}-opa-service:8181` },
            { name: 'SUPERUSERS', value: String(superusers.length) },
            ...superusers.flatMap(({ username, emailAddress, password }, index): k8s.EnvVar[] => [
              { name: `SUPERUSER_${index}_USERNAME`, value: username },
              { name: `SUPERUSER_${index}_EMAIL`, value: emailAddress },
              { name: `SUPERUSER_${index}_PASSWORD`, valueFrom: secret(password, 'password') },
            ]),
          ],
          resources: { requests: { cpu: k8s.Quantity.fromString('100m'), memory: k8s.Quantity.fromString('512Mi') } },
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          },
          // CVAT's settings make keys and folders below the home directory as they are loaded. Nothing of it is needed afterwards.
          volumeMounts: [
            { name: 'scratch', mountPath: '/home/django', subPath: 'home' },
            { name: 'scratch', mountPath: '/tmp', subPath: 'tmp' },
          ],
        },
      ],
      volumes: [{ name: 'scratch', emptyDir: {} }],
    },
  };
}
