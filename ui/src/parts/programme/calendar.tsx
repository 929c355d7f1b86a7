// SPDX-License-Identifier: Apache-2.0
// The week as a scale of hours: things that are moved, stretched, drawn and opened, with pointer and keys alike. It
// knows nothing of shows; what is done is told.
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { say } from '../../state/notices';
import { dayNames } from '../../state/programme/types';
import { byKey, day_s, type Key, neighbour, type Piece, pieces, same, shortTime, type Span, type Spot } from '../../state/programme/week';
import { g } from '../../strings/programme';
import { DayName } from './fields';
import { type Draft, scrollerOf, step_s, useGesture } from './gesture';
import { daysSaid, ends, range } from './words';

export interface Thing {
  id: number;
  name: string;
  /** Beside the name: what it plays. */
  about: string;
  span: Span;
  hue: number;
  off: boolean;
}

/** At one moment of the week; only opened. */
export interface Mark {
  id: number;
  name: string;
  day: number;
  at_s: number;
}

interface Props {
  label: string;
  things: readonly Thing[];
  /** Behind them, for orientation. */
  behind: readonly Thing[];
  marks: readonly Mark[];
  now: Spot;
  editable: boolean;
  onChange: (id: number, span: Span) => void;
  onDraw: (span: Span) => void;
  onOpen: (id: number, day: number) => void;
  onOpenMark: (id: number) => void;
  onRemove: (id: number) => void;
}

const hours = Array.from({ length: 24 }, (_, hour) => hour);
const percent = (seconds: number) => `${((seconds / day_s) * 100).toFixed(4)}%`;
const nameOf = ({ id, origin, day }: Piece) => `${id}/${origin}/${day}`;

function place({ from_s, to_s, lane, lanes }: Piece) {
  return { insetBlockStart: percent(from_s), blockSize: percent(to_s - from_s), insetInlineStart: percent((lane / lanes) * day_s), inlineSize: percent(day_s / lanes) };
}

/** Changes by keys are one change: it is made when Alt is let go, or the focus goes. */
function useKeys(things: readonly Thing[], onChange: Props['onChange']) {
  const [draft, setDraft] = useState<Draft | null>(null);
  const latest = useRef<Draft | null>(null);
  const keep = (next: Draft | null) => {
    latest.current = next;
    setDraft(next);
  };
  const commit = () => {
    const now = latest.current;
    if (!now) return;
    keep(null);
    const before = things.find((one) => one.id === now.id);
    if (before && !same(before.span, now.span)) onChange(now.id, now.span);
  };
  return { draft, keep, commit };
}

export function WeekCalendar(props: Props) {
  const { things, behind, marks, now, editable, onChange, onDraw, onOpen, onRemove } = props;
  const box = useRef<HTMLDivElement>(null);
  const [shownDay, setShownDay] = useState(now.day);
  const keys = useKeys(things, onChange);
  const { draft: dragged, begin } = useGesture((draft) => (draft.id === 0 ? onDraw(draft.span) : onChange(draft.id, draft.span)));
  const draft = dragged ?? keys.draft;

  const all = useMemo(() => {
    const list = things.map((one) => (draft?.id === one.id ? { ...one, span: draft.span } : one));
    return pieces(draft?.id === 0 ? [...list, { id: 0, span: draft.span }] : list);
  }, [things, draft]);
  const bands = useMemo(() => pieces(behind), [behind]);

  const [active, setActive] = useState('');
  const focusNext = useRef('');
  const here = all.some((piece) => nameOf(piece) === active) ? active : all[0] ? nameOf(all[0]) : '';
  useLayoutEffect(() => {
    if (!focusNext.current) return;
    const block = box.current!.querySelector<HTMLElement>(`[data-piece="${focusNext.current}"]`);
    focusNext.current = '';
    block?.focus({ preventScroll: true });
    block?.scrollIntoView({ block: 'nearest' });
  });
  const go = (piece: Piece) => {
    focusNext.current = nameOf(piece);
    setActive(focusNext.current);
    setShownDay(piece.day);
  };
  useStartAt(box, Math.max(0, now.at_s - 2 * 3600));

  const onKeyDown = (event: KeyboardEvent) => {
    const name = (event.target as HTMLElement).closest<HTMLElement>('[data-piece]')?.dataset.piece;
    const piece = all.find((one) => nameOf(one) === name);
    const thing = piece && things.find((one) => one.id === piece.id);
    if (!piece || !thing) return;
    if (event.key === 'Escape' && keys.draft) {
      event.preventDefault();
      keys.keep(null);
      return;
    }
    const key: Key = { key: event.key, altKey: event.altKey, shiftKey: event.shiftKey, rtl: getComputedStyle(box.current!).direction === 'rtl' };
    const span = draft?.id === thing.id ? draft.span : thing.span;
    const next = editable ? byKey(span, piece.origin, key, step_s) : null;
    if (next) {
      event.preventDefault();
      keys.keep({ id: thing.id, span: next });
      say(g.movedTo(thing.name, daysSaid(next.days), shortTime(next.start_s), ends(next)));
      const come = next.days.find((day) => !span.days.includes(day));
      const origin = come ? dayNames.indexOf(come) : piece.origin;
      const first = pieces([{ id: thing.id, span: next }]).find((one) => one.first && one.origin === origin);
      if (first) go(first);
      return;
    }
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (editable && (event.key === 'Delete' || event.key === 'Backspace')) {
      event.preventDefault();
      const after = all.find((one) => one.id !== thing.id && (one.day > piece.day || (one.day === piece.day && one.from_s >= piece.from_s))) ?? all.find((one) => one.id !== thing.id);
      if (after) go(after);
      onRemove(thing.id);
      return;
    }
    const to = neighbour(all, piece, key);
    if (!to) return;
    event.preventDefault();
    go(to);
  };

  const spanOf = (id: number): Span => (draft?.id === id ? draft.span : things.find((one) => one.id === id)!.span);
  const take = (event: PointerEvent, day: number) => {
    if (!editable || !box.current) return;
    const target = event.target as HTMLElement;
    if (target.closest('.week-mark')) return;
    const block = target.closest<HTMLElement>('[data-piece]');
    const piece = block && all.find((one) => nameOf(one) === block.dataset.piece);
    if (!piece) return begin(event, box.current, { id: 0, grip: 'empty', before: null, origin: day });
    const grip = target.closest('.block-start') ? 'start' : target.closest('.block-end') ? 'end' : 'body';
    begin(event, box.current, { id: piece.id, grip, before: spanOf(piece.id), origin: piece.origin });
  };

  return (
    <div class="week" data-shown={shownDay} data-editable={editable} data-held={dragged !== null} role="group" aria-label={props.label} aria-describedby="week-help" onKeyDown={onKeyDown} onKeyUp={(event) => event.key === 'Alt' && keys.commit()} onFocusOut={(event) => focusNext.current === '' && event.relatedTarget !== null && keys.commit()}>
      <p class="unseen" id="week-help">
        {g.calendarHelp}
      </p>
      <div class="week-heads">
        <span class="week-corner" />
        {g.days.map((day, i) => (
          <button key={day} type="button" class="week-head" aria-pressed={i === shownDay} data-today={i === now.day} onClick={() => setShownDay(i)}>
            <DayName day={i} />
          </button>
        ))}
      </div>
      <div class="week-body" ref={box}>
        <Gutter />
        {g.days.map((day, i) => (
          <ul key={day} class="week-day" data-day={i} aria-label={day} onPointerDown={(event) => take(event, i)} onDblClick={(event) => editable && !(event.target as HTMLElement).closest('[data-piece]') && onDraw(hourAt(event, i))}>
            {bands.filter((one) => one.day === i).map((one) => (
              <Band key={nameOf(one)} piece={one} thing={behind.find(({ id }) => id === one.id)!} />
            ))}
            {all.filter((one) => one.day === i).map((piece) => (
              <Block key={nameOf(piece)} piece={piece} thing={things.find(({ id }) => id === piece.id) ?? null} span={piece.id === 0 ? draft!.span : spanOf(piece.id)} held={draft?.id === piece.id} tabIndex={nameOf(piece) === here ? 0 : -1} editable={editable} onFocus={() => setActive(nameOf(piece))} onOpen={() => onOpen(piece.id, piece.origin)} />
            ))}
            {marks.filter((one) => one.day === i).map((one) => (
              <li key={one.id} class="week-at" style={{ insetBlockStart: percent(one.at_s) }}>
                <button type="button" class="week-mark" onClick={() => props.onOpenMark(one.id)}>
                  <span class="unseen">{shortTime(one.at_s)} </span>
                  {one.name}
                </button>
              </li>
            ))}
            {i === now.day && (
              <li class="week-now" style={{ insetBlockStart: percent(now.at_s) }}>
                <span class="unseen">
                  {g.now} {shortTime(Math.floor(now.at_s / 60) * 60)}
                </span>
              </li>
            )}
          </ul>
        ))}
      </div>
    </div>
  );
}

function hourAt(event: MouseEvent, day: number): Span {
  const { top, height } = (event.currentTarget as HTMLElement).getBoundingClientRect();
  const start_s = Math.min(day_s - 3600, Math.floor((((event.clientY - top) / height) * day_s) / 1800) * 1800);
  return { days: [dayNames[day]!], start_s, length_s: 3600 };
}

/** Who opens the calendar sees the hours around now. */
function useStartAt(box: { current: HTMLElement | null }, at_s: number) {
  useEffect(() => {
    const body = box.current!;
    const scroller = scrollerOf(body);
    if (scroller.scrollTop > 0) return;
    const above = body.getBoundingClientRect().top - (scroller === document.scrollingElement ? 0 : scroller.getBoundingClientRect().top);
    const at = (at_s / day_s) * body.clientHeight;
    if (at + above > scroller.clientHeight / 3) scroller.scrollTop = at;
  }, []);
}

/** A tuning scale on its side: a tall line for each hour, a number, fine ones for its quarters. */
function Gutter() {
  return (
    <div class="week-gutter" aria-hidden="true">
      <svg class="week-ticks" viewBox="0 0 16 96" preserveAspectRatio="none">
        <path class="tick-fine" d={hours.map((h) => [1, 3].map((q) => `M11 ${h * 4 + q}H16`).join('')).join('')} />
        <path class="tick-middle" d={hours.map((h) => `M8 ${h * 4 + 2}H16`).join('')} />
        <path class="tick-tall" d={hours.map((h) => `M0 ${h * 4}H16`).join('')} />
      </svg>
      {hours.map((hour) => (
        <span key={hour} class="week-hour" style={{ insetBlockStart: percent(hour * 3600) }}>
          {String(hour).padStart(2, '0')}
        </span>
      ))}
    </div>
  );
}

function Band({ piece, thing }: { piece: Piece; thing: Thing }) {
  return (
    <li class="band" aria-hidden="true" data-off={thing.off} style={{ ...place(piece), '--hue': thing.hue }}>
      {piece.first && <span class="band-name">{thing.name}</span>}
    </li>
  );
}

interface BlockProps {
  piece: Piece;
  thing: Thing | null;
  span: Span;
  held: boolean;
  tabIndex: 0 | -1;
  editable: boolean;
  onFocus: () => void;
  onOpen: () => void;
}

function Block({ piece, thing, span, held, tabIndex, editable, onFocus, onOpen }: BlockProps) {
  const said = thing && g.block(thing.name, daysSaid(span.days), shortTime(span.start_s), ends(span), thing.off ? `${thing.about}, ${g.blockOff}` : thing.about);
  return (
    <li class="block-at" style={{ ...place(piece), '--hue': thing?.hue ?? 0 }} data-short={piece.to_s - piece.from_s < 2700}>
      <button type="button" class="block" data-piece={nameOf(piece)} data-held={held} data-off={thing?.off ?? false} data-new={!thing} data-unsaved={piece.id < 0} tabIndex={tabIndex} aria-haspopup="dialog" aria-keyshortcuts={editable ? 'Alt+ArrowUp Alt+ArrowDown Alt+ArrowLeft Alt+ArrowRight' : undefined} onFocus={onFocus} onClick={onOpen}>
        {said && <span class="unseen">{said}</span>}
        <span class="block-name" aria-hidden="true">{piece.first || piece.from_s === 0 ? (thing?.name ?? '') : ''}</span>
        <span class="block-time" aria-hidden="true">{held || piece.first ? range(span) : ''}</span>
        {thing && <span class="block-about" aria-hidden="true">{thing.about}</span>}
        {editable && piece.first && <span class="block-start" />}
        {editable && piece.last && <span class="block-end" />}
      </button>
    </li>
  );
}
