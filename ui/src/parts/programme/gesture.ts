// SPDX-License-Identifier: Apache-2.0
// Taking up, drawing and stretching in the calendar, with mouse, pen, or (after a long press) finger. What comes of it
// is state/programme/week.ts's; here is only where the pointer is.
import { useEffect, useRef, useState } from 'preact/hooks';
import { day_s, follow, type Grip, type Held, type Span, type Spot } from '../../state/programme/week';
import { hold } from '../hold';

const edge_px = 64; // nearer to the end of what scrolls than this, it scrolls
const fine_s = 300;

export const step_s = 900;

/** Something in another form than it has: held by a pointer, or being moved by keys. Id 0: not there yet. */
export interface Draft {
  id: number;
  span: Span;
}

interface Taken {
  id: number;
  grip: Grip;
  before: Span | null;
  origin: number;
}

export function scrollerOf(element: Element): Element {
  for (let one: Element | null = element; one; one = one.parentElement) {
    if (/auto|scroll/.test(getComputedStyle(one).overflowY) && one.scrollHeight > one.clientHeight + 1) return one;
  }
  return document.scrollingElement ?? document.documentElement;
}

/** The day and time under the pointer; beside the calendar, what is nearest. Days that aren't shown aren't there. */
function spotAt(calendar: Element, x: number, y: number): Spot {
  let best: { far: number; day: number; box: DOMRect } | null = null;
  for (const column of calendar.querySelectorAll<HTMLElement>('.week-day')) {
    const box = column.getBoundingClientRect();
    if (box.width === 0) continue;
    const far = Math.max(box.left - x, x - box.right, 0);
    if (!best || far < best.far) best = { far, day: Number(column.dataset.day), box };
  }
  if (!best) return { day: 0, at_s: 0 };
  const share = (y - best.box.top) / best.box.height;
  return { day: best.day, at_s: Math.min(day_s, Math.max(0, share * day_s)) };
}

export function useGesture(onDrop: (draft: Draft) => void) {
  const [draft, setDraft] = useState<Draft | null>(null);
  const drop = useRef(onDrop);
  drop.current = onDrop;
  const end = useRef<(() => void) | null>(null);
  useEffect(() => () => end.current?.(), []);

  const begin = (down: PointerEvent, calendar: Element, taken: Taken) => {
    if (down.button !== 0 || end.current) return;
    let [x, y, fine] = [down.clientX, down.clientY, down.shiftKey];
    const held: Held = { grip: taken.grip, before: taken.before, origin: taken.origin, begin: spotAt(calendar, x, y) };
    let now: Draft | null = null;
    let frame = 0;

    function look() {
      const span = follow(held, spotAt(calendar, x, y), fine ? fine_s : step_s);
      now = span && { id: taken.id, span };
      setDraft(now);
    }
    function take() {
      navigator.vibrate?.(10);
      look();
      frame = requestAnimationFrame(roll);
    }
    function roll() {
      const scroller = scrollerOf(calendar);
      const box = scroller === document.scrollingElement ? { top: 0, bottom: innerHeight } : scroller.getBoundingClientRect();
      const near = Math.max(0, box.top + edge_px - y) - Math.max(0, y - (box.bottom - edge_px));
      if (near !== 0) {
        scroller.scrollTop -= Math.sign(near) * Math.min(12, Math.abs(near) / 4);
        look();
      }
      frame = requestAnimationFrame(roll);
    }
    end.current = hold(down, {
      take,
      move: (event, taken) => {
        [x, y, fine] = [event.clientX, event.clientY, event.shiftKey];
        if (taken) look();
      },
      end: (taken, dropped) => {
        cancelAnimationFrame(frame);
        end.current = null;
        setDraft(null);
        if (taken && dropped && now) drop.current(now);
      },
    });
  };
  return { draft, begin };
}
