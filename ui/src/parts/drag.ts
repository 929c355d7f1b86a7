// SPDX-License-Identifier: Apache-2.0
// Dragging a row of a list by its grip, with mouse, pen or finger. The rows stay where they are in the
// document while one is held (moving its element would end the gesture); only their places change.
import { useEffect, useRef, useState } from 'preact/hooks';
import { rowHeight } from './virtual_list';

interface Held {
  from: number;
  over: number;
  lift_px: number;
}

const edge_px = 72; // nearer to the end of what scrolls than this, it scrolls
const fastest_px = 14;

function scrollerOf(element: Element | null): Element {
  for (let one = element; one; one = one.parentElement) {
    const overflow = getComputedStyle(one).overflowY;
    if ((overflow === 'auto' || overflow === 'scroll') && one.scrollHeight > one.clientHeight) return one;
  }
  return document.scrollingElement ?? document.documentElement;
}

export function useDrag(count: number, onDrop: (from: number, to: number) => void) {
  const [held, setHeld] = useState<Held | null>(null);
  const end = useRef<(() => void) | null>(null);
  const drop = useRef(onDrop);
  drop.current = onDrop;
  useEffect(() => () => end.current?.(), []);

  const begin = (event: PointerEvent, from: number) => {
    if (event.button !== 0 || end.current) return;
    event.preventDefault();
    const row = (event.currentTarget as HTMLElement).closest<HTMLElement>('.row')!;
    const list = row.parentElement!;
    const scroller = scrollerOf(list);
    const height = rowHeight(list);
    const startY = event.clientY - list.getBoundingClientRect().top;
    let y = event.clientY;
    let now: Held = { from, over: from, lift_px: 0 };
    let frame = 0;

    const follow = () => {
      const lift_px = y - list.getBoundingClientRect().top - startY;
      const over = Math.min(count - 1, Math.max(0, Math.round((from * height + lift_px) / height)));
      now = { from, over, lift_px };
      setHeld(now);
    };
    const roll = () => {
      const box = scroller === document.scrollingElement ? { top: 0, bottom: innerHeight } : scroller.getBoundingClientRect();
      const near = Math.max(0, box.top + edge_px - y) - Math.max(0, y - (box.bottom - edge_px));
      // What is picked up near an edge stays there until it is moved towards it.
      if (near !== 0 && (near > 0 ? y < event.clientY : y > event.clientY)) {
        scroller.scrollTop -= Math.sign(near) * Math.min(fastest_px, Math.abs(near) / 4);
        follow();
      }
      frame = requestAnimationFrame(roll);
    };
    const onMove = (moved: PointerEvent) => {
      if (moved.pointerId !== event.pointerId) return;
      y = moved.clientY;
      follow();
    };
    const finish = (dropped: boolean) => {
      cancelAnimationFrame(frame);
      removeEventListener('pointermove', onMove);
      removeEventListener('pointerup', onUp);
      removeEventListener('pointercancel', onCancel);
      removeEventListener('keydown', onKey, true);
      end.current = null;
      setHeld(null);
      if (dropped && now.over !== from) drop.current(from, now.over);
    };
    const onUp = () => finish(true);
    const onCancel = () => finish(false);
    const onKey = (key: KeyboardEvent) => {
      if (key.key !== 'Escape') return;
      key.preventDefault();
      finish(false);
    };
    addEventListener('pointermove', onMove);
    addEventListener('pointerup', onUp);
    addEventListener('pointercancel', onCancel);
    addEventListener('keydown', onKey, true);
    end.current = onCancel;
    setHeld(now);
    frame = requestAnimationFrame(roll);
  };

  const placeOf = (index: number): { place: number; lift_px?: number } => {
    if (!held) return { place: index };
    if (index === held.from) return { place: held.from, lift_px: held.lift_px };
    if (held.from < index && index <= held.over) return { place: index - 1 };
    if (held.over <= index && index < held.from) return { place: index + 1 };
    return { place: index };
  };

  return {
    held: held?.from ?? null,
    placeOf,
    grip: (index: number) => ({ onPointerDown: (event: PointerEvent) => begin(event, index) }),
  };
}
