// SPDX-License-Identifier: Apache-2.0
// Files on their way into the library: each in pieces, so that a broken connection only costs a piece; two at a time.
import { Disconnected } from '@longwave/client';
import { signal } from '@preact/signals';
import { link } from './connection';
import { because } from './notices';
import { cancelUpload, sendPiece, startUpload, finishUpload } from './upload_calls';

export type UploadState = 'waiting' | 'sending' | 'checking' | 'done' | 'failed' | 'cancelled';

export interface Upload {
  key: number;
  name: string;
  size: number;
  sent: number;
  state: UploadState;
  problem: string;
  /** Of what has been sent, in bytes a second; 0: not known yet. */
  rate: number;
}

export const uploads = signal<readonly Upload[]>([]);
const files = new Map<number, File>();
const remoteIds = new Map<number, string>();
const controls = new Map<number, AbortController>();
let nextKey = 1;
let running = 0;

const at_once = 2;
const again_ms = 1_500;
const patience = 200; // tries of one piece: five minutes without a connection

export const isOpen = (one: Upload): boolean => one.state === 'waiting' || one.state === 'sending' || one.state === 'checking';

function set(key: number, change: Partial<Upload>): void {
  uploads.value = uploads.value.map((one) => (one.key === key ? { ...one, ...change } : one));
}
const find = (key: number): Upload | undefined => uploads.value.find((one) => one.key === key);
const given = (key: number): boolean => find(key)?.state === 'cancelled';

export function upload(list: Iterable<File>): void {
  const added: Upload[] = [];
  for (const file of list) {
    const key = nextKey++;
    files.set(key, file);
    added.push({ key, name: file.name, size: file.size, sent: 0, state: 'waiting', problem: '', rate: 0 });
  }
  uploads.value = [...uploads.value, ...added];
  pump();
}

function pump(): void {
  while (running < at_once) {
    const next = uploads.value.find((one) => one.state === 'waiting');
    if (!next) return;
    running++;
    set(next.key, { state: 'sending' });
    void send(next.key).finally(() => {
      running--;
      pump();
    });
  }
}

async function send(key: number): Promise<void> {
  const file = files.get(key)!;
  const control = new AbortController();
  controls.set(key, control);
  try {
    const begun = await patiently(key, () => startUpload(file));
    if (!begun) return;
    remoteIds.set(key, begun.id);
    let offset = begun.received;
    const from = performance.now();
    while (offset < file.size && !given(key)) {
      const piece = file.slice(offset, offset + begun.piece);
      const at = offset;
      const told = await patiently(key, async () => sendPiece(begun.id, at, await piece.arrayBuffer(), control.signal));
      if (told === null) break;
      offset = told;
      set(key, { sent: offset, rate: offset / Math.max(0.001, (performance.now() - from) / 1000) });
    }
    if (given(key)) return void (await cancelUpload(begun.id).catch(() => undefined));
    set(key, { state: 'checking' });
    await patiently(key, () => finishUpload(begun.id));
    if (!given(key)) set(key, { state: 'done' });
  } catch (error) {
    if (!given(key)) set(key, { state: 'failed', problem: because(error) });
  } finally {
    files.delete(key);
    controls.delete(key);
  }
}

/** Again when the connection is back; null when it was cancelled meanwhile. */
async function patiently<T>(key: number, work: () => Promise<T>): Promise<T | null> {
  for (let n = 0; ; n++) {
    if (given(key)) return null;
    try {
      return await work();
    } catch (error) {
      if (given(key)) return null;
      if (!(error instanceof Disconnected) || n >= patience) throw error;
      await new Promise((resolve) => setTimeout(resolve, link.value === 'online' ? 300 : again_ms));
    }
  }
}

export function cancel(key: number): void {
  const one = find(key);
  if (!one || !isOpen(one)) return;
  set(key, { state: 'cancelled' });
  controls.get(key)?.abort();
  const id = remoteIds.get(key);
  if (one.state === 'checking' && id) void cancelUpload(id).catch(() => undefined);
}

/** Rows of what is over go. */
export function tidy(): void {
  uploads.value = uploads.value.filter(isOpen);
}

/** Of all that are under way: the share that was sent, and the time that is left. */
export function overall(list: readonly Upload[]): { share: number; left_ms: number | null; open: number } {
  const open = list.filter(isOpen);
  const size = open.reduce((sum, one) => sum + one.size, 0);
  const sent = open.reduce((sum, one) => sum + one.sent, 0);
  const rate = open.reduce((sum, one) => sum + (one.state === 'sending' ? one.rate : 0), 0);
  return { share: size > 0 ? sent / size : 0, left_ms: rate > 0 ? ((size - sent) / rate) * 1000 : null, open: open.length };
}
