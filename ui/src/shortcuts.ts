// SPDX-License-Identifier: Apache-2.0
// Keys that work everywhere on the page, unless something is being typed.
import { undoLast } from './state/notices';
import { toggle } from './state/player';
import { choose, dialog } from './state/view';

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

const isRange = (target: EventTarget | null) => target instanceof HTMLInputElement && target.type === 'range';
const isPressable = (target: EventTarget | null) => target instanceof HTMLElement && /^(BUTTON|A)$/.test(target.tagName);

export function focusSearch(): void {
  choose('library');
  const focus = () => {
    const field = document.getElementById('search') as HTMLInputElement | null;
    field?.select();
    return field !== null;
  };
  if (!focus()) requestAnimationFrame(() => focus() || setTimeout(focus, 50));
}

export function startShortcuts(): void {
  addEventListener('keydown', (event) => {
    if (event.defaultPrevented || dialog.value !== 'none') return;
    if (isTyping(event.target) && !isRange(event.target)) return;
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
    if (plain && event.key === ' ' && !isPressable(event.target)) {
      event.preventDefault();
      toggle();
    } else if (plain && event.key === '/') {
      event.preventDefault();
      focusSearch();
    } else if (plain && event.key === '?') {
      event.preventDefault();
      dialog.value = 'shortcuts';
    } else if ((event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === 'z') {
      if (undoLast()) event.preventDefault();
    }
  });
}
