// SPDX-License-Identifier: Apache-2.0
// Covers in rows, of which only those near the window exist. One card is a stop of the Tab key, arrows go on from it.
import type { ComponentChildren, VNode } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

interface Props {
  label: string;
  count: number;
  card: (index: number, tabIndex: 0 | -1) => ComponentChildren;
  onNeed: (from: number, to: number) => void;
}

const overscan_rows = 2;
const gap_rem = 1;
const text_rem = 3.5;

interface Shape {
  columns: number;
  width: number;
  height: number;
  from: number;
  to: number;
}

interface CardArgs {
  grid: Props;
  index: number;
  tabIndex: 0 | -1;
  columns: number;
  width: number;
  height: number;
}
type Made = Omit<CardArgs, 'index'> & { card: VNode };

function OneCard({ grid, index, tabIndex, columns, width, height }: CardArgs) {
  return (
    <div
      class="card"
      role="listitem"
      aria-setsize={grid.count}
      aria-posinset={index + 1}
      data-card={index}
      style={{
        transform: `translate(${(index % columns) * width}px, ${Math.floor(index / columns) * height}px)`,
        width: `calc(${width}px - ${gap_rem}rem)`,
      }}
    >
      {grid.card(index, tabIndex)}
    </div>
  );
}

export function CoverGrid(props: Props) {
  const { label, count, onNeed } = props;
  const box = useRef<HTMLDivElement>(null);
  const [shape, setShape] = useState<Shape>({ columns: 2, width: 160, height: 230, from: 0, to: 12 });
  const [active, setActive] = useState(0);
  const focusNext = useRef<number | null>(null);
  const made = useRef(new Map<number, Made>());

  useLayoutEffect(() => {
    let frame = 0;
    const measure = () => {
      frame = 0;
      if (!box.current) return;
      const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
      const gap = gap_rem * rem;
      const { width, top } = box.current.getBoundingClientRect();
      const columns = Math.max(2, Math.floor((width + gap) / (10 * rem + gap)));
      const each = (width - (columns - 1) * gap) / columns;
      const height = each + text_rem * rem + gap;
      const first = Math.max(0, Math.floor(-top / height) - overscan_rows);
      const last = Math.ceil((innerHeight - top) / height) + overscan_rows;
      const next = { columns, width: each + gap, height, from: first * columns, to: Math.max(first + 1, last) * columns };
      setShape((old) => ((Object.keys(next) as (keyof Shape)[]).every((key) => old[key] === next[key]) ? old : next));
    };
    const later = () => (frame ||= requestAnimationFrame(measure));
    measure();
    const watch = new ResizeObserver(later);
    watch.observe(box.current!);
    addEventListener('scroll', later, { capture: true, passive: true });
    addEventListener('resize', later);
    return () => {
      cancelAnimationFrame(frame);
      watch.disconnect();
      removeEventListener('scroll', later, { capture: true });
      removeEventListener('resize', later);
    };
  }, [count]);

  const from = Math.min(shape.from, Math.max(0, count - 1));
  const to = Math.min(shape.to, count);
  useEffect(() => {
    if (count > 0) onNeed(from, Math.max(from, to - 1));
  }, [from, to, count, onNeed]);

  const here = Math.min(active, Math.max(0, count - 1));
  useLayoutEffect(() => {
    if (focusNext.current === null) return;
    const target = box.current!.querySelector<HTMLElement>(`[data-card="${focusNext.current}"] .card-link`);
    focusNext.current = null;
    target?.focus({ preventScroll: true });
    target?.scrollIntoView({ block: 'nearest' });
  });

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const at = Number((event.target as HTMLElement).closest<HTMLElement>('[data-card]')?.dataset.card ?? NaN);
    if (Number.isNaN(at)) return;
    const side = getComputedStyle(box.current!).direction === 'rtl' ? -1 : 1;
    const steps: Record<string, number> = {
      ArrowRight: side,
      ArrowLeft: -side,
      ArrowDown: shape.columns,
      ArrowUp: -shape.columns,
      PageDown: 3 * shape.columns,
      PageUp: -3 * shape.columns,
      Home: -count,
      End: count,
    };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = Math.min(Math.max(0, at + step), count - 1);
    focusNext.current = next;
    setActive(next);
    const row = Math.floor(next / shape.columns) * shape.columns;
    setShape((old) => (next >= old.from && next < old.to ? { ...old } : { ...old, from: row, to: row + old.to - old.from }));
  };

  const indices: number[] = [];
  for (let i = from; i < to; i++) indices.push(i);
  if (count > 0 && !indices.includes(here)) indices.push(here);
  // As in a virtual list: scrolling makes only the cards that come.
  const before = made.current;
  made.current = new Map();
  const { columns, width, height } = shape;
  const cards = indices.map((index) => {
    const tabIndex: 0 | -1 = index === here ? 0 : -1;
    const old = before.get(index);
    const same = old && old.grid === props && old.tabIndex === tabIndex && old.columns === columns && old.width === width && old.height === height;
    const one = same
      ? old
      : { grid: props, tabIndex, columns, width, height, card: <OneCard key={index} grid={props} index={index} tabIndex={tabIndex} columns={columns} width={width} height={height} /> };
    made.current.set(index, one);
    return one.card;
  });
  return (
    <div
      class="covers"
      role="list"
      aria-label={label}
      ref={box}
      style={{ height: `${Math.ceil(count / shape.columns) * shape.height}px` }}
      onKeyDown={onKeyDown}
      onFocusIn={(event) => {
        const one = (event.target as HTMLElement).closest<HTMLElement>('[data-card]');
        if (one) setActive(Number(one.dataset.card));
      }}
    >
      {cards}
    </div>
  );
}
