// SPDX-License-Identifier: Apache-2.0
// Carrying music from one part of the page to another, with mouse, pen or (after a long press) finger. What can take it
// has `data-drop` with a name and is told by useTarget(). The keyboard's way to the same is the menu of a row.
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Track } from '../api';
import { hold } from './hold';

export interface Load {
  label: string;
  tracks: () => Promise<Track[]>;
}

export interface Target {
  /** `place`: before which row of it, when it has rows. */
  drop: (load: Load, place: number | null) => void;
  /** The places between its rows count. */
  ordered?: boolean;
}

interface Carried {
  load: Load;
  x: number;
  y: number;
  over: string | null;
  place: number | null;
  line: { x: number; y: number; width: number } | null;
}

export const carried = signal<Carried | null>(null);
const targets = new Map<string, Target>();

export function useTarget(name: string, target: Target | null): void {
  useEffect(() => {
    if (!target) return undefined;
    targets.set(name, target);
    return () => {
      if (targets.get(name) === target) targets.delete(name);
    };
  });
}

function look(load: Load, x: number, y: number): Carried {
  const here = document.elementFromPoint(x, y);
  const box = here?.closest<HTMLElement>('[data-drop]');
  const name = box?.dataset.drop ?? '';
  const target = targets.get(name);
  const carry: Carried = { load, x, y, over: target ? name : null, place: null, line: null };
  if (!box || !target?.ordered) return carry;
  const rows = box.querySelectorAll<HTMLElement>('.row[data-index]');
  const row = here?.closest<HTMLElement>('.row[data-index]');
  const last = [...rows].sort((a, b) => Number(a.dataset.index) - Number(b.dataset.index)).at(-1);
  const at = row ?? last;
  if (!at) return carry;
  const rect = at.getBoundingClientRect();
  const after = !row || y > rect.top + rect.height / 2;
  carry.place = Number(at.dataset.index) + (after ? 1 : 0);
  carry.line = { x: rect.left, y: after ? rect.bottom : rect.top, width: rect.width };
  return carry;
}

const edge_px = 56;

/** Near the end of a list it scrolls on. */
function roll(x: number, y: number): void {
  for (let one = document.elementFromPoint(x, y); one; one = one.parentElement) {
    if (one.scrollHeight <= one.clientHeight + 1 || !/auto|scroll/.test(getComputedStyle(one).overflowY)) continue;
    const box = one.getBoundingClientRect();
    if (y < box.top + edge_px) one.scrollTop -= 10;
    else if (y > box.bottom - edge_px) one.scrollTop += 10;
    return;
  }
}

/** For the element by which something is taken up; null: not now. */
export function carry(load: () => Load | null): { onPointerDown: (event: PointerEvent) => void } {
  return {
    onPointerDown: (event) => {
      if (event.button !== 0 || (event.target as HTMLElement).closest('button, input, .grip')) return;
      const what = load();
      if (what) begin(event, what);
    },
  };
}

function begin(down: PointerEvent, load: Load): void {
  let frame = 0;
  let [x, y] = [down.clientX, down.clientY];
  function tick() {
    carried.value = look(load, x, y);
    frame = requestAnimationFrame(() => {
      roll(x, y);
      tick();
    });
  }
  hold(down, {
    take: tick,
    move: (event) => void ([x, y] = [event.clientX, event.clientY]),
    end: (taken, dropped) => {
      cancelAnimationFrame(frame);
      if (!taken) return;
      const now = look(load, x, y);
      carried.value = null;
      if (dropped && now.over !== null) targets.get(now.over)?.drop(load, now.place);
    },
  });
}

export function Carried() {
  const now = carried.value;
  if (!now) return null;
  return (
    <div class="carry-layer" aria-hidden="true">
      {now.line && <div class="carry-line" style={{ transform: `translate(${now.line.x}px, ${now.line.y - 1}px)`, width: `${now.line.width}px` }} />}
      <div class={now.over ? 'carry-what carry-takes' : 'carry-what'} style={{ transform: `translate(${now.x + 12}px, ${now.y + 12}px)` }}>
        {now.load.label}
      </div>
    </div>
  );
}
