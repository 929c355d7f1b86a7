// SPDX-License-Identifier: Apache-2.0
// The playlists of the programme: which there are and what uses them; and one of them with its songs.
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { link } from '../../state/connection';
import { because } from '../../state/notices';
import { go, toProgramme } from '../../state/place';
import { change, isSaving, programme, put, remove } from '../../state/programme/programme';
import { edit, joined, open, opened, openProblem, shifted, without } from '../../state/programme/songs';
import type { List, Song } from '../../state/programme/types';
import { canPlan } from '../../state/session';
import { count, s, span } from '../../strings';
import { g } from '../../strings/programme';
import { Artwork } from '../artwork';
import { useDrag } from '../drag';
import { AddIcon, GripIcon, RemoveIcon } from '../icons';
import { Empty, SkeletonRows } from '../panel';
import { VirtualList } from '../virtual_list';
import { Check, Form, Text, useEdited } from './fields';
import { Finder } from './finder';
import { Title } from './title';
import { hueOf, usersOf } from './words';

const blank: List = { id: 0, name: '', enabled: true, ordered: false, library: false };
const making = signal<List | null>(null);
const able = () => canPlan.value && link.value === 'online';

export function PlaylistsView() {
  const now = programme.value!;
  return (
    <>
      <Title text={g.playlists}>
        {able() && (
          <button type="button" class="button" onClick={() => (making.value = blank)}>
            <AddIcon /> {g.newPlaylist}
          </button>
        )}
      </Title>
      <ul class="plan-list">
        {now.playlists.map((one) => (
          <ListRow key={one.id} list={one} users={usersOf(now, one.id)} usual={now.default_playlist === one.id} />
        ))}
      </ul>
      {making.value && <ListForm item={making.value} />}
    </>
  );
}

const contents = (one: List) => (one.library ? g.library : g.songs(count(one.songs ?? 0), one.songs ?? 0));

function ListRow({ list, users, usual }: { list: List; users: string[]; usual: boolean }) {
  const about = [contents(list), usual ? g.usual : '', users.length > 0 ? g.usedBy(users.slice(0, 3).join(', ')) : '', list.enabled ? '' : g.blockOff].filter(Boolean);
  return (
    <li class="plan-row" style={{ '--hue': hueOf(list.id) }} data-off={!list.enabled}>
      <a class="plan-name" href={toProgramme('playlist', list.id)}>
        {list.name || g.unnamed}
      </a>
      <span class="quiet small">{about.join(' · ')}</span>
      {able() && !usual && (
        <button type="button" class="button button-plain" aria-label={`${g.makeUsual}: ${list.name}`} onClick={() => void change({ default_playlist: list.id })}>
          {g.makeUsual}
        </button>
      )}
    </li>
  );
}

function ListForm({ item }: { item: List }) {
  const [list, editList] = useEdited(item);
  const close = () => {
    making.value = null;
  };
  const save = async () => {
    const id = await put('playlists', { ...list, name: list.name.trim() });
    if (id === null || item.id > 0) return;
    if (programme.value?.default_playlist === 0) await change({ default_playlist: id }, false);
    if (!list.library) go(toProgramme('playlist', id));
  };
  const erase = async () => {
    if (await remove('playlists', item.id)) go(toProgramme('playlists'));
  };
  return (
    <Form title={item.id > 0 ? g.playlistTitle(item.name || g.unnamed) : g.newPlaylist} onClose={close} onSave={() => void save()} onErase={item.id > 0 ? () => void erase() : undefined}>
      <Text label={g.name} value={list.name} onInput={(name) => editList({ name })} />
      <fieldset class="plan-starts">
        <legend>{g.contents}</legend>
        <label class="check">
          <input type="radio" name="contents" checked={!list.library} onChange={() => editList({ library: false })} /> {g.ownSongs}
        </label>
        <label class="check">
          <input type="radio" name="contents" checked={list.library} onChange={() => editList({ library: true })} /> {g.wholeLibrary}
        </label>
      </fieldset>
      {!list.library && <Check label={g.ordered} checked={list.ordered} onChange={(ordered) => editList({ ordered })} />}
      <Check label={g.enabled} checked={list.enabled} onChange={(enabled) => editList({ enabled })} />
    </Form>
  );
}

// ---- one of them

export function PlaylistView({ id }: { id: string }) {
  const list = programme.value!.playlists.find((one) => one.id === Number(id));
  const library = list?.library ?? true;
  // Others may have changed its songs, too; while our own are on their way they stay as they are.
  const edition = isSaving.value ? 0 : programme.value!.version;
  useEffect(() => {
    if (!library && edition > 0) void open(Number(id));
  }, [id, library, edition]);
  if (!list) return <Empty title={g.gone} text="" />;
  const songs = opened.value?.playlist === list.id ? opened.value.songs : null;
  return (
    <>
      <Title text={list.name || g.unnamed} about={songs ? g.songs(count(songs.length), songs.length) : contents(list)}>
        {able() && (
          <button type="button" class="button" onClick={() => (making.value = list)}>
            {g.edit}
          </button>
        )}
      </Title>
      {list.library ? (
        <p class="quiet">{g.wholeLibrary}</p>
      ) : openProblem.value && !songs ? (
        <p class="problem" role="alert">
          {g.failed.load(because(openProblem.value))}
        </p>
      ) : !songs ? (
        <SkeletonRows n={8} />
      ) : (
        <>
          {able() && <Finder label={g.findSongs} addLabel={g.addSong} known={songs.map((song) => song.track.id)} onAdd={(tracks) => void edit(joined(songs, tracks), g.added(tracks.length, list.name))} many />}
          {songs.length === 0 ? <Empty title={g.noSongs} text={able() ? g.noSongsText : ''} /> : <Songs songs={songs} ordered={list.ordered} label={list.name} />}
        </>
      )}
      {making.value && <ListForm item={making.value} />}
    </>
  );
}

/** Frequencies as words: the chance goes by the square, so even steps of it are felt as even. */
const oftens = [0, 0.25, 0.5, 0.75, 1];
const oftenOf = (frequency: number) => Math.min(4, Math.max(0, Math.round(frequency * 4)));

function Songs({ songs, ordered, label }: { songs: Song[]; ordered: boolean; label: string }) {
  const shift = (from: number, to: number) => void edit(shifted(songs, from, to), g.movedSong(songs[from]!.track.title));
  const { placeOf, grip, held } = useDrag(songs.length, shift);
  const set = (index: number, part: Partial<Song>) => void edit(songs.map((song, i) => (i === index ? { ...song, ...part } : song)), null);
  const onRowKey = (event: KeyboardEvent, index: number): number | undefined => {
    if (!able()) return undefined;
    if (event.altKey && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) {
      const target = Math.min(Math.max(0, index + (event.key === 'ArrowUp' ? -1 : 1)), songs.length - 1);
      if (target !== index) shift(index, target);
      return target;
    }
    if (event.key === 'Delete' || event.key === 'Backspace') {
      void edit(without(songs, index), g.taken(songs[index]!.track.title));
      return Math.min(index, songs.length - 2);
    }
    return undefined;
  };
  return (
    <VirtualList
      label={label}
      count={songs.length}
      keyOf={(index) => songs[index]!.track.id}
      placeOf={placeOf}
      onRowKey={onRowKey}
      rowClass={(index) => ['plan-song', held === index ? 'row-held' : 'row-glides', songs[index]!.enabled && songs[index]!.track.state === 'ok' ? '' : 'row-dim'].join(' ')}
      row={(index, row) => {
        const { track, frequency, enabled } = songs[index]!;
        return (
          <>
            <span role="gridcell" class="row-main">
              <Artwork track={track} size={96} small />
              <span class="row-text">
                <span class="row-title">{track.title}</span>
                <span class="row-sub">{[track.artist, track.album].filter(Boolean).join(' · ')}</span>
              </span>
            </span>
            <span role="gridcell" class="row-often">
              <input type="checkbox" aria-label={g.songOn(track.title)} title={g.enabled} tabIndex={row.tabIndex} checked={enabled} disabled={!able()} onChange={(event) => set(index, { enabled: event.currentTarget.checked })} />
              {!ordered && (
                <select class="field" aria-label={g.howOften(track.title)} tabIndex={row.tabIndex} value={oftenOf(frequency)} disabled={!able()} onChange={(event) => set(index, { frequency: oftens[Number(event.currentTarget.value)]! })}>
                  {g.oftenWords.map((word, i) => (
                    <option key={word} value={i}>
                      {word}
                    </option>
                  ))}
                </select>
              )}
            </span>
            <span role="gridcell" class="row-times">
              <span class="row-length">{span(track.duration_ms)}</span>
            </span>
            {able() && (
              <span role="gridcell" class="row-tools">
                <button type="button" class="tool" tabIndex={row.tabIndex} aria-label={g.takeOut(track.title)} title={s.remove} onClick={() => void edit(without(songs, index), g.taken(track.title))}>
                  <RemoveIcon />
                </button>
                <button type="button" class="tool grip" tabIndex={row.tabIndex} aria-label={g.moveSong(track.title)} aria-keyshortcuts="Alt+ArrowUp Alt+ArrowDown" title={s.drag} {...grip(index)}>
                  <GripIcon />
                </button>
              </span>
            )}
          </>
        );
      }}
    />
  );
}
