// SPDX-License-Identifier: Apache-2.0
// What was played and why, newest first; above it how many listened.
import { useEffect, useState } from 'preact/hooks';
import type { HistoryItem } from '../../api';
import { call, slug } from '../../state/connection';
import { complete, items, more } from '../../state/history';
import { lineOf, most, stepsOf } from '../../state/programme/listening';
import { count, s, span, timeOfDay, day } from '../../strings';
import { g } from '../../strings/programme';
import { Artwork } from '../artwork';
import { Empty, SkeletonRows } from '../panel';
import { VirtualList } from '../virtual_list';
import { Title } from './title';

const ahead = 20;
const window_ms = 86_400_000;

export function PlayedView() {
  const list = items.value;
  return (
    <>
      <Title text={g.played} />
      {list === null ? (
        <SkeletonRows n={9} />
      ) : list.length === 0 ? (
        <Empty title={s.historyEmpty} text={s.historyEmptyText} />
      ) : (
        <>
          <Listening newest={list[0]!.id} />
          <Rows list={list} />
        </>
      )}
    </>
  );
}

/** A day of the history, in pages of its own: the list below grows only as it is scrolled. */
async function lastDay(from_ms: number): Promise<HistoryItem[]> {
  const all: HistoryItem[] = [];
  for (let page = 0; page < 8; page++) {
    const before = all.at(-1)?.id;
    const { items: some } = await call('station.history', { station: slug, limit: 500, ...(before === undefined ? {} : { before }) });
    all.push(...some);
    if (some.length < 500 || some.at(-1)!.started_ms < from_ms) break;
  }
  return all;
}

const wide = 480;
const high = 72;

function Listening({ newest }: { newest: number }) {
  const [known, setKnown] = useState<{ items: HistoryItem[]; to_ms: number } | null>(null);
  useEffect(() => {
    const to_ms = Date.now();
    lastDay(to_ms - window_ms).then((found) => setKnown({ items: found, to_ms }), () => undefined);
  }, [newest]);
  if (!known) return <div class="listening skeleton" aria-hidden="true" />;
  const from_ms = known.to_ms - window_ms;
  const steps = stepsOf(known.items, from_ms, known.to_ms);
  const top = most(steps);
  const said = top ? g.listenersText(count(top.listeners), timeOfDay(top.from_ms)) : g.listenersNone;
  const line = lineOf(steps, from_ms, known.to_ms, top?.listeners ?? 1, wide, high);
  return (
    <section class="listening" aria-label={g.listenersTitle}>
      <p>
        <b>{g.listenersTitle}</b> <span class="quiet small">{said}</span>
      </p>
      <svg class="listening-lines" viewBox={`0 0 ${wide} ${high}`} preserveAspectRatio="none" role="img" aria-label={g.listenersSay(timeOfDay(from_ms), timeOfDay(known.to_ms), count(top?.listeners ?? 0))}>
        <path class="listening-grid" d={[0, 6, 12, 18, 24].map((h) => `M${(h / 24) * wide} 0V${high}`).join('')} />
        <path class="listening-area" d={`${line}V${high}H0Z`} />
        <path class="listening-line" d={line} />
      </svg>
      <div class="listening-times quiet small" aria-hidden="true">
        {[0, 6, 12, 18, 24].map((h) => (
          <span key={h}>{timeOfDay(from_ms + h * 3_600_000)}</span>
        ))}
      </div>
    </section>
  );
}

const needed = (_from: number, to: number) => {
  if (!complete.value && to + ahead >= (items.value?.length ?? 0)) void more();
};

/** Chosen among how many, and what kept others out. */
function whyOf({ reason }: HistoryItem): string {
  if (!reason) return '';
  const out = Object.entries(reason.excluded ?? {}).filter(([, n]) => n > 0);
  const kept = out.map(([rule, n]) => g.excludedBy(g.exclusions[rule] ?? rule.replaceAll('_', ' '), count(n))).join(', ');
  return [reason.candidates ? g.candidates(count(reason.candidates)) : '', kept ? `${g.excluded}: ${kept}` : ''].filter(Boolean).join('; ');
}

function Rows({ list }: { list: HistoryItem[] }) {
  return (
    <div class="panel-history played">
      <VirtualList
        label={g.played}
        count={list.length}
        keyOf={(index) => list[index]!.id}
        onNeed={needed}
        row={(index) => {
          const item = list[index]!;
          const { track, reason, problem, started_ms, ended_ms, listeners, added_by } = item;
          const why = reason ? s.because(reason, added_by ?? null) : '';
          return (
            <>
              <span role="gridcell" class="row-main">
                <Artwork track={track} size={96} small />
                <span class="row-text">
                  <span class="row-title">
                    {track.title} <span class="row-by">{track.artist}</span>
                  </span>
                  <span class={problem ? 'row-sub trouble' : 'row-sub'} title={[why, whyOf(item)].filter(Boolean).join(' · ')}>
                    {problem ?? [why, whyOf(item)].filter(Boolean).join(' · ')}
                  </span>
                </span>
              </span>
              <span role="gridcell" class="row-times">
                <span class="row-at" title={day(started_ms)}>
                  {timeOfDay(started_ms)}
                </span>
                <span class="row-length">{listeners > 0 ? s.heardBy(listeners) : span(ended_ms - started_ms)}</span>
              </span>
            </>
          );
        }}
      />
    </div>
  );
}
