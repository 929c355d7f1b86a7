// SPDX-License-Identifier: Apache-2.0
// A playlist: its songs in their order, which can be changed by dragging or with Alt and an arrow.
import { useEffect, useState } from 'preact/hooks';
import { link } from '../../state/connection';
import { enqueue, queueItems, trackItems } from '../../state/music/actions';
import { addTo, erase, listLoad, loadOnStation, moveIn, open, opened, openProblem, playlists, removeAt, rename } from '../../state/music/lists';
import { canCurate, canSteer } from '../../state/session';
import { count, roughly, s, span } from '../../strings';
import { m } from '../../strings/music';
import type { Track } from '../../api';
import { Artwork } from '../artwork';
import { carry, type Load, useTarget } from '../carry';
import { useDrag } from '../drag';
import { GripIcon, MoreIcon, RemoveIcon } from '../icons';
import { type Item, openMenu } from '../menu';
import { Empty, SkeletonRows } from '../panel';
import { VirtualList } from '../virtual_list';
import { exportItems, packageItems, PackageProgress } from './package';
import { Lost } from './songs';
import { Head } from './views';

export function PlaylistPage({ id: name }: { id: string }) {
  useEffect(() => void open(name), [name]);
  const list = opened.value?.name === name ? opened.value : null;
  const info = playlists.value?.find((one) => one.name === name);
  const editable = canCurate.value && link.value === 'online' && !info?.query;
  const [naming, setNaming] = useState(false);
  useTarget('list', editable ? { ordered: true, drop: (load: Load, at) => void addTo(name, load, at) } : null);
  if (!list && openProblem.value) return <Lost error={openProblem.value} gone={m.noList} />;
  const length_ms = list?.tracks.reduce((sum, track) => sum + track.duration_ms, 0) ?? 0;
  const sum = list && [m.songCount(count(list.tracks.length), list.tracks.length), roughly(length_ms), info?.active ? m.onStation : '', info?.query ? m.smart : ''].filter(Boolean).join(' · ');
  const more: Item[] = canCurate.value
    ? [
        { label: m.rename, run: () => setNaming(true), part: true, disabled: info?.active },
        { label: m.erase, run: () => void erase(name), disabled: info?.active },
      ]
    : [];
  const items = [...queueItems(listLoad(name)), ...more, ...exportItems(name), ...packageItems(name)];
  return (
    <div class="list-page" data-drop="list">
      {naming ? <Naming name={name} onEnd={() => setNaming(false)} /> : <Head title={name} sum={sum} />}
      <div class="album-tools">
        {canSteer.value && (
          <>
            <button type="button" class="button button-strong" disabled={!list || link.value !== 'online'} onClick={() => void loadOnStation(name)}>
              {m.loadList}
            </button>
            <button type="button" class="button" disabled={!list || link.value !== 'online'} onClick={() => void enqueue(listLoad(name), null)}>
              {m.addToQueue}
            </button>
          </>
        )}
        {items.length > 0 && (
          <button type="button" class="tool" aria-haspopup="menu" aria-label={m.moreFor(name)} title={m.more} onClick={(event) => openMenu(name, items, event)}>
            <MoreIcon />
          </button>
        )}
      </div>
      <PackageProgress name={name} />
      {info?.query && <p class="quiet small">{m.smartText(info.query)}</p>}
      {!list ? (
        <SkeletonRows n={8} />
      ) : list.tracks.length === 0 ? (
        <Empty title={m.emptyList} text={info?.query ? m.emptySmartText : canCurate.value ? m.emptyListText : ''} />
      ) : (
        <Entries tracks={list.tracks} label={name} editable={editable} />
      )}
    </div>
  );
}

function Naming({ name, onEnd }: { name: string; onEnd: () => void }) {
  const save = async (event: SubmitEvent) => {
    event.preventDefault();
    const wanted = String(new FormData(event.currentTarget as HTMLFormElement).get('name')).trim();
    if (wanted && wanted !== name && !(await rename(name, wanted))) return;
    onEnd();
  };
  return (
    <form class="naming" onSubmit={(event) => void save(event)} onKeyDown={(event) => event.key === 'Escape' && (event.preventDefault(), onEnd())}>
      <input class="field" name="name" aria-label={m.listName} defaultValue={name} maxLength={120} autoComplete="off" ref={(one) => one?.select()} />
      <button type="submit" class="button button-strong">
        {s.save}
      </button>
      <button type="button" class="button button-plain" onClick={onEnd}>
        {s.cancel}
      </button>
    </form>
  );
}

function Entries({ tracks, label, editable }: { tracks: Track[]; label: string; editable: boolean }) {
  const { placeOf, grip, held } = useDrag(tracks.length, (from, to) => moveIn(from, to));
  const onRowKey = (event: KeyboardEvent, index: number): number | undefined => {
    if (event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)) {
      (event.target as HTMLElement).closest('[data-index]')?.querySelector<HTMLElement>('.more')?.click();
      return undefined;
    }
    if (event.key === 'Enter' && canSteer.value) {
      void enqueue({ label: tracks[index]!.title, tracks: async () => [tracks[index]!] }, null);
      return index;
    }
    if (!editable) return undefined;
    if (event.altKey && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) {
      const target = Math.min(Math.max(0, index + (event.key === 'ArrowUp' ? -1 : 1)), tracks.length - 1);
      moveIn(index, target);
      return target;
    }
    if (event.key === 'Delete' || event.key === 'Backspace') {
      removeAt(index);
      return Math.min(index, tracks.length - 2);
    }
    return undefined;
  };
  return (
    <VirtualList
      label={label}
      count={tracks.length}
      keyOf={(index) => index}
      placeOf={placeOf}
      onRowKey={onRowKey}
      rowClass={(index) => [held === index ? 'row-held' : 'row-glides', tracks[index]!.state === 'ok' ? '' : 'row-dim'].join(' ')}
      row={(index, row) => {
        const track = tracks[index]!;
        return (
          <>
            <span
              role="gridcell"
              class="row-main"
              {...carry(() => (canSteer.value ? { label: track.title, tracks: async () => [track] } : null))}
              onContextMenu={(event) => openMenu(track.title, trackItems(track), event)}
            >
              <Artwork track={track} size={96} small />
              <span class="row-text">
                <span class="row-title">{track.title}</span>
                <span class="row-sub">{[track.artist, track.album].filter(Boolean).join(' · ')}</span>
              </span>
            </span>
            <span role="gridcell" class="row-times">
              {track.state !== 'ok' && <span class="trouble">{track.state === 'missing' ? s.missing : s.broken}</span>}
              <span class="row-length">{span(track.duration_ms)}</span>
            </span>
            <span role="gridcell" class="row-tools">
              <button type="button" class="tool more" tabIndex={row.tabIndex} aria-haspopup="menu" aria-label={m.moreFor(track.title)} title={m.more} onClick={(event) => openMenu(track.title, trackItems(track), event)}>
                <MoreIcon />
              </button>
              {editable && (
                <>
                  <button type="button" class="tool" tabIndex={row.tabIndex} aria-label={m.removeFromList(track.title)} title={s.remove} onClick={() => removeAt(index)}>
                    <RemoveIcon />
                  </button>
                  <button type="button" class="tool grip" tabIndex={row.tabIndex} aria-label={s.dragWhat(track.title)} aria-keyshortcuts="Alt+ArrowUp Alt+ArrowDown" title={s.drag} {...grip(index)}>
                    <GripIcon />
                  </button>
                </>
              )}
            </span>
          </>
        );
      }}
    />
  );
}
