import type { Incoming } from './call';
import { type Reply, html, refuse } from './reply';

/** How the answer is to be written. CVAT's API knows its own type and pages for people; application/json it does not know. */
export function negotiate({ headers }: Incoming): 'json' | 'html' {
  const ranges = (headers.accept ?? '*/*').split(',').map((range) => range.split(';').map((part) => part.trim().toLowerCase()));
  // The more is said, the more it counts.
  for (const type of ['application/vnd.cvat+json', 'text/html', 'application/*', 'text/*', '*/*']) {
    const range = ranges.find(([name]) => name === type);
    if (!range) continue;
    const version = range.find((part) => part.startsWith('version='));
    if (version !== undefined && version !== 'version=2.0') throw refuse(406, 'Invalid version in "Accept" header.');
    return type.startsWith('text/') ? 'html' : 'json';
  }
  throw refuse(406, 'Could not satisfy the request Accept header.');
}

/** The page of the REST framework for people. */
export function asPage(reply: Reply): Reply {
  const text = reply.text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return html(reply.status, `<!DOCTYPE html>\n<html>\n<title>Django REST framework</title>\n<pre>${text}</pre>\n</html>\n`, reply.headers);
}
