// SPDX-License-Identifier: Apache-2.0
import { useEffect } from 'preact/hooks';
import type { Track } from '../api';
import { link } from '../state/connection';
import {
  misread,
  need,
  openLibrary,
  pages,
  progress,
  query,
  scan,
  scanning,
  searchProblem,
  shownQuery,
  total,
  trackAt,
} from '../state/library';
import { add } from '../state/queue';
import { canSteer, isAdmin } from '../state/session';
import { count, roughly, s, span } from '../strings';
import { Artwork } from './artwork';
import { carry } from './carry';
import { AddIcon, RemoveIcon, SearchIcon } from './icons';
import { Empty, Panel, SkeletonRows } from './panel';
import { QueryProblem } from './query_problem';
import { type RowProps, VirtualList } from './virtual_list';

export function LibraryPanel() {
  useEffect(openLibrary, []);
  return (
    <Panel name="library" title={s.library}>
      <div class="library-head">
        <Search />
        <QueryProblem id="search-misread" misread={misread.value} />
        <Scan />
        <p class="quiet sum" role="status">
          {total.value === null
            ? ' '
            : shownQuery.value
              ? s.foundFor(count(total.value), total.value, shownQuery.value)
              : s.found(count(total.value), total.value)}
        </p>
      </div>
      <Results />
    </Panel>
  );
}

function Search() {
  const toList = () => document.querySelector<HTMLElement>('#results [data-index="0"]')?.focus();
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && query.value) {
      event.preventDefault();
      query.value = '';
    } else if (event.key === 'ArrowDown' || event.key === 'Enter') {
      event.preventDefault();
      toList();
    }
  };
  return (
    <div class="search" role="search">
      <SearchIcon />
      <input
        id="search"
        class="field"
        type="text"
        inputMode="search"
        enterkeyhint="search"
        autoComplete="off"
        autoCapitalize="off"
        spellcheck={false}
        aria-label={s.search}
        aria-keyshortcuts="/"
        placeholder={s.searchHint}
        aria-invalid={misread.value !== null}
        aria-describedby="search-misread"
        value={query.value}
        onInput={(event) => (query.value = event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      {query.value && (
        <button
          type="button"
          class="tool"
          aria-label={s.clearSearch}
          title={s.clearSearch}
          onClick={() => {
            query.value = '';
            document.getElementById('search')?.focus();
          }}
        >
          <RemoveIcon />
        </button>
      )}
    </div>
  );
}

function Scan() {
  const state = progress.value;
  if (!state && !scanning.value) {
    if (!isAdmin.value) return null;
    return (
      <button type="button" class="button button-plain" disabled={link.value !== 'online'} onClick={() => void scan()}>
        {s.scan}
      </button>
    );
  }
  const share = state && state.total > 0 ? state.done / state.total : 0;
  const facts = state && [
    state.total > 0 ? s.scanProgress(count(state.done), count(state.total)) : count(state.done),
    state.broken > 0 ? s.scanBroken(state.broken) : '',
    state.eta_ms ? s.scanLeft(roughly(state.eta_ms)) : '',
  ];
  return (
    <div class="scan">
      <div class="scan-text">
        <span>{s.scanning}</span> <span class="quiet">{facts?.filter(Boolean).join(' · ')}</span>
      </div>
      <progress class="scan-bar" max={1} value={state && state.total > 0 ? share : undefined} aria-label={s.scanning} />
      {scanning.value && (
        <button type="button" class="button button-plain" onClick={() => scanning.value?.abort()}>
          {s.cancel}
        </button>
      )}
    </div>
  );
}

function Results() {
  if (searchProblem.value) return <p class="problem">{searchProblem.value}</p>;
  if (total.value === null) return <SkeletonRows n={9} />;
  if (total.value === 0) {
    return shownQuery.value ? (
      <Empty title={s.nothingFound(shownQuery.value)} text={s.nothingFoundText} />
    ) : (
      <Empty title={s.libraryEmpty} text={s.libraryEmptyText} />
    );
  }
  pages.value; // rows are read through trackAt: render again when a page comes
  const steer = canSteer.value;
  const able = steer && link.value === 'online';
  const addRow = (index: number) => {
    const track = trackAt(index);
    if (track && track.state === 'ok' && able) void add([track]);
  };
  return (
    <VirtualList
      id="results"
      label={s.library}
      count={total.value}
      keyOf={(index) => index}
      onNeed={need}
      rowClass={(index) => (trackAt(index)?.state === 'ok' ? '' : 'row-dim')}
      onRowKey={(event, index) => {
        if (event.key !== 'Enter') return undefined;
        addRow(index);
        return index;
      }}
      row={(index, props) => <Row track={trackAt(index)} n={index} row={props} steer={steer} able={able} onAdd={() => addRow(index)} />}
    />
  );
}

interface RowArgs {
  track: Track | undefined;
  n: number;
  row: RowProps;
  steer: boolean;
  able: boolean;
  onAdd: () => void;
}

function Row({ track, n, row, steer, able, onAdd }: RowArgs) {
  if (!track) {
    return (
      <span role="gridcell" class={`row-main skeleton-${n % 4}`} aria-label={s.loading}>
        <span class="art art-small skeleton" />
        <span class="row-text">
          <span class="bar skeleton" />
          <span class="bar bar-short skeleton" />
        </span>
      </span>
    );
  }
  const trouble = track.state === 'missing' ? s.missing : track.state === 'broken' ? s.broken : '';
  return (
    <>
      <span role="gridcell" class="row-main" {...carry(() => (able ? { label: track.title, tracks: async () => [track] } : null))}>
        <Artwork track={track} size={96} small />
        <span class="row-text">
          <span class="row-title">{track.title}</span>
          <span class="row-sub">{[track.artist, track.album].filter(Boolean).join(' · ')}</span>
        </span>
      </span>
      <span role="gridcell" class="row-times">
        {trouble && <span class="trouble">{trouble}</span>}
        <span class="row-length">{span(track.duration_ms)}</span>
      </span>
      {steer && (
        <span role="gridcell" class="row-tools">
          <button
            type="button"
            class="tool"
            tabIndex={row.tabIndex}
            aria-label={s.addWhat(track.title)}
            title={s.add}
            disabled={!able || track.state !== 'ok'}
            onClick={onAdd}
          >
            <AddIcon />
          </button>
        </span>
      )}
    </>
  );
}
