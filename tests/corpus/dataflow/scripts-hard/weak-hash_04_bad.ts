interface Release {
  channel: 'stable' | 'beta';
  fingerprint: string;
}

const ARCHIVES = {
  stable: '/releases/stable.bin',
  beta: '/releases/beta.bin',
};

const encoder = new TextEncoder();

const ALGORITHM: AlgorithmIdentifier = { name: 'SHA-1' };

function toHex(buffer: ArrayBuffer): string {
  return Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function fingerprint(parts: Uint8Array[]): Promise<string> {
  const blob = new Blob(parts);
  return toHex(await crypto.subtle.digest(ALGORITHM, await blob.arrayBuffer()));
}

export async function verifyRelease(release: Release): Promise<Uint8Array> {
  const response = await fetch(release.channel === 'beta' ? ARCHIVES.beta : ARCHIVES.stable, { credentials: 'omit' });
  const content = new Uint8Array(await response.arrayBuffer());
  const header = encoder.encode(`release:${content.byteLength}\n`);
  if ((await fingerprint([header, content])) !== release.fingerprint) {
    throw new Error('signature of the release does not match');
  }
  return content;
}

self.addEventListener('message', async (event: MessageEvent<Release>) => {
  try {
    const content = await verifyRelease(event.data);
    self.postMessage({ valid: true, size: content.byteLength });
  } catch {
    self.postMessage({ valid: false, size: 0 });
  }
});
