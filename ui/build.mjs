// SPDX-License-Identifier: Apache-2.0
// Builds ui/dist. The output depends on the sources only, so that it can be kept in the repository:
// `node build.mjs --check` builds into ui/dist-check and compares it with ui/dist byte for byte.
//
// The page is app.js and what it has in common with the places that are fetched when somebody goes there: music.js and
// programme.js, each with its styles; first.js sees to it that who begins at the music has it at once. What several of them share is a file named after them (shared.js: all of them).
// Files are cached for ever under an address that carries their hash, so a file is finished only when those that it
// names are: the shared ones first, then the places, app.js and the page itself.
import { build } from 'esbuild';
import { createHash } from 'node:crypto';
import { cp, mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const here = dirname(fileURLToPath(import.meta.url));
const scriptBudget = 90 * 1024;
const places = ['music', 'programme'];

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
  for (const page of ['platform.tsx', 'directory.tsx', 'first.ts']) await build({ ...common, outdir: out, entryPoints: [`src/${page}`] });
  const { metafile } = await build({
    ...common,
    outdir: out,
    entryPoints: Object.fromEntries([['app', 'src/main.tsx'], ...places.map((place) => [place, `src/${place}.tsx`])]),
    splitting: true,
    chunkNames: 'chunk-[hash]',
    metafile: true,
  });
  // Where scripts are split, the styles of all places would be in app.css; so it is made once more without them.
  await build({ ...common, outdir: out, entryPoints: { app: 'src/main.tsx' }, external: places.map((place) => `../${place}`), write: false }).then(
    ({ outputFiles }) => writeFile(join(out, 'app.css'), outputFiles.find(({ path }) => path.endsWith('.css')).contents),
  );
  await name(out, metafile);
  for (const name of ['icon.svg', 'manifest.webmanifest']) await cp(join(here, name), join(out, name));
}

/** What a file names with `import`, of the files that were just built. */
const imports = (metafile, file) =>
  metafile.outputs[file].imports.filter(({ kind }) => kind === 'import-statement').map(({ path }) => path);

/** Chunks are named after who has them: shared.js if all have, otherwise as app-music.js. Those that others name come first. */
function chunks(metafile) {
  const scripts = Object.keys(metafile.outputs).filter((file) => file.endsWith('.js'));
  const entry = (name) => scripts.find((file) => basename(file) === `${name}.js`);
  const all = (file) => [file, ...imports(metafile, file).flatMap(all)];
  const users = new Map();
  for (const name of ['app', ...places]) {
    for (const file of new Set(all(entry(name)))) if (basename(file).startsWith('chunk-')) users.set(file, [...(users.get(file) ?? []), name]);
  }
  const depth = (file) => 1 + Math.max(0, ...imports(metafile, file).map(depth));
  return [...users.keys()]
    .sort((a, b) => depth(a) - depth(b))
    .map((file) => ({ file: basename(file), name: users.get(file).length > places.length ? 'shared.js' : `${users.get(file).join('-')}.js` }));
}

/** Gives every file its lasting name, and every name that stands in another file its hash. */
async function name(out, metafile) {
  const shared = chunks(metafile);
  if (new Set(shared.map(({ name }) => name)).size !== shared.length) throw new Error('two shared files have one name');
  const addresses = [];
  const address = async (file, written) => {
    const hash = createHash('sha256').update(await readFile(join(out, file))).digest('hex').slice(0, 10);
    for (const one of written) addresses.push([one, `/${file}?v=${hash}`]);
  };
  const put = async (from, to) => {
    let text = await readFile(from, 'utf8');
    for (const [written, real] of addresses) text = text.replaceAll(`"${written}"`, `"${real}"`);
    await writeFile(to, text);
  };
  const again = (file) => put(join(out, file), join(out, file));
  for (const { file, name } of shared) {
    await rename(join(out, file), join(out, name));
    await again(name);
    await address(name, [`./${file}`, `/${name}`]);
  }
  for (const place of places) {
    await again(`${place}.js`);
    await address(`${place}.js`, [`./${place}.js`, `/${place}.js`]);
    await address(`${place}.css`, [`/${place}.css`]);
  }
  await again('app.js');
  await again('first.js');
  await address('first.js', ['/first.js']);
  for (const file of ['app', 'platform', 'directory']) for (const type of ['js', 'css']) await address(`${file}.${type}`, [`/${file}.${type}`]);
  for (const page of ['index.html', 'platform.html', 'directory.html']) await put(join(here, page), join(out, page));
}

/** What a browser fetches before the page is there: app.js and every file that it names with `import`. */
async function firstScripts(folder) {
  const found = new Set();
  const look = async (file) => {
    if (found.has(file)) return;
    found.add(file);
    const text = await readFile(join(folder, file), 'utf8');
    for (const [, name] of text.matchAll(/(?:from|import)"\/([\w-]+\.js)\?/g)) await look(name);
  };
  await look('first.js');
  await look('app.js');
  return found;
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
  const initial = await firstScripts(folder);
  for (const [name, bytes] of await contents(folder)) {
    const zipped = gzipSync(bytes, { level: 9 }).length;
    console.log(`${name.padEnd(22)} ${String(bytes.length).padStart(7)} bytes, ${String(zipped).padStart(6)} gzip`);
    if (initial.has(name)) first += zipped;
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
