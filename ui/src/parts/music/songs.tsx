// SPDX-License-Identifier: Apache-2.0
// Rows of songs, wherever they come from. Enter adds, the menu (Shift F10, the context key, the three dots) does the rest.
import type { ComponentChildren } from 'preact';
import { RpcError } from '@longwave/client';
import { ErrorCode, type Track } from '../../api';
import { because } from '../../state/notices';
import { link } from '../../state/connection';
import { enqueue, trackItems, trackLoad } from '../../state/music/actions';
import type { Paged } from '../../state/paged';
import { canSteer } from '../../state/session';
import { s, span } from '../../strings';
import { m } from '../../strings/music';
import { Artwork } from '../artwork';
import { carry } from '../carry';
import { AddIcon, MoreIcon } from '../icons';
import { type Item, openMenu } from '../menu';
import { Empty, SkeletonRows } from '../panel';
import { type RowProps, VirtualList } from '../virtual_list';

export interface Source {
  count: number;
  at: (index: number) => Track | undefined;
  need?: (from: number, to: number) => void;
}

interface Props {
  label: string;
  source: Source;
  /** Before the title: the number on the record instead of a picture. */
  numbered?: boolean;
  items?: (track: Track, index: number) => Item[];
}

const isMenuKey = (event: KeyboardEvent) => event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey);

export function SongList({ label, source, numbered = false, items = (track) => trackItems(track) }: Props) {
  const able = canSteer.value && link.value === 'online';
  const add = (track: Track | undefined) => {
    if (track?.state === 'ok' && able) void enqueue(trackLoad(track), null);
  };
  return (
    <VirtualList
      label={label}
      count={source.count}
      keyOf={(index) => index}
      onNeed={source.need}
      rowClass={(index) => (source.at(index)?.state === 'ok' ? '' : 'row-dim')}
      onRowKey={(event, index) => {
        const track = source.at(index);
        if (!track) return undefined;
        if (isMenuKey(event)) {
          const row = (event.target as HTMLElement).closest('[data-index]');
          const dots = row?.querySelector<HTMLElement>('.more');
          dots?.click();
          return undefined;
        }
        if (event.key !== 'Enter') return undefined;
        add(track);
        return index;
      }}
      row={(index, row) => (
        <SongRow
          track={source.at(index)}
          n={index}
          row={row}
          numbered={numbered}
          able={able}
          onAdd={() => add(source.at(index))}
          items={() => items(source.at(index)!, index)}
        />
      )}
    />
  );
}

interface RowArgs {
  track: Track | undefined;
  n: number;
  row: RowProps;
  numbered: boolean;
  able: boolean;
  onAdd: () => void;
  items: () => Item[];
}

function SongRow({ track, n, row, numbered, able, onAdd, items }: RowArgs) {
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
  const under = numbered ? track.artist : [track.artist, track.album].filter(Boolean).join(' · ');
  return (
    <>
      <span
        role="gridcell"
        class="row-main"
        {...carry(() => (able ? trackLoad(track) : null))}
        onContextMenu={(event) => openMenu(track.title, items(), event)}
      >
        {numbered ? <span class="row-number">{track.track ?? ''}</span> : <Artwork track={track} size={96} small />}
        <span class="row-text">
          <span class="row-title">{track.title}</span>
          <span class="row-sub">{under}</span>
        </span>
      </span>
      <span role="gridcell" class="row-times">
        {trouble && <span class="trouble">{trouble}</span>}
        <span class="row-length">{span(track.duration_ms)}</span>
      </span>
      <span role="gridcell" class="row-tools">
        {canSteer.value && (
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
        )}
        <button
          type="button"
          class="tool more"
          tabIndex={row.tabIndex}
          aria-haspopup="menu"
          aria-label={m.moreFor(track.title)}
          title={m.more}
          onClick={(event) => openMenu(track.title, items(), event)}
        >
          <MoreIcon />
        </button>
      </span>
    </>
  );
}

/** The same from pages that are fetched as they are seen. */
export function PagedSongs({ list, label, empty }: { list: Paged<Track>; label: string; empty: ComponentChildren }) {
  const total = list.total.value;
  if (total === null && !list.problem.value) list.need(0, 20);
  if (list.problem.value) return <p class="problem">{list.problem.value}</p>;
  if (total === null) return <SkeletonRows n={9} />;
  if (total === 0) return <>{empty}</>;
  return <SongList label={label} source={{ count: total, at: (index) => list.at(index), need: list.need }} />;
}

export const NothingHere = ({ filtered }: { filtered: boolean }) => (
  <Empty title={m.nothingHere} text={filtered ? m.nothingHereText : m.libraryEmptyText} />
);

/** What was gone to could not be shown: it isn't there, or the server didn't say. */
export function Lost({ error, gone }: { error: unknown; gone: string }) {
  const away = error instanceof RpcError && error.code === ErrorCode.not_found;
  return away ? <Empty title={gone} text={s.why_.notFound} /> : <p class="problem">{s.failed.search(because(error))}</p>;
}
