// Writes FILE.gz beside each text file of the portal that is worth it, for the console to send as it is.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const dist = new URL('../dist/', import.meta.url);
for (const name of readdirSync(dist, { recursive: true })) {
  if (!/\.(js|css|svg|html|json)$/.test(name) || name.startsWith('.vite')) continue;
  const content = readFileSync(new URL(name, dist));
  if (content.length >= 1024) writeFileSync(new URL(`${name}.gz`, dist), gzipSync(content, { level: 9 }));
}
