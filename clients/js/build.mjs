// SPDX-License-Identifier: Apache-2.0
// src/*.ts -> dist/*.js and dist/*.d.ts, one to one: no bundler, so that a browser can load dist/index.js as it is.
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
rmSync(`${here}dist`, { recursive: true, force: true });
execFileSync(process.execPath, [`${here}node_modules/typescript/bin/tsc`, '-p', here], { stdio: 'inherit' });
