// SPDX-License-Identifier: Apache-2.0
// Builds ui/dist. The output depends on the sources only, so that it can be kept in the repository:
// `node build.mjs --check` builds into ui/dist-check and compares it with ui/dist byte for byte.
//
// The page is app.js and shared.js (what it has in common with the music place); music.js and music.css are fetched
// when somebody goes there; first.js sees to it that who begins there has it at once. Files are cached for ever under an address that carries their hash, so a file is finished
// only when those that it names are: shared.js first, then music.js, app.js and the page itself.
import { build } from 'esbuild';
import { createHash } from 'node:crypto';
import { cp, mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const here = dirname(fileURLToPath(import.meta.url));
const scriptBudget = 90 * 1024;
const initial = ['first.js', 'app.js', 'shared.js'];

const common = {
  absWorkingDir: here,
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
};

async function bundle(out) {
  await rm(out, { recursive: true, force: true });
  await mkdir(out, { recursive: true });
  await build({ ...common, outdir: out, entryPoints: { platform: 'src/platform.tsx', first: 'src/first.ts' } });
  await build({ ...common, outdir: out, entryPoints: { app: 'src/main.tsx', music: 'src/music.tsx' }, splitting: true, chunkNames: 'chunk-[hash]' });
  await name(out);
  for (const name of ['icon.svg', 'manifest.webmanifest']) await cp(join(here, name), join(out, name));
}

/** Gives every file its lasting name, and every name that stands in another file its hash. */
async function name(out) {
  const chunks = (await readdir(out)).filter((file) => file.startsWith('chunk-'));
  if (chunks.length !== 1) throw new Error(`one shared chunk expected, not ${chunks.length}`);
  await rename(join(out, chunks[0]), join(out, 'shared.js'));
  const addresses = [];
  const address = async (file, written) => {
    const hash = createHash('sha256').update(await readFile(join(out, file))).digest('hex').slice(0, 10);
    addresses.push([written, `/${file}?v=${hash}`]);
  };
  const put = async (from, to) => {
    let text = await readFile(from, 'utf8');
    for (const [written, real] of addresses) text = text.replaceAll(`"${written}"`, `"${real}"`);
    await writeFile(to, text);
  };
  const again = (file) => put(join(out, file), join(out, file));
  await address('shared.js', `./${chunks[0]}`);
  addresses.push(['/shared.js', addresses[0][1]]);
  await address('music.css', '/music.css');
  await again('music.js');
  await address('music.js', './music.js');
  addresses.push(['/music.js', addresses.at(-1)[1]]);
  await again('app.js');
  await again('first.js');
  for (const file of ['first.js', 'app.js', 'app.css', 'platform.js', 'platform.css']) await address(file, `/${file}`);
  for (const page of ['index.html', 'platform.html']) await put(join(here, page), join(out, page));
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
  let first = 0;
  for (const [name, bytes] of await contents(folder)) {
    const zipped = gzipSync(bytes, { level: 9 }).length;
    console.log(`${name.padEnd(22)} ${String(bytes.length).padStart(7)} bytes, ${String(zipped).padStart(6)} gzip`);
    if (initial.includes(name)) first += zipped;
  }
  console.log(`initial script         ${String(first).padStart(29)} gzip of ${scriptBudget}`);
  if (first > scriptBudget) process.exit(1);
}

if (process.argv.includes('--check')) {
  await check();
  await report(join(here, 'dist'));
} else {
  await bundle(join(here, 'dist'));
  await report(join(here, 'dist'));
}
