/** Thrown and caught in this file: the text may be valid YAML, but is more than this reader knows. */
class Unknown extends Error {}

/**
 * The documents of YAML as `toYaml` writes it: block maps and lists, plain and quoted scalars of one line, literal blocks, and JSON. Undefined for any
 * other text, valid or not: the YAML library decides then. It builds a tree of nodes with comments and positions first, which takes 20 times as long.
 */
export function parseBlockYaml(text: string): unknown[] | undefined {
  if (text.startsWith('{')) {
    try {
      return [JSON.parse(text)];
    } catch {
      // YAML in braces, or several documents.
    }
  }
  // Other line breaks, a byte order mark, directives, the end of a document, and content beside the start of one.
  if (!text.endsWith('\n') || /[\r\u0085\u2028\u2029\ufeff]|^%|^\.\.\.|^---./m.test(text)) return undefined;
  try {
    const parts = text.split(/^---$/m);
    const documents = parts.map((part) => new BlockParser(part).document());
    // Comments before the first --- are not a document.
    return documents[0] === undefined ? documents.slice(1).map((value) => value ?? null) : documents;
  } catch (error) {
    if (error instanceof Unknown) return undefined;
    throw error;
  }
}

/** A key at the start of a line: plain or in double quotes, and then a colon. */
const KEY = /^(?:(?<plain>[A-Za-z_.][\w./-]*)|(?<quoted>"(?:[^"\\]|\\.)*")):(?: (?<rest>.*))?$/;
/** YAML allows 1024. */
const LONGEST_KEY = 1000;
const JSON_STRING = /^"(?:[^"\\]|\\.)*"$/;
const SINGLE_QUOTED = /^'(?:[^']|'')*'$/;

/** A plain scalar that is certainly one: no tab or other control character, no comment, no colon that could end a key, no blank at its end. */
const PLAIN = /^(?:[A-Za-z0-9/._+$(^<=\\]|-(?! |$))(?!.*(?::(?: |$)| #| $))[^\p{Cc}]*$/u;
const WORDS: Readonly<Record<string, boolean | null>> = {
  ...{ null: null, Null: null, NULL: null },
  ...{ true: true, True: true, TRUE: true, false: false, False: false, FALSE: false },
};
const NUMBER = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
/** Octal and hexadecimal numbers, infinity and not-a-number. */
const OTHER_NUMBER = /^0[ox]|^[-+]?\.(?:inf|nan)$/i;

/** Reads one document, line by line. */
class BlockParser {
  private readonly lines: string[];
  private position = 0;

  constructor(text: string) {
    this.lines = text.split('\n');
  }

  /** Undefined: nothing but comments. */
  document(): unknown {
    const first = this.peek();
    if (first === undefined) return undefined;
    // A flow of several lines, as JSON.stringify writes it with indentation, is JSON as a whole.
    const value = first.startsWith('{') ? json(this.lines.splice(this.position).join('\n')) : this.node(indentOf(first));
    if (this.peek() !== undefined) throw new Unknown();
    return value;
  }

  /** The next line that is not blank and no comment. */
  private peek(): string | undefined {
    for (; this.position < this.lines.length; this.position++) {
      const line = this.lines[this.position] ?? '';
      const start = line[indentOf(line)];
      if (start === '\t') throw new Unknown();
      if (start !== undefined && start !== '#') return line;
    }
    return undefined;
  }

  private node(indent: number): unknown {
    const line = this.peek() ?? '';
    return isItem(line, indent) ? this.list(indent) : this.map(indent);
  }

  private list(indent: number): unknown[] {
    const items: unknown[] = [];
    for (let line = this.peek(); line !== undefined && indentOf(line) >= indent; line = this.peek()) {
      if (!isItem(line, indent)) break;
      const rest = line.slice(indent + 2);
      if (rest.startsWith(' ')) throw new Unknown();
      if (KEY.test(rest) || isItem(rest, 0)) {
        // What begins in this line goes on below it, as deep as it begins here.
        this.lines[this.position] = `${' '.repeat(indent + 2)}${rest}`;
        items.push(this.node(indent + 2));
      } else {
        this.position++;
        items.push(this.value(rest, indent, indent + 1));
      }
    }
    return items;
  }

  private map(indent: number): object {
    const values: Record<string, unknown> = {};
    for (let line = this.peek(); line !== undefined && indentOf(line) >= indent; line = this.peek()) {
      const { plain, quoted, rest = '' } = (indentOf(line) === indent && KEY.exec(line.slice(indent))?.groups) || {};
      const key = plain ?? (quoted === undefined ? undefined : json(quoted));
      if (typeof key !== 'string' || key === '__proto__' || key.length > LONGEST_KEY || Object.hasOwn(values, key)) throw new Unknown();
      if (plain !== undefined && typeof scalar(plain) !== 'string') throw new Unknown();
      this.position++;
      // A list may be as deep as its key.
      values[key] = this.value(rest, indent, indent);
    }
    return values;
  }

  /**
   * @param text what follows the key or the dash in its line
   * @param indent of the map or list
   * @param listIndent the smallest indentation of a list in the lines below
   */
  private value(text: string, indent: number, listIndent: number): unknown {
    if (text === '|' || text === '|-' || text === '|+') return this.literal(text.slice(1), indent);
    const next = this.peek();
    const isBelow = next !== undefined && indentOf(next) > indent;
    if (text !== '') {
      if (isBelow) throw new Unknown(); // a scalar of several lines
      return scalar(text);
    }
    if (next !== undefined && (isBelow || isItem(next, listIndent))) return this.node(indentOf(next));
    return null;
  }

  private literal(chomping: string, indent: number): string {
    let first = this.position;
    while (this.lines[first] === '') first++;
    const inner = indentOf(this.lines[first] ?? '');
    if (inner <= indent) throw new Unknown();
    const content: string[] = [];
    for (; this.position < this.lines.length; this.position++) {
      const line = this.lines[this.position] ?? '';
      // Lines of blanks count as indentation or as content: that is left to the library.
      if (line !== '' && /^[ \t]*$/.test(line)) throw new Unknown();
      if (line !== '' && indentOf(line) < inner) break;
      content.push(line.slice(inner));
    }
    const end = this.lines[this.position];
    if (end !== undefined && indentOf(end) > indent) throw new Unknown();
    const text = content.join('\n');
    const stripped = text.replace(/\n+$/, '');
    if (chomping === '-') return stripped;
    // The last line of the text is what follows its last line break: no line of its own.
    if (chomping === '+') return end === undefined ? text : `${text}\n`;
    return `${stripped}\n`;
  }
}

const SPACE = 32;

function indentOf(line: string): number {
  let indent = 0;
  while (line.charCodeAt(indent) === SPACE) indent++;
  return indent;
}

function isItem(line: string, indent: number): boolean {
  return indentOf(line) === indent && line[indent] === '-' && (line[indent + 1] ?? ' ') === ' ';
}

function scalar(text: string): unknown {
  if (text.startsWith('"')) return JSON_STRING.test(text) ? json(text) : unknown();
  if (text.startsWith("'")) return SINGLE_QUOTED.test(text) ? text.slice(1, -1).replaceAll("''", "'") : unknown();
  if (text.startsWith('{') || text.startsWith('[')) return json(text);
  if (!PLAIN.test(text) || OTHER_NUMBER.test(text)) return unknown();
  if (Object.hasOwn(WORDS, text)) return WORDS[text];
  return NUMBER.test(text) ? Number(text) : text;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return unknown();
  }
}

function unknown(): never {
  throw new Unknown();
}
