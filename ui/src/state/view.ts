// SPDX-License-Identifier: Apache-2.0
// Which panels are on the page: one at a time on a phone, queue and one more on a desk, all on a wide desk.
import { computed, signal } from '@preact/signals';

export type Panel = 'queue' | 'library' | 'history';

const desk = matchMedia('(min-width: 68rem)');
const wide = matchMedia('(min-width: 112rem)');
const columns = signal(count());

function count(): 1 | 2 | 3 {
  return wide.matches ? 3 : desk.matches ? 2 : 1;
}

for (const query of [desk, wide]) query.addEventListener('change', () => (columns.value = count()));

const chosen = signal<Panel>('queue');

/** The panels that are chosen between by tabs; none when all are shown. */
export const tabs = computed<Panel[]>(() =>
  columns.value === 1 ? ['queue', 'library', 'history'] : columns.value === 2 ? ['library', 'history'] : [],
);

export const current = computed<Panel>(() =>
  columns.value === 2 && chosen.value === 'queue' ? 'library' : chosen.value,
);

export const shown = (panel: Panel): boolean => !tabs.value.includes(panel) || current.value === panel;

export function choose(panel: Panel): void {
  chosen.value = panel;
}

export type Dialog = 'none' | 'signIn' | 'shortcuts';
export const dialog = signal<Dialog>('none');
