// SPDX-License-Identifier: Apache-2.0
// A grid of equal rows of which only those near the window exist. It scrolls with whatever scrolls around it.
// One row takes part in the tab order (with what is in it); arrow keys go from row to row.
import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

const overscan = 8;

export interface RowProps {
  tabIndex: 0 | -1;
}

interface Props {
  label: string;
  count: number;
  keyOf: (index: number) => string | number;
  row: (index: number, props: RowProps) => ComponentChildren;
  rowClass?: (index: number) => string;
  rowLabel?: (index: number) => string | undefined;
  /** Rows from..to will be seen. */
  onNeed?: (from: number, to: number) => void;
  /** A key on a row that the list doesn't use itself; returns the row to go on with, or undefined. */
  onRowKey?: (event: KeyboardEvent, index: number) => number | undefined;
  /** Where a row is shown while it is being dragged about: place in rows, and lift in px for the one held. */
  placeOf?: (index: number) => { place: number; lift_px?: number };
  id?: string;
}

/** The height of a list's rows is the style sheet's business: `--row`, in rem. */
export function rowHeight(list: Element | null): number {
  const rem = list ? parseFloat(getComputedStyle(list).getPropertyValue('--row')) : 3.75;
  return rem * parseFloat(getComputedStyle(document.documentElement).fontSize);
}

export function VirtualList(props: Props) {
  const { count, onNeed } = props;
  const box = useRef<HTMLDivElement>(null);
  const [height, setHeight] = useState(() => rowHeight(null));
  const [range, setRange] = useState<[number, number]>([0, 20]);
  const [active, setActive] = useState(0);
  const focusNext = useRef<number | null>(null);
  const hadFocus = useRef(false);

  useLayoutEffect(() => {
    let frame = 0;
    const measure = () => {
      frame = 0;
      const px = rowHeight(box.current);
      setHeight(px);
      const top = box.current!.getBoundingClientRect().top;
      const from = Math.max(0, Math.floor(-top / px) - overscan);
      const to = Math.ceil((innerHeight - top) / px) + overscan;
      setRange((old) => (old[0] === from && old[1] === to ? old : [from, to]));
    };
    const later = () => (frame ||= requestAnimationFrame(measure));
    measure();
    addEventListener('scroll', later, { capture: true, passive: true });
    addEventListener('resize', later);
    return () => {
      cancelAnimationFrame(frame);
      removeEventListener('scroll', later, { capture: true });
      removeEventListener('resize', later);
    };
  }, [count]);

  const from = Math.min(range[0], Math.max(0, count - 1));
  const to = Math.min(range[1], count);
  useEffect(() => {
    if (count > 0) onNeed?.(from, Math.max(from, to - 1));
  }, [from, to, count, onNeed]);

  const here = Math.min(active, Math.max(0, count - 1));
  useLayoutEffect(() => {
    const target = focusNext.current ?? (hadFocus.current && !box.current!.contains(document.activeElement) ? here : null);
    if (target === null) return;
    focusNext.current = null;
    const row = box.current!.querySelector<HTMLElement>(`[data-index="${target}"]`);
    row?.focus({ preventScroll: true });
    row?.scrollIntoView({ block: 'nearest' });
  });

  const go = (index: number) => {
    focusNext.current = Math.min(Math.max(0, index), count - 1);
    setActive(focusNext.current);
    setRange(([a, b]) => [a, b]); // renders also when the row stays the same
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const row = (event.target as HTMLElement).closest<HTMLElement>('[data-index]');
    if (!row) return;
    const index = Number(row.dataset.index);
    const inside = event.target !== row;
    const plain = !event.altKey && !event.ctrlKey && !event.metaKey;
    const perPage = Math.max(1, Math.floor(innerHeight / height) - 3);
    const steps: Record<string, number> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: perPage,
      PageUp: -perPage,
      Home: -count,
      End: count,
    };
    const step = steps[event.key];
    if (plain && step !== undefined) {
      event.preventDefault();
      go(index + step);
      return;
    }
    if (inside && (event.key === 'Enter' || event.key === ' ')) return;
    const next = props.onRowKey?.(event, index);
    if (next !== undefined) {
      event.preventDefault();
      go(next);
    }
  };

  const indices: number[] = [];
  if (here < from && count > 0) indices.push(here);
  for (let i = from; i < to; i++) indices.push(i);
  if (here >= to && here < count) indices.push(here);

  return (
    <div
      class="list"
      id={props.id}
      ref={box}
      role="grid"
      aria-label={props.label}
      aria-rowcount={count}
      style={{ height: `${count * height}px` }}
      onKeyDown={onKeyDown}
      onFocusIn={(event: FocusEvent) => {
        const row = (event.target as HTMLElement).closest<HTMLElement>('[data-index]');
        if (row) setActive(Number(row.dataset.index));
        hadFocus.current = true;
      }}
      onFocusOut={(event: FocusEvent) => {
        // Without a new place of the focus, the row itself went away: the one in its place gets it.
        if (event.relatedTarget !== null) hadFocus.current = false;
        else setTimeout(() => (hadFocus.current = box.current?.contains(document.activeElement) ?? false), 100);
      }}
    >
      {indices.map((index) => {
        const shown = props.placeOf?.(index) ?? { place: index };
        const tabIndex = index === here ? 0 : -1;
        return (
          <div
            key={props.keyOf(index)}
            class={`row ${props.rowClass?.(index) ?? ''}`}
            role="row"
            aria-rowindex={index + 1}
            aria-label={props.rowLabel?.(index)}
            data-index={index}
            tabIndex={tabIndex}
            style={{ transform: `translateY(${shown.place * height + (shown.lift_px ?? 0)}px)` }}
          >
            {props.row(index, { tabIndex })}
          </div>
        );
      })}
    </div>
  );
}
