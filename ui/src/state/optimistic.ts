// SPDX-License-Identifier: Apache-2.0
// A change that shows at once and is taken back, with a sentence, when the server refuses it.
import type { Signal } from '@preact/signals';
import { failed } from './notices';

/** True when the server has taken it. What others changed meanwhile is never overwritten by taking back. */
export async function optimistic<T>(
  target: Signal<T>,
  next: T,
  send: () => Promise<unknown>,
  sentence: (why: string) => string,
): Promise<boolean> {
  const before = target.value;
  target.value = next;
  try {
    await send();
    return true;
  } catch (error) {
    if (target.value === next) target.value = before;
    failed(sentence, error);
    return false;
  }
}
