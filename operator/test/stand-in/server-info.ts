import type { Call, Incoming, Settings } from './call';
import { type Reply, html, json } from './reply';

/** GET /api/server/about */
export function about({ headers }: Call): Reply {
  return json(200, {
    name: 'Computer Vision Annotation Tool',
    description: 'A stand-in for CVAT.',
    version: '2.73.0',
    logo_url: `http://${headers.host}/static/logo.svg`,
    subtitle: 'Open Data Annotation Platform',
  });
}

const PARTS = [
  'Cache backend: default',
  'Cache backend: media',
  'DatabaseBackend',
  'DatabaseBackend[default]',
  'DiskUsage',
  'MemoryUsage',
  'OPAHealthCheck',
];

/** GET /api/server/health/: not of the REST framework, with rules of its own. */
export function health({ headers, query }: Incoming, settings: Settings): Reply {
  const opa = settings.opa === 'down' ? { OPAHealthCheck: 'unknown error: Max retries exceeded with url: /health?bundles' } : {};
  const parts = { ...Object.fromEntries(PARTS.map((part) => [part, 'working'])), ...opa, ...settings.health };
  const status = Object.values(parts).every((state) => state === 'working') ? 200 : 500;
  const body = JSON.stringify(parts);
  const accepted = (headers.accept ?? '*/*').split(',').map((range) => range.replace(/;.*/, '').trim());
  if (query.get('format') === 'json') return { status, contentType: 'application/json', text: body };
  if (accepted.includes('text/html') || accepted.includes('*/*'))
    return html(status, `<html>\n<title>System status</title>\n${body}\n</html>`);
  if (accepted.includes('application/json')) return { status, contentType: 'application/json', text: body };
  return { status: 406, contentType: 'text/plain', text: 'Not Acceptable: Supported content types: text/html, application/json' };
}
