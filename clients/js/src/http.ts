// SPDX-License-Identifier: Apache-2.0
import { Disconnected, RpcError } from './errors.js';
import type { HttpOptions } from './sse.js';

interface Answer {
  result?: unknown;
  error?: { code: number; message: string; data?: unknown };
}

/** One call in one POST: no connection, no notifications, one answer. */
export async function post(url: string, http: HttpOptions, method: string, params: unknown, signal?: AbortSignal): Promise<unknown> {
  let response: Response;
  try {
    response = await http.fetch(url, {
      method: 'POST',
      headers: { ...http.headers, 'Content-Type': 'application/json', Accept: 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
      ...(http.credentials ? { credentials: http.credentials } : {}),
      ...(signal ? { signal } : {}),
    });
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    throw new Disconnected(`${method}: ${String(error)}`, true);
  }
  const text = await response.text();
  let answer: Answer | null = null;
  try {
    answer = JSON.parse(text) as Answer;
  } catch {
    answer = null;
  }
  if (answer?.error) throw new RpcError(answer.error.code, answer.error.message, answer.error.data);
  if (!response.ok || !answer) throw new RpcError(response.status, text.trim().slice(0, 200) || response.statusText);
  return answer.result;
}
