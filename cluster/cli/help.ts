const FOLDER = `  folder              a folder that npm run synth has written: dist (default), dist/production`;
const CONTEXT = `  --context NAME      the kubeconfig context; default: the current context, as for kubectl`;
const TIMEOUT = `  --timeout 30m       timeout for each stage: 90s, 10m, 1h30m`;
const YES = `  -y, --yes           do not ask for confirmation. Without a terminal, the command never asks.
                      Required with --output json at a terminal`;
const CONTENTS = `  --delete-namespace-contents
                      with --delete-data: also delete namespaces of ours that contain objects of others`;
const STAGE = `  --stage NAME        only this stage: 50-cvat, or cvat. Can be repeated`;

/** The commands. */
export type Command = 'deploy' | 'diff' | 'status' | 'destroy';

/** The output of `--help`, by command. */
export const HELP: Readonly<Record<Command, string>> = {
  deploy: `npm run deploy -- [folder] [options]

Applies dist stage by stage, each when the stage before is ready, and prunes objects that an earlier deploy applied and that are no longer in dist.
It can be interrupted and run again at any time. If the cluster already matches dist, it changes nothing.
Takes over CRDs that a chart has installed (docs/ownership.md), and refuses a CRD without a version or field that objects use (docs/upgrading.md).

${FOLDER}
${CONTEXT}
${STAGE}
${TIMEOUT}
  --dry-run           have the API server validate all objects, and change nothing
  --adopt "KIND NAMESPACE/NAME"
                      take over an existing object that is not ours, with all fields of dist. It is never deleted. Can be repeated
  --rename-from NAME  rename the environment NAME on the cluster to the one of the folder: its objects are kept and relabelled
  --force-conflicts   take over fields that another field manager has set to another value
  --allow CHANGE      apply an update that loses data, such as remove-repository=repo1 (repeatable): docs/data-protection.md
  --delete-data       also prune what holds data: databases, volumes, namespaces, CRDs
${CONTENTS}
${YES}
  --output json       print one line of JSON for each event, and the result last

Exit code: 0 everything is ready, 1 something is not ready, 2 wrong usage or no cluster, 130 interrupted.
`,
  diff: `npm run diff -- [folder] [options]

Shows what deploy would change, by a dry run on the API server. Does not show values of Secrets.

${FOLDER}
${CONTEXT}
${STAGE}
  --output json       print one JSON document

Exit code: 0 no differences, 1 differences, 2 wrong usage, no cluster, or the API server would refuse an object.
`,
  status: `npm run status -- [folder] [options]

Shows every object of the environment, stage by stage, and why an object is not ready.

${FOLDER}
${CONTEXT}
${STAGE}
  --output json       print one JSON document

Exit code: 0 everything is ready, 1 something is not ready, 2 wrong usage or no cluster.
`,
  destroy: `npm run destroy -- [folder] [stage ...] [options]

Deletes an environment, or some of its stages, in reverse order: each object when the objects deleted before it are gone. Keeps what holds data
(databases, volumes, namespaces, CRDs), the operators that manage it, and everything that is not ours: see docs/ownership.md. It can be interrupted and run again at any time.

${FOLDER}
  stage               only this stage: 50-cvat, or cvat
${CONTEXT}
  --stage NAME        the same as stage
  --dry-run           show what would be deleted, in which order, and what would be kept and why; change nothing
  --delete-data       also delete what holds data. Backups on volumes are deleted with their database
${CONTENTS}
${TIMEOUT}
${YES}
  --output json       print one line of JSON for each event, and the result last

Exit code: 0 everything is deleted except what is kept, 1 something else is left, 2 wrong usage or no cluster, 130 interrupted.
`,
};
