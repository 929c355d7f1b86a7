// SPDX-License-Identifier: Apache-2.0
// A feed of rows of any height, newest at the end, of which only those near the window exist. It stays where one reads
// when older rows come or others change their height, and stays at the end when one is there. It scrolls by itself.
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';

const around_px = 900; // beyond the window on either side
const likely_px = 48; // the height of a row that was never seen
const end_px = 32;
const near_px = 600;
const most_turns = 12; // of measuring and rendering again, for one scroll or change

interface Props {
  label: string;
  count: number;
  keyOf: (index: number) => string;
  rowLabel: (index: number) => string;
  row: (index: number) => ComponentChildren;
  /** What stands before the first row. */
  head?: ComponentChildren;
  busy: boolean;
  /** The beginning is near: older rows are wanted. */
  onBeginning: () => void;
  onEnd: (atEnd: boolean) => void;
  /** A key on a row that the feed doesn't use itself; true if it was used. */
  onRowKey: (event: KeyboardEvent, index: number) => boolean;
  /** Grows when the end is to be gone to. */
  toEnd: number;
}

type Anchor = { key: string; top: number } | 'end';

export function Feed(props: Props) {
  const { count, keyOf } = props;
  const box = useRef<HTMLDivElement>(null);
  const rows = useRef<HTMLDivElement>(null);
  const heights = useRef(new Map<string, number>());
  const anchor = useRef<Anchor>('end');
  const [range, setRange] = useState<[number, number]>([Math.max(0, count - 30), count]);
  const [, again] = useState(0);
  const [active, setActive] = useState<string | null>(null);
  const focusNext = useRef<string | null>(null);
  const asked = useRef(0);
  const turns = useRef(0);

  const heightOf = (index: number) => heights.current.get(keyOf(index)) ?? likely_px;
  const tops: number[] = [0];
  for (let i = 0; i < count; i++) tops.push(tops[i]! + heightOf(i));

  const from = Math.min(range[0], count);
  const to = anchor.current === 'end' ? count : Math.min(range[1], count);

  /** Chooses the rows that should exist for where the box is scrolled to; true if that are others. */
  const look = () => {
    const place = box.current!;
    const start = rows.current!.offsetTop;
    const first = place.scrollTop - start - around_px;
    const last = place.scrollTop - start + place.clientHeight + around_px;
    let a = 0;
    while (a < count && tops[a + 1]! < first) a++;
    let b = a;
    while (b < count && tops[b]! < last) b++;
    if (place.scrollTop < near_px) props.onBeginning();
    if (range[0] === a && range[1] === b) return false;
    setRange([a, b]);
    return true;
  };

  const remember = () => {
    const place = box.current!;
    const atEnd = place.scrollHeight - place.scrollTop - place.clientHeight < end_px;
    props.onEnd(atEnd);
    if (atEnd) return void (anchor.current = 'end');
    const edge = place.getBoundingClientRect().top;
    for (const row of rows.current!.children) {
      const { top, bottom } = row.getBoundingClientRect();
      if (bottom > edge) return void (anchor.current = { key: (row as HTMLElement).dataset.key!, top: top - edge });
    }
  };

  useLayoutEffect(() => {
    const place = box.current!;
    if (props.toEnd !== asked.current) {
      asked.current = props.toEnd;
      anchor.current = 'end';
    }
    if (++turns.current > most_turns) return void (turns.current = 0);
    let changed = false;
    for (const row of rows.current!.children) {
      const { key } = (row as HTMLElement).dataset;
      const { height } = row.getBoundingClientRect();
      if (heights.current.get(key!) === height) continue;
      heights.current.set(key!, height);
      changed = true;
    }
    const at = anchor.current;
    if (at === 'end') place.scrollTop = place.scrollHeight;
    else {
      const row = rowOf(rows.current!, at.key);
      if (row) place.scrollTop += row.getBoundingClientRect().top - place.getBoundingClientRect().top - at.top;
    }
    if (changed) again((n) => n + 1);
    else if (!look()) turns.current = 0;
    if (focusNext.current !== null) {
      const row = rowOf(rows.current!, focusNext.current);
      focusNext.current = null;
      row?.focus({ preventScroll: true });
      row?.scrollIntoView({ block: 'nearest' });
    }
  });

  useLayoutEffect(() => {
    const watcher = new ResizeObserver(() => {
      turns.current = 0;
      again((n) => n + 1);
    });
    watcher.observe(box.current!);
    return () => watcher.disconnect();
  }, []);

  const go = (index: number) => {
    const target = keyOf(Math.min(Math.max(0, index), count - 1));
    focusNext.current = target;
    setActive(target);
    const at = Math.min(Math.max(0, index), count - 1);
    setRange(([a, b]) => [Math.min(a, at), Math.max(b, at + 1)]);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const row = event.target as HTMLElement;
    if (row.parentElement !== rows.current || event.altKey || event.ctrlKey || event.metaKey) return;
    const index = Number(row.dataset.index);
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8, Home: -count, End: count };
    const step = steps[event.key];
    if (step !== undefined) go(index + step);
    else if (!props.onRowKey(event, index)) return;
    event.preventDefault();
  };

  const stop = active !== null && from < to && rangeHas(active, from, to, keyOf) ? active : to > 0 ? keyOf(to - 1) : null;
  const shown: ComponentChildren[] = [];
  for (let i = from; i < to; i++) {
    const key = keyOf(i);
    shown.push(
      <div
        key={key}
        class="feed-row"
        role="article"
        aria-label={props.rowLabel(i)}
        aria-posinset={i + 1}
        aria-setsize={count}
        data-key={key}
        data-index={i}
        tabIndex={key === stop ? 0 : -1}
      >
        {props.row(i)}
      </div>,
    );
  }
  return (
    <div
      class="feed"
      ref={box}
      onScroll={() => {
        turns.current = 0;
        remember();
        look();
      }}
    >
      {props.head}
      <div
        class="feed-rows"
        ref={rows}
        role="feed"
        aria-label={props.label}
        aria-busy={props.busy}
        style={{ paddingBlockStart: `${tops[from]}px`, paddingBlockEnd: `${tops[count]! - tops[to]!}px` }}
        onKeyDown={onKeyDown}
        onFocusIn={(event: FocusEvent) => {
          const row = (event.target as HTMLElement).closest<HTMLElement>('[data-key]');
          if (row) setActive(row.dataset.key!);
        }}
      >
        {shown}
      </div>
    </div>
  );
}

const rowOf = (rows: HTMLElement, key: string): HTMLElement | null =>
  rows.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`);

function rangeHas(key: string, from: number, to: number, keyOf: (index: number) => string): boolean {
  for (let i = from; i < to; i++) if (keyOf(i) === key) return true;
  return false;
}
