// SPDX-License-Identifier: Apache-2.0
// Builds ui/dist. The output depends on the sources only, so that it can be kept in the repository:
// `node build.mjs --check` builds into ui/dist-check and compares it with ui/dist byte for byte.
import { build } from 'esbuild';
import { createHash } from 'node:crypto';
import { cp, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const here = dirname(fileURLToPath(import.meta.url));
const scriptBudget = 90 * 1024;

async function bundle(out) {
  await rm(out, { recursive: true, force: true });
  await mkdir(out, { recursive: true });
  await build({
    absWorkingDir: here,
    entryPoints: { app: 'src/main.tsx', platform: 'src/platform.tsx' },
    outdir: out,
    bundle: true,
    minify: true,
    format: 'esm',
    target: ['es2022', 'safari16'],
    charset: 'utf8',
    legalComments: 'none',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    loader: { '.svg': 'text' },
    logLevel: 'warning',
  });
  // The bundles are cached for ever under an address that carries their hash. Each page loads its own and no other.
  for (const [page, bundle] of [['index.html', 'app'], ['platform.html', 'platform']]) {
    let html = await readFile(join(here, page), 'utf8');
    for (const name of [`${bundle}.js`, `${bundle}.css`]) {
      const hash = createHash('sha256').update(await readFile(join(out, name))).digest('hex').slice(0, 10);
      html = html.replace(`/${name}"`, `/${name}?v=${hash}"`);
    }
    await writeFile(join(out, page), html);
  }
  for (const name of ['icon.svg', 'manifest.webmanifest']) await cp(join(here, name), join(out, name));
}

async function contents(folder) {
  const files = new Map();
  for (const name of (await readdir(folder)).sort()) files.set(name, await readFile(join(folder, name)));
  return files;
}

async function check() {
  const fresh = join(here, 'dist-check');
  await bundle(fresh);
  const [want, have] = [await contents(fresh), await contents(join(here, 'dist'))];
  const stale = [...new Set([...want.keys(), ...have.keys()])].filter(
    (name) => !want.get(name) || !have.get(name) || !want.get(name).equals(have.get(name)),
  );
  await rm(fresh, { recursive: true, force: true });
  if (stale.length > 0) {
    console.error(`ui/dist is not what the sources build: ${stale.join(', ')}. Run "npm run build" and commit it.`);
    process.exit(1);
  }
  console.log(`ui/dist is what the sources build (${want.size} files).`);
}

async function report(folder) {
  for (const [name, bytes] of await contents(folder)) {
    const zipped = gzipSync(bytes, { level: 9 }).length;
    console.log(`${name.padEnd(22)} ${String(bytes.length).padStart(7)} bytes, ${String(zipped).padStart(6)} gzip`);
    if (name === 'app.js' && zipped > scriptBudget) {
      console.error(`app.js is over its budget of ${scriptBudget} bytes`);
      process.exit(1);
    }
  }
}

if (process.argv.includes('--check')) {
  await check();
  await report(join(here, 'dist'));
} else {
  await bundle(join(here, 'dist'));
  await report(join(here, 'dist'));
}
