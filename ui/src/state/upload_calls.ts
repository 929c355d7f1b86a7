// SPDX-License-Identifier: Apache-2.0
// The calls of an upload. Bytes go by PUT, beside the socket, so that nothing waits behind them.
import { Disconnected, RpcError } from '@longwave/client';
import { call } from './connection';

const piece_bytes = 1 << 20;

export async function startUpload(file: File): Promise<{ id: string; received: number; piece: number }> {
  const { upload } = await call('upload.begin', { name: file.name, size: file.size });
  return { id: upload.id, received: upload.received, piece: piece_bytes };
}

/** How much the server has now. What it has already is never sent again: after a break it is asked. */
export async function sendPiece(id: string, offset: number, bytes: ArrayBuffer, signal: AbortSignal): Promise<number> {
  let answer: Response;
  try {
    answer = await fetch(`/upload/${id}?offset=${offset}`, { method: 'PUT', headers: { 'Content-Type': 'application/octet-stream' }, body: bytes, signal });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new Disconnected('the upload was interrupted', true);
  }
  if (answer.ok) return ((await answer.json()) as { upload: { received: number } }).upload.received;
  if (answer.status === 409) return (await call('upload.info', { id })).upload.received;
  const said = (await answer.json().catch(() => null)) as { error?: { message?: string } } | null;
  throw new RpcError(answer.status, said?.error?.message ?? answer.statusText);
}

export const finishUpload = (id: string): Promise<unknown> => call('upload.finish', { id });
export const cancelUpload = (id: string): Promise<unknown> => call('upload.cancel', { id });
