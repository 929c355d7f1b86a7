// SPDX-License-Identifier: Apache-2.0
// Which panels are on the page: one at a time on a phone, queue and one more on a desk, three on a wide desk.
import { computed, signal } from '@preact/signals';

export type Panel = 'queue' | 'library' | 'chat' | 'history';

const desk = matchMedia('(min-width: 68rem)');
const wide = matchMedia('(min-width: 112rem)');
const columns = signal(count());

function count(): 1 | 2 | 3 {
  return wide.matches ? 3 : desk.matches ? 2 : 1;
}

for (const query of [desk, wide]) query.addEventListener('change', () => (columns.value = count()));

/** The music place has room for the queue, too. */
export const hasQueueBeside = computed(() => columns.value > 1);

const chosen = signal<Panel>('queue');

const choices: Record<1 | 2 | 3, Panel[]> = {
  1: ['queue', 'chat', 'library', 'history'],
  2: ['library', 'chat', 'history'],
  3: ['chat', 'history'],
};

/** The panels that are chosen between by tabs; the others are always shown. */
export const tabs = computed<Panel[]>(() => choices[columns.value]);

export const current = computed<Panel>(() => (tabs.value.includes(chosen.value) ? chosen.value : tabs.value[0]!));

export const shown = (panel: Panel): boolean => !tabs.value.includes(panel) || current.value === panel;

export function choose(panel: Panel): void {
  chosen.value = panel;
}

export type Dialog = 'none' | 'signIn' | 'shortcuts';
export const dialog = signal<Dialog>('none');
