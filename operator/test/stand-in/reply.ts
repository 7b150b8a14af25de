import { STATUS_CODES } from 'node:http';

/** One answer of the stand-in, before it goes out. */
export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly contentType?: string;
  readonly text: string;
}

export const CVAT_JSON = 'application/vnd.cvat+json';
export const HTML = 'text/html; charset=utf-8';

export type Headers = Reply['headers'];

export function json(status: number, body: unknown, headers?: Headers): Reply {
  return { status, headers, contentType: CVAT_JSON, text: JSON.stringify(body) };
}

export function html(status: number, text: string, headers?: Headers): Reply {
  return { status, headers, contentType: HTML, text };
}

/** Django's page for what is wrong outside of the REST framework: an unknown path, or an exception. */
export function page(status: number): Reply {
  const title = status === 500 ? 'Server Error (500)' : (STATUS_CODES[status] ?? String(status));
  const text = status === 404 ? 'The requested resource was not found on this server.' : '';
  const head = `<head>\n  <title>${title}</title>\n</head>`;
  return html(status, `\n<!doctype html>\n<html lang="en">\n${head}\n<body>\n  <h1>${title}</h1><p>${text}</p>\n</body>\n</html>\n`);
}

/** Ends the handling of a request with an answer, as the exceptions of the REST framework do. */
export class Interrupt extends Error {
  constructor(readonly reply: Reply) {
    super(`answered ${reply.status}`);
  }
}

export function refuse(status: number, detail: string, headers?: Headers): Interrupt {
  return new Interrupt(json(status, { detail }, headers));
}

export function invalid(findings: unknown): Interrupt {
  return new Interrupt(json(400, findings));
}

export const FORBIDDEN = 'You do not have permission to perform this action.';

/** An exception in CVAT: a page, though the request was for JSON. */
export function crash(): Interrupt {
  return new Interrupt(page(500));
}
