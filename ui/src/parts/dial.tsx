// SPDX-License-Identifier: Apache-2.0
// The tuning scale: the track that is heard as a fine scale of its seconds, and the needle where we are.
// While there is nothing to show, the needle searches.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { link } from '../state/connection';
import { elapsed_ms, following, heard, now } from '../state/station';
import { s, span } from '../strings';
import { LinkState } from './banner';

/** Seconds per fine tick, middle tick and number. */
const steps = [
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
const finest_px = 4.5;
const numbers_px = 60;

interface Scale {
  fine: string;
  middle: string;
  tall: string;
  numbers: { x: number; text: string }[];
}

function scaleOf(seconds: number, width: number): Scale {
  const px = width / seconds;
  const [fine, middle, number] =
    steps.find((step) => step[0] * px >= finest_px && step[2] * px >= numbers_px) ?? steps[steps.length - 1]!;
  const scale: Scale = { fine: '', middle: '', tall: '', numbers: [] };
  for (let t = 0; t <= seconds; t += fine) {
    const x = (Math.round(t * px * 2) / 2).toFixed(1);
    if (t % number === 0) scale.tall += `M${x} 0V24`;
    else if (t % middle === 0) scale.middle += `M${x} 0V16`;
    else scale.fine += `M${x} 0V8`;
    if (t % number === 0 && width - t * px > 24) scale.numbers.push({ x: t * px, text: span(t * 1000) });
  }
  return scale;
}

function useWidth() {
  const ref = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const watch = new ResizeObserver(([box]) => setWidth(Math.round(box!.contentRect.width)));
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
        aria-valuenow={item ? Math.round(elapsed_ms.value / 5000) * 5 : undefined}
        aria-valuetext={item ? s.scaleValue(span(elapsed_ms.value), span(item.duration_ms)) : s.loading}
      >
        {scale && (
          <svg class={item ? 'ticks' : 'ticks ticks-idle'} width={width} height="52" aria-hidden="true">
            <path class="tick-fine" d={scale.fine} />
            <path class="tick-middle" d={scale.middle} />
            <path class="tick-tall" d={scale.tall} />
            {item &&
              scale.numbers.map(({ x, text }) => (
                <text key={text} x={x} y="42" text-anchor={x < 12 ? 'start' : 'middle'}>
                  {text}
                </text>
              ))}
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
            ' '
          )}
        </span>
        <span class="dial-length">{item ? span(item.duration_ms) : ''}</span>
      </div>
    </header>
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
  const second = Math.floor(elapsed_ms.value / 1000);
  const ahead = settled ? 1000 : 0;
  const share = Math.min(1, (second * 1000 + ahead) / item.duration_ms);
  const late = second * 1000 > item.duration_ms * 0.5;
  return (
    <>
      <div class={settled ? 'passed gliding' : 'passed'} style={{ transform: `scaleX(${share.toFixed(5)})` }} />
      <div
        class={`needle${settled ? ' gliding' : ' tuning'}`}
        style={{ transform: `translateX(${(share * width).toFixed(2)}px)` }}
      >
        <span class={late ? 'needle-time needle-time-before' : 'needle-time'}>{span(second * 1000)}</span>
      </div>
    </>
  );
}
