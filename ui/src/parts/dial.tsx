// SPDX-License-Identifier: Apache-2.0
// The tuning scale: the track that is heard as a fine scale of its seconds, and the needle where we are.
// While there is nothing to show, the needle searches.
import { computed } from '@preact/signals';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { link } from '../state/connection';
import { elapsed_ms, following, heard, now } from '../state/station';
import { s, span } from '../strings';
import { LinkState } from './banner';

/** Seconds per fine tick, middle tick and number. */
const steps = [
  [0.5, 2.5, 10],
  [1, 5, 15],
  [1, 5, 30],
  [2, 10, 30],
  [2, 10, 60],
  [5, 15, 60],
  [10, 30, 60],
  [10, 60, 120],
  [15, 60, 300],
  [30, 60, 300],
  [60, 300, 900],
  [300, 900, 3600],
] as const;
const finest_px = 4.25;
const numbers_px = 56;
/** How much larger than usual text is: the numbers need as much more room. */
let large = 1;

interface Scale {
  fine: string;
  middle: string;
  tall: string;
  numbers: { x: number; text: string }[];
}

function scaleOf(seconds: number, width: number): Scale {
  const px = width / seconds;
  const [fine, middle, number] =
    steps.find((step) => step[0] * px >= finest_px && step[2] * px >= numbers_px * large) ?? steps[steps.length - 1]!;
  const scale: Scale = { fine: '', middle: '', tall: '', numbers: [] };
  for (let i = 0; i * fine <= seconds; i++) {
    const t = i * fine;
    const x = (Math.round(t * px * 2) / 2).toFixed(1);
    if (t % number === 0) scale.tall += `M${x} 0V24`;
    else if (t % middle === 0) scale.middle += `M${x} 0V16`;
    else scale.fine += `M${x} 0V8`;
    if (t % number === 0 && width - t * px > 24 * large) scale.numbers.push({ x: t * px, text: span(t * 1000) });
  }
  return scale;
}

function useWidth() {
  const ref = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const watch = new ResizeObserver(([box]) => {
      large = Math.max(1, parseFloat(getComputedStyle(document.documentElement).fontSize) / 16);
      setWidth(Math.round(box!.contentRect.width));
    });
    watch.observe(ref.current!);
    return () => watch.disconnect();
  }, []);
  return { ref, width };
}

export function Dial() {
  const { ref, width } = useWidth();
  const item = heard.value;
  const next = following.value;
  const station = now.value?.name ?? 'Longwave';
  const seconds = Math.max(1, (item?.duration_ms ?? 240_000) / 1000);
  const scale = useMemo(() => (width > 0 ? scaleOf(seconds, width) : null), [seconds, width]);
  const searching = !item && link.value !== 'refused' && now.value?.state !== 'empty';
  return (
    <header class="dial">
      <div class="dial-names">
        <h1 class="station">{station}</h1>
        <LinkState />
      </div>
      <div
        class="scale"
        ref={ref}
        role="progressbar"
        aria-label={s.scaleLabel}
        aria-valuemin={0}
        aria-valuemax={Math.round(seconds)}
        aria-valuenow={item ? coarse.value : undefined}
        aria-valuetext={item ? s.scaleValue(span(coarse.value * 1000), span(item.duration_ms)) : s.loading}
      >
        {scale && (
          <svg class={item ? 'ticks' : 'ticks ticks-idle'} width={width} height="52" aria-hidden="true">
            <path class="tick-fine" d={scale.fine} />
            <path class="tick-middle" d={scale.middle} />
            <path class="tick-tall" d={scale.tall} />
            {item && <Numbers numbers={scale.numbers} width={width} />}
          </svg>
        )}
        {item && <Needle key={item.entry} width={width} />}
        {searching && <div class="needle needle-searching" />}
      </div>
      <div class="dial-foot">
        <span class="dial-then">
          {next ? (
            <>
              <span class="quiet">{s.thenPlays}</span> {next.track.title}
              <span class="quiet"> {next.track.artist}</span>
            </>
          ) : (
            '\u00a0'
          )}
        </span>
        <span class="dial-length">{item ? span(item.duration_ms) : ''}</span>
      </div>
    </header>
  );
}

/** Whole seconds, and fives of them for screen readers: what is drawn changes no more often. */
const second = computed(() => Math.floor(elapsed_ms.value / 1000));
const coarse = computed(() => Math.floor(second.value / 5) * 5);
const isLate = (at: number, duration_ms: number) => at * 1000 > duration_ms * 0.5;

const beside_px = 12;
const own_px = 44; // the needle's own number with a little air

/** The numbers of the scale, without those that the needle's own would cover. */
function Numbers({ numbers, width }: { numbers: Scale['numbers']; width: number }) {
  const duration_ms = heard.value?.duration_ms ?? 1;
  const needle = ((second.value * 1000) / duration_ms) * width;
  const own = own_px * large;
  const half = 16 * large;
  const from = isLate(second.value, duration_ms) ? needle - own : needle;
  const covers = (x: number) => x + half > from - beside_px && x - half < from + own + beside_px / 2;
  return (
    <>
      {numbers.map(({ x, text }) => (
        <text key={text} x={x} y="24" dy="1.4em" text-anchor={x < 12 ? 'start' : 'middle'} class={covers(x) ? 'covered' : undefined}>
          {text}
        </text>
      ))}
    </>
  );
}

/** Set once a second to where it will be a second later; the style sheet lets it glide there. */
function Needle({ width }: { width: number }) {
  const item = heard.value;
  const [settled, setSettled] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(true), 700);
    return () => clearTimeout(timer);
  }, []);
  if (!item) return null;
  const at_ms = second.value * 1000;
  const share = Math.min(1, (at_ms + (settled ? 1000 : 0)) / item.duration_ms);
  const late = isLate(second.value, item.duration_ms);
  return (
    <>
      <div class={settled ? 'passed gliding' : 'passed'} style={{ transform: `scaleX(${share.toFixed(5)})` }} />
      <div
        class={`needle${settled ? ' gliding' : ' tuning'}`}
        style={{ transform: `translateX(${(share * width).toFixed(2)}px)` }}
      >
        <span class={late ? 'needle-time needle-time-before' : 'needle-time'}>{span(at_ms)}</span>
      </div>
    </>
  );
}
