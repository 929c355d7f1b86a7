// SPDX-License-Identifier: Apache-2.0
// What was played and why, newest first; above it how many listened.
import { useEffect, useState } from 'preact/hooks';
import type { HistoryItem } from '../../api';
import { complete, items, more, openHistory } from '../../state/history';
import { ask, type Listening as Known, lineOf, peak, type Range, ranges, withNow } from '../../state/programme/listening';
import { listeners } from '../../state/station';
import { count, s, span, timeOfDay, day } from '../../strings';
import { g } from '../../strings/programme';
import { Artwork } from '../artwork';
import { Empty, SkeletonRows } from '../panel';
import { VirtualList } from '../virtual_list';
import { Title } from './title';

const ahead = 20;

export function PlayedView() {
  useEffect(openHistory, []);
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

const wide = 480;
const high = 72;

/** Again with each item that is over. */
function Listening({ newest }: { newest: number }) {
  const [range, setRange] = useState<Range>('day');
  const [known, setKnown] = useState<Known | null>(null);
  useEffect(() => {
    let current = true;
    ask(range).then((found) => current && setKnown(found), () => undefined);
    return () => {
      current = false;
    };
  }, [newest, range]);
  return (
    <section class="listening" aria-label={g.listenersTitle}>
      <div class="listening-head">
        <b>{g.listenersTitle}</b>
        <span class="switches" role="group" aria-label={g.listenersRange}>
          {(Object.keys(ranges) as Range[]).map((one) => (
            <button key={one} type="button" class="switch" aria-pressed={range === one} onClick={() => setRange(one)}>
              {g.listenersRanges[one]}
            </button>
          ))}
        </span>
      </div>
      {known ? <Lines known={known} /> : <div class="listening-lines skeleton" aria-hidden="true" />}
    </section>
  );
}

function Lines({ known }: { known: Known }) {
  const most = withNow(known, listeners.value?.total ?? 0);
  const { from_ms, to_ms, step_ms } = known;
  const days = to_ms - from_ms > 86_400_000;
  const at = (ms: number) => (days ? day(ms) : timeOfDay(ms));
  const top = peak(most);
  const line = lineOf(most, wide, high);
  const marks = [0, 0.25, 0.5, 0.75, 1];
  return (
    <>
      <p class="quiet small">{top === null ? g.listenersNone : g.listenersText(count(most[top]!), days ? `${day(from_ms + top * step_ms)}, ${timeOfDay(from_ms + top * step_ms)}` : at(from_ms + top * step_ms))}</p>
      <svg class="listening-lines" viewBox={`0 0 ${wide} ${high}`} preserveAspectRatio="none" role="img" aria-label={g.listenersSay(at(from_ms), at(to_ms), count(top === null ? 0 : most[top]!))}>
        <path class="listening-grid" d={marks.map((mark) => `M${mark * wide} 0V${high}`).join('')} />
        <path class="listening-area" d={`${line}V${high}H0Z`} />
        <path class="listening-line" d={line} />
      </svg>
      <div class="listening-times quiet small" aria-hidden="true">
        {marks.map((mark) => (
          <span key={mark}>{at(from_ms + mark * (to_ms - from_ms))}</span>
        ))}
      </div>
    </>
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
