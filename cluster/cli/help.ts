const FOLDER = `  folder              what npm run synth has written: dist (default), dist/production`;
const CONTEXT = `  --context NAME      the cluster, by its context in the kubeconfig; default: where kubectl points`;
const TIMEOUT = `  --timeout 30m       how long a stage may take: 90s, 10m, 1h30m`;
const YES = `  -y, --yes           do not ask; without a terminal nobody is asked.
                      At a terminal, --output json needs it`;
const STAGE = `  --stage NAME        only this stage: 50-cvat, or cvat. Can be given several times`;

/** The commands. */
export type Command = 'deploy' | 'diff' | 'status' | 'destroy';

/** The output of `--help`, by command. */
export const HELP: Readonly<Record<Command, string>> = {
  deploy: `npm run deploy -- [folder] [options]

Applies dist stage by stage, each when the one before is ready, and takes away what an earlier deploy has applied and dist has no longer.
It can be interrupted, and run again at any time: on a cluster that is as dist says, it changes nothing.

${FOLDER}
${CONTEXT}
${STAGE}
${TIMEOUT}
  --dry-run           send everything to the API server, which checks it and stores nothing
  --force-conflicts   take fields over that somebody else has set to something else
  --delete-data       also take away what holds data (databases, volumes, namespaces, definitions (CRDs)) when dist has it no longer
${YES}
  --output json       a line of JSON for each thing that happens, and the result last

Exit code: 0 all is ready, 1 something is not, 2 wrong usage or no cluster, 130 interrupted.
`,
  diff: `npm run diff -- [folder] [options]

Shows what deploy would change, as the API server itself says. Values of Secrets are not shown.

${FOLDER}
${CONTEXT}
${STAGE}
  --output json       one JSON document

Exit code: 0 no differences, 1 differences, 2 wrong usage, no cluster, or the API server would refuse something.
`,
  status: `npm run status -- [folder] [options]

Shows every object of the environment, stage by stage, and why those are not ready that are not.

${FOLDER}
${CONTEXT}
${STAGE}
  --output json       one JSON document

Exit code: 0 all is ready, 1 something is not, 2 wrong usage or no cluster.
`,
  destroy: `npm run destroy -- [folder] [stage ...] [options]

Takes an environment away, or some stages of it: in reverse order, each when what was deleted before is really gone. What holds data stays, and
what is needed to look after it: databases and their operator, volumes, namespaces, definitions (CRDs). Can be run again at any time.

${FOLDER}
  stage               only this stage: 50-cvat, or cvat
${CONTEXT}
  --stage NAME        the same as a stage, as the other commands want it
  --dry-run           tell what would go, in which order, and what would stay and why, and delete nothing
  --delete-data       the data goes, too. Backups on volumes go with their database
${TIMEOUT}
${YES}
  --output json       a line of JSON for each thing that happens, and the result last

Exit code: 0 all is gone but what was to be kept, 1 something else is left, 2 wrong usage or no cluster, 130 interrupted.
`,
};
