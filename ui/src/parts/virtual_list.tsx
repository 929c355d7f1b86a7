// SPDX-License-Identifier: Apache-2.0
// A grid of equal rows of which only those near the window exist. It scrolls with whatever scrolls around it.
// One row takes part in the tab order (with what is in it); arrow keys go from row to row.
import type { ComponentChildren, VNode } from 'preact';
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

interface RowArgs extends RowProps {
  list: Props;
  index: number;
  height: number;
}
type Made = Omit<RowArgs, 'index'> & { row: VNode };

function OneRow({ list, index, tabIndex, height }: RowArgs) {
  const shown = list.placeOf?.(index) ?? { place: index };
  return (
    <div
      class={`row ${list.rowClass?.(index) ?? ''}`}
      role="row"
      aria-rowindex={index + 1}
      aria-label={list.rowLabel?.(index)}
      data-index={index}
      tabIndex={tabIndex}
      style={{ transform: `translateY(${shown.place * height + (shown.lift_px ?? 0)}px)` }}
    >
      {list.row(index, { tabIndex })}
    </div>
  );
}

export function VirtualList(props: Props) {
  const { count, onNeed } = props;
  const box = useRef<HTMLDivElement>(null);
  const [height, setHeight] = useState(() => rowHeight(null));
  const [range, setRange] = useState<[number, number]>([0, 20]);
  const [active, setActive] = useState(0);
  const focusNext = useRef<number | null>(null);
  const hadFocus = useRef(false);
  const made = useRef(new Map<number, Made>());

  useLayoutEffect(() => {
    let frame = 0;
    let px = rowHeight(box.current);
    setHeight(px);
    const measure = () => {
      frame = 0;
      const top = box.current!.getBoundingClientRect().top;
      const from = Math.max(0, Math.floor(-top / px) - overscan);
      const to = Math.ceil((innerHeight - top) / px) + overscan;
      setRange((old) => (old[0] === from && old[1] === to ? old : [from, to]));
    };
    const later = () => (frame ||= requestAnimationFrame(measure));
    const resized = () => {
      px = rowHeight(box.current);
      setHeight(px);
      later();
    };
    measure();
    addEventListener('scroll', later, { capture: true, passive: true });
    addEventListener('resize', resized);
    return () => {
      cancelAnimationFrame(frame);
      removeEventListener('scroll', later, { capture: true });
      removeEventListener('resize', resized);
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
  // Scrolling makes only the rows that come: the others are the same objects, and nobody looks into them.
  const before = made.current;
  made.current = new Map();
  const rows = indices.map((index) => {
    const tabIndex: 0 | -1 = index === here ? 0 : -1;
    const old = before.get(index);
    const same = old && old.list === props && old.tabIndex === tabIndex && old.height === height;
    const one = same
      ? old
      : { list: props, tabIndex, height, row: <OneRow key={props.keyOf(index)} list={props} index={index} tabIndex={tabIndex} height={height} /> };
    made.current.set(index, one);
    return one.row;
  });

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
      {rows}
    </div>
  );
}
