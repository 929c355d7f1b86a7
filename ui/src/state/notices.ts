// SPDX-License-Identifier: Apache-2.0
// Short sentences at the edge of the page: what was done (with undo), what failed and what to do next.
// `spoken` feeds the live region for things that are seen elsewhere already.
import { Disconnected, RpcError } from '@longwave/client';
import { signal } from '@preact/signals';
import { ErrorCode } from '../api';
import { s } from '../strings';

export interface Notice {
  id: number;
  text: string;
  bad: boolean;
  undo: (() => void) | null;
  /** Told once when it goes, however it goes. */
  over: (() => void) | null;
}

export const notices = signal<Notice[]>([]);
export const spoken = signal('');

const shown_ms = 6_000;
const undo_ms = 9_000;
const most = 3;
let nextId = 1;
const timers = new Map<number, number>();

export function say(text: string): void {
  spoken.value = text;
}

export function notify(text: string, undo: (() => void) | null = null, bad = false, over: (() => void) | null = null): number {
  const notice: Notice = { id: nextId++, text, bad, undo, over };
  for (const old of notices.value.slice(0, Math.max(0, notices.value.length + 1 - most))) dismiss(old.id);
  notices.value = [...notices.value, notice];
  hold(notice.id, false);
  return notice.id;
}

/**
 * What is being done, with its undo, at once. Who takes it back before the server has answered waits for that; what was
 * refused (a false answer) was not done.
 */
export function offer<T>(text: string, doing: Promise<T>, back: (done: NonNullable<T>) => void): void {
  const id = notify(text, () => void doing.then((done) => done && back(done)));
  void doing.then((done) => done || dismiss(id));
}

export function dismiss(id: number): void {
  clearTimeout(timers.get(id));
  timers.delete(id);
  const gone = notices.value.find((notice) => notice.id === id);
  notices.value = notices.value.filter((notice) => notice !== gone);
  gone?.over?.();
}

/** While a notice is being pointed at or has the focus, it stays. */
export function hold(id: number, held: boolean): void {
  clearTimeout(timers.get(id));
  const notice = notices.value.find((one) => one.id === id);
  if (!notice || held) return;
  timers.set(id, window.setTimeout(() => dismiss(id), notice.undo || notice.bad ? undo_ms : shown_ms));
}

export function undo(notice: Notice): void {
  notice.undo?.(); // first: what is over can't be undone
  dismiss(notice.id);
}

export function undoLast(): boolean {
  const last = [...notices.value].reverse().find((notice) => notice.undo);
  if (!last) return false;
  undo(last);
  return true;
}

/** Why a call failed, as the end of a sentence that says what to do next. */
export function because(error: unknown): string {
  if (error instanceof Disconnected) return s.why_.disconnected;
  if (!(error instanceof RpcError)) return s.why_.said(String(error));
  switch (error.code) {
    case ErrorCode.cancelled:
      return s.why_.cancelled;
    case ErrorCode.unavailable:
      return s.why_.unavailable;
    case ErrorCode.too_many_calls:
    case ErrorCode.full:
    case 429:
      return s.why_.tooMany;
    case ErrorCode.refused:
      return s.why_.notAllowed;
    case ErrorCode.not_found:
      return s.why_.notFound;
    default:
      return s.why_.said(error.message);
  }
}

export function failed(sentence: (why: string) => string, error: unknown): void {
  notify(sentence(because(error)), null, true);
}
