// Fails the build when what the first page needs grows beyond the budget.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const budget = 250 * 1024;
const dist = new URL('../dist/', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8'));
const files = new Set();
function collect(key) {
  const chunk = manifest[key];
  if (!chunk || files.has(chunk.file)) return;
  files.add(chunk.file);
  for (const css of chunk.css ?? []) files.add(css);
  for (const next of chunk.imports ?? []) collect(next);
}
collect('index.html');
// The morning page is what most people open first.
collect(Object.keys(manifest).find((key) => key.endsWith('overview-page.tsx')));
let total = 0;
for (const file of files) total += gzipSync(readFileSync(new URL(file, dist))).length;
console.log(`first load: ${(total / 1024).toFixed(1)} KiB gzip of ${budget / 1024} KiB (${files.size} files)`);
if (total > budget) process.exit(1);
