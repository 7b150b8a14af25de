import type { Call } from './call';
import type { Person } from './people';
import { Interrupt, invalid, json, refuse } from './reply';

/** What the list of users can be asked for. An address is none of it. */
const FIELDS = {
  id: (person: Person) => person.id,
  username: (person: Person) => person.username,
  first_name: (person: Person) => person.firstName,
  last_name: (person: Person) => person.lastName,
  is_active: (person: Person) => person.isActive,
} as const;

type Field = keyof typeof FIELDS;

/** The last of several values counts, blanks at the ends do not, and an empty value is none. */
function parameter({ query }: Call, name: string): string | undefined {
  const value = query.getAll(name).at(-1)?.trim();
  return value === '' ? undefined : value;
}

/** Those who are asked for, in the order that is asked for. Parameters that CVAT does not know are ignored. */
export function chosen(call: Call, people: readonly Person[]): Person[] {
  const organization = parameter(call, 'org');
  if (organization !== undefined) throw refuse(404, `${organization} organization does not exist.`);
  const wanted = [...exactly(call), ...searched(call), ...filtered(call)];
  return sorted(
    call,
    people.filter((person) => wanted.every((matches) => matches(person))),
  );
}

type Condition = (person: Person) => boolean;

function exactly(call: Call): Condition[] {
  return (['username', 'first_name', 'last_name', 'is_active'] as const).flatMap((field) => {
    const value = parameter(call, field);
    return value === undefined ? [] : [(person: Person) => String(FIELDS[field](person)) === value];
  });
}

function searched(call: Call): Condition[] {
  const words = (parameter(call, 'search') ?? '').toLowerCase().split(/\s+/);
  return words.map((word) => ({ username, firstName, lastName }: Person) => {
    return [username, firstName, lastName].some((text) => text.toLowerCase().includes(word));
  });
}

/** JSON logic, as far as a script would use it: {"==": [{"var": field}, value]} and {"in": [part, {"var": field}]}. */
function filtered(call: Call): Condition[] {
  const filter = parameter(call, 'filter');
  if (filter === undefined) return [];
  const [[operator, operands] = ['', []]] = Object.entries(JSON.parse(filter) as Record<string, unknown[]>);
  const [left, right] = operator === 'in' ? [operands[1], operands[0]] : operands;
  const term = String((left as { readonly var?: unknown } | undefined)?.var);
  if (!isField(term)) throw invalid([`filter: term '${term}' is not supported`]);
  return [
    (person) => {
      const value = FIELDS[term](person);
      return operator === 'in' ? String(value).toLowerCase().includes(String(right).toLowerCase()) : value === right;
    },
  ];
}

function isField(name: string): name is Field {
  return name in FIELDS;
}

function sorted(call: Call, people: Person[]): Person[] {
  const sort = parameter(call, 'sort') ?? '-id';
  const field = sort.replace(/^-/, '');
  if (!isField(field)) return people;
  const value = FIELDS[field];
  const direction = sort.startsWith('-') ? -1 : 1;
  return people.sort((one, other) => (value(one) < value(other) ? -direction : value(one) > value(other) ? direction : 0));
}

/** One page of a list. `next` and `previous` have the host name of the request. */
export function paged(call: Call, people: readonly Person[], show: (person: Person) => unknown): ReturnType<typeof json> {
  const asked = parameter(call, 'page_size');
  const size = asked === 'all' ? Math.max(people.length, 1) : positive(asked) || 10;
  const pages = Math.max(1, Math.ceil(people.length / size));
  const page = positive(parameter(call, 'page') ?? '1');
  if (page < 1 || page > pages) throw new Interrupt(json(404, { detail: 'Invalid page.' }));
  return json(200, {
    count: people.length,
    next: page < pages ? address(call, page + 1) : null,
    previous: page > 1 ? address(call, page - 1) : null,
    results: people.slice((page - 1) * size, page * size).map(show),
  });
}

function positive(text = ''): number {
  return /^\d+$/.test(text) ? Number(text) : 0;
}

function address({ headers, path, query }: Call, page: number): string {
  const parameters = new URLSearchParams(query);
  if (page === 1) parameters.delete('page');
  else parameters.set('page', String(page));
  parameters.sort();
  return `http://${headers.host}${path}${parameters.size === 0 ? '' : `?${parameters.toString()}`}`;
}
