// SPDX-License-Identifier: Apache-2.0
// Carrying music from one part of the page to another, with mouse, pen or (after a long press) finger. What can take it
// has `data-drop` with a name and is told by useTarget(). The keyboard's way to the same is the menu of a row.
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Track } from '../api';

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

const begin_px = 6;
const press_ms = 450;
const shaky_px = 10;

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
  const finger = down.pointerType === 'touch';
  let held = false;
  let frame = 0;
  let x = down.clientX;
  let y = down.clientY;
  const press = finger ? window.setTimeout(take, press_ms) : 0;

  function take() {
    held = true;
    carried.value = look(load, x, y);
    frame = requestAnimationFrame(tick);
  }
  function tick() {
    roll(x, y);
    carried.value = look(load, x, y);
    frame = requestAnimationFrame(tick);
  }
  const onMove = (event: PointerEvent) => {
    if (event.pointerId !== down.pointerId) return;
    x = event.clientX;
    y = event.clientY;
    const far = Math.hypot(x - down.clientX, y - down.clientY);
    if (held) return;
    if (finger && far > shaky_px) end(false);
    else if (!finger && far > begin_px) take();
  };
  const onUp = (event: PointerEvent) => event.pointerId === down.pointerId && end(true);
  const onCancel = () => end(false);
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || !held) return;
    event.preventDefault();
    event.stopPropagation();
    end(false);
  };
  const still = (event: Event) => held && event.preventDefault();
  const noDrag = (event: Event) => event.preventDefault();
  addEventListener('pointermove', onMove);
  addEventListener('pointerup', onUp);
  addEventListener('pointercancel', onCancel);
  addEventListener('keydown', onKey, true);
  addEventListener('touchmove', still, { passive: false });
  addEventListener('dragstart', noDrag);
  addEventListener('contextmenu', still);
  addEventListener('selectstart', noDrag);

  function end(dropped: boolean) {
    clearTimeout(press);
    cancelAnimationFrame(frame);
    removeEventListener('pointermove', onMove);
    removeEventListener('pointerup', onUp);
    removeEventListener('pointercancel', onCancel);
    removeEventListener('keydown', onKey, true);
    removeEventListener('touchmove', still);
    removeEventListener('dragstart', noDrag);
    removeEventListener('contextmenu', still);
    removeEventListener('selectstart', noDrag);
    if (!held) return;
    addEventListener('click', swallow, { capture: true, once: true });
    setTimeout(() => removeEventListener('click', swallow, true), 60);
    const now = look(load, x, y);
    carried.value = null;
    if (dropped && now.over !== null) targets.get(now.over)?.drop(load, now.place);
  }
}

/** The release of what was carried is no click on what lies there. */
function swallow(event: Event): void {
  event.preventDefault();
  event.stopPropagation();
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
