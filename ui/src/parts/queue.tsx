// SPDX-License-Identifier: Apache-2.0
import { type ShownEntry, addMany, clear, firstWaiting, fresh, move, remove, upNext } from '../state/queue';
import { wallAt } from '../state/clock';
import { link } from '../state/connection';
import { failed } from '../state/notices';
import { canSteer } from '../state/session';
import { to } from '../state/place';
import { playEntry } from '../state/steering';
import { count, roughly, s, span, timeOfDay } from '../strings';
import { Artwork } from './artwork';
import { carry, type Load, useTarget } from './carry';
import { useDrag } from './drag';
import { GripIcon, RemoveIcon } from './icons';
import { type Item, openMenu } from './menu';
import { Empty, Panel, SkeletonRows } from './panel';
import { type RowProps, VirtualList } from './virtual_list';

export function QueuePanel() {
  const list = upNext.value;
  const able = canSteer.value && link.value === 'online';
  const drop = (load: Load, at: number | null) => void dropped(load, at);
  useTarget('queue', able ? { ordered: true, drop } : null);
  return (
    <Panel name="queue" title={s.queue} drop="queue" aside={list === null ? <p class="sum" /> : list.length > 0 && <Head list={list} />}>
      {list === null ? (
        <SkeletonRows n={5} />
      ) : list.length === 0 ? (
        <Empty title={s.queueEmpty} text={canSteer.value ? s.queueEmptyText : s.queueEmptyListener} />
      ) : (
        <List list={list} />
      )}
    </Panel>
  );
}

async function dropped(load: Load, at: number | null): Promise<void> {
  try {
    const tracks = (await load.tracks()).filter((track) => track.state === 'ok');
    const place = at === null ? null : firstWaiting() + at;
    if (tracks.length > 0) await addMany(tracks, place, s.addedOne(load.label));
  } catch (error) {
    failed(s.failed.add, error);
  }
}

function Head({ list }: { list: ShownEntry[] }) {
  const length_ms = list.reduce((sum, entry) => sum + entry.duration_ms, 0);
  return (
    <>
      <p class="quiet sum">{s.queueCount(list.length, roughly(length_ms))}</p>
      {canSteer.value && (
        <button type="button" class="button button-plain" disabled={link.value !== 'online'} onClick={() => void clear()}>
          {s.clear}
        </button>
      )}
    </>
  );
}

function List({ list }: { list: ShownEntry[] }) {
  const steer = canSteer.value;
  const able = steer && link.value === 'online';
  const { placeOf, grip, held } = useDrag(list.length, (from, to) => {
    const entry = list[from];
    if (entry) void move(entry, to);
  });
  const onRowKey = (event: KeyboardEvent, index: number): number | undefined => {
    const entry = list[index];
    if (!entry) return undefined;
    if (event.key === 'Enter' || event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)) {
      openMenuOf(event, entry, able);
      return undefined;
    }
    if (!able) return undefined;
    if (event.altKey && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) {
      const to = Math.min(Math.max(0, index + (event.key === 'ArrowUp' ? -1 : 1)), list.length - 1);
      void move(entry, to);
      return to;
    }
    if (event.key === 'Delete' || event.key === 'Backspace') {
      void remove(entry);
      return Math.min(index, list.length - 2);
    }
    return undefined;
  };
  return (
    <VirtualList
      label={s.queue}
      count={list.length}
      keyOf={(index) => list[index]!.id}
      rowClass={(index) => {
        const entry = list[index]!;
        const marks = ['row-glides'];
        if (entry.pending) marks.push('row-pending');
        if (fresh.value.has(entry.id)) marks.push('row-fresh');
        if (held === index) marks.push('row-held');
        return marks.join(' ');
      }}
      placeOf={placeOf}
      onRowKey={onRowKey}
      row={(index, props) => <Row entry={list[index]!} index={index} steer={steer} able={able} row={props} grip={grip} />}
    />
  );
}

function openMenuOf(event: Event, entry: ShownEntry, able: boolean): void {
  const { title } = entry.track;
  const steering: Item[] = [
    { label: s.playNow, run: () => void playEntry(entry.id, title) },
    { label: s.playNext, run: () => void move(entry, 0) },
    { label: s.remove, run: () => void remove(entry) },
  ];
  const row = (event.target as HTMLElement).closest<HTMLElement>('.row');
  openMenu(title, [...(able && entry.id > 0 ? steering : []), { label: s.toSong, href: to('song', entry.track.id), part: able }], event, row);
}

/** A wall-clock time; less strong as long as it depends on what others do before. */
function When({ at_ms, certain }: { at_ms: number; certain: boolean }) {
  const time = timeOfDay(wallAt(at_ms));
  return (
    <>
      <span class="unseen">{certain ? s.startsAt(time) : s.startsAbout(time)}</span>
      <span class={certain ? undefined : 'quiet'} aria-hidden="true">
        {time}
      </span>
    </>
  );
}

interface RowArgs {
  entry: ShownEntry;
  index: number;
  steer: boolean;
  able: boolean;
  row: RowProps;
  grip: (index: number) => { onPointerDown: (event: PointerEvent) => void };
}

function Row({ entry, index, steer, able, row, grip }: RowArgs) {
  const { track } = entry;
  const drawn = entry.reason?.rule.startsWith('autodj') ?? false;
  const who = entry.added_by ? s.addedBy(entry.added_by) : drawn ? s.autoPick : s.requested;
  return (
    <>
      <span role="gridcell" class="row-main" {...carry(() => ({ label: track.title, tracks: async () => [track] }))} onContextMenu={(event) => openMenuOf(event, entry, able)}>
        <Artwork track={track} size={96} small />
        <span class="row-text">
          <span class="row-title">{track.title}</span>
          <span class="row-sub row-who">
            <span>{track.artist}</span>
            <span>
              {entry.added_by ? (
                <>
                  <span class="who-long">{who}</span>
                  <span class="who-short" aria-hidden="true">
                    {entry.added_by}
                  </span>
                </>
              ) : (
                who
              )}
            </span>
          </span>
        </span>
      </span>
      <span role="gridcell" class="row-times">
        <span class="row-at">
          {entry.pending ? (
            <span class="waiting" title={s.pending}>
              <span class="unseen">{s.pending}</span>
            </span>
          ) : entry.about_ms !== null ? (
            <When at_ms={entry.about_ms} certain={entry.starts_at_ms !== null} />
          ) : (
            count(index + 1)
          )}
        </span>
        <span class="row-length">{span(entry.duration_ms)}</span>
      </span>
      {steer && (
        <span role="gridcell" class="row-tools">
          <button
            type="button"
            class="tool"
            tabIndex={row.tabIndex}
            aria-label={s.removeWhat(track.title)}
            title={s.remove}
            disabled={!able || entry.id < 0}
            onClick={() => void remove(entry)}
          >
            <RemoveIcon />
          </button>
          <button
            type="button"
            class="tool grip"
            tabIndex={row.tabIndex}
            aria-label={s.dragWhat(track.title)}
            aria-keyshortcuts="Alt+ArrowUp Alt+ArrowDown"
            title={s.drag}
            disabled={!able || entry.id < 0}
            {...grip(index)}
          >
            <GripIcon />
          </button>
        </span>
      )}
    </>
  );
}
