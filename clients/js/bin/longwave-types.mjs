#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// npx longwave-types URL > api.ts: the methods and events of a running server as TypeScript.
import { Client } from '../dist/index.js';
import { typescript } from '../dist/openrpc.js';

const [url, ...rest] = process.argv.slice(2);
if (!url || rest.length > 0 || url.startsWith('-')) {
  console.error('Usage: longwave-types URL > api.ts\n  URL   of the server, for example http://127.0.0.1:8000\nLONGWAVE_KEY: a bearer key, if the server wants one.');
  process.exit(url === '--help' || url === '-h' ? 0 : 2);
}
const key = process.env.LONGWAVE_KEY;
try {
  const client = new Client(url, { connect: false, ...(key ? { headers: { Authorization: `Bearer ${key}` } } : {}) });
  process.stdout.write(typescript(await client.post('rpc.discover')));
} catch (error) {
  console.error(`longwave-types: ${error.message}`);
  process.exit(1);
}
