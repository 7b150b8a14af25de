import { createHash } from 'node:crypto';
import { create } from 'tar';

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/**
 * What `flux push artifact oci://… --path=…` does: an image with one layer, the folder as an archive, in Flux' media types.
 * https://fluxcd.io/flux/cheatsheets/oci-artifacts/ Returns the digest.
 */
export async function pushArtifact(address: string, tag: string, folder: string): Promise<string> {
  const { host, pathname } = new URL(address.replace(/^oci:/, 'http:'));
  const registry = `http://${host}/v2${pathname}`;
  const archive = Buffer.concat(await create({ gzip: true, portable: true, cwd: folder }, ['.']).collect());
  const layer = await pushBlob(registry, 'application/vnd.cncf.flux.content.v1.tar+gzip', archive);
  const config = await pushBlob(registry, 'application/vnd.cncf.flux.config.v1+json', Buffer.from('{}'));
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, config, layers: [layer] }));
  await put(`${registry}/manifests/${tag}`, mediaType, manifest);
  return digestOf(manifest);
}

async function pushBlob(registry: string, mediaType: string, content: Buffer): Promise<Descriptor> {
  const digest = digestOf(content);
  const started = await fetch(`${registry}/blobs/uploads/`, { method: 'POST' });
  const upload = new URL(started.headers.get('location') ?? '', registry);
  upload.searchParams.set('digest', digest);
  await put(upload.href, 'application/octet-stream', content);
  return { mediaType, digest, size: content.length };
}

async function put(url: string, type: string, content: Buffer): Promise<void> {
  const { ok, status } = await fetch(url, { method: 'PUT', headers: { 'content-type': type }, body: new Uint8Array(content) });
  if (!ok) throw new Error(`PUT ${url}: ${status}`);
}

const digestOf = (content: Buffer): string => `sha256:${createHash('sha256').update(content).digest('hex')}`;
