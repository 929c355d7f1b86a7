// SPDX-License-Identifier: Apache-2.0
import { useEffect } from 'preact/hooks';
import { items, more, openHistory } from '../state/history';
import { s, span, timeOfDay } from '../strings';
import { Artwork } from './artwork';
import { Empty, Panel, SkeletonRows } from './panel';
import { VirtualList } from './virtual_list';

const ahead = 20;

export function HistoryPanel() {
  useEffect(openHistory, []);
  const list = items.value;
  return (
    <Panel name="history" title={s.history}>
      {list === null ? (
        <SkeletonRows n={9} />
      ) : list.length === 0 ? (
        <Empty title={s.historyEmpty} text={s.historyEmptyText} />
      ) : (
        <List />
      )}
    </Panel>
  );
}

function needed(_from: number, to: number): void {
  if (to + ahead >= (items.value?.length ?? 0)) void more();
}

function List() {
  const list = items.value ?? [];
  return (
    <VirtualList
      label={s.history}
      count={list.length}
      keyOf={(index) => list[index]!.id}
      onNeed={needed}
      rowClass={() => 'row-glides'}
      row={(index) => {
        const { track, reason, problem, started_ms, ended_ms, listeners, added_by } = list[index]!;
        const why = reason ? s.because(reason, added_by ?? null) : '';
        const heard_ms = ended_ms === null ? track.duration_ms : ended_ms - started_ms;
        return (
          <>
            <span role="gridcell" class="row-main">
              <Artwork track={track} size={96} small />
              <span class="row-text">
                <span class="row-title">
                  {track.title} <span class="row-by">{track.artist}</span>
                </span>
                {problem ? (
                  <span class="row-sub trouble">{problem}</span>
                ) : (
                  <span class="row-sub" title={`${s.why}: ${why}`}>
                    {listeners > 0 ? `${why} · ${s.heardBy(listeners)}` : why}
                  </span>
                )}
              </span>
            </span>
            <span role="gridcell" class="row-times">
              <span class="row-at">{timeOfDay(started_ms)}</span>
              <span class="row-length">{span(heard_ms)}</span>
            </span>
          </>
        );
      }}
    />
  );
}
