// SPDX-License-Identifier: Apache-2.0
// The kinds of music, the lists, and what keeps all of it in order. Lists take what is carried to them.
import { useEffect, useRef } from 'preact/hooks';
import { collections, watchCollections } from '../../state/music/collections';
import { addTo, playlists, watchLists } from '../../state/music/lists';
import type { ListInfo } from '../../state/music/remote';
import { go, place, to } from '../../state/place';
import { canCurate } from '../../state/session';
import { m } from '../../strings/music';
import { carried, useTarget } from '../carry';
import { AddIcon } from '../icons';
import { choosePlaylist } from './chooser';
import { ImportList } from './import';
import { UploadSum } from './uploads_view';

const kinds = [
  ['albums', m.albums],
  ['artists', m.artists],
  ['songs', m.songs],
  ['genres', m.genres],
  ['moods', m.moods],
  ['years', m.years],
] as const;

export function Sections({ of }: { of: string }) {
  useEffect(() => (watchLists(), watchCollections()), []);
  const box = useRef<HTMLElement>(null);
  useEffect(() => {
    // On a phone this is a strip: where one is, is in sight.
    const [strip, one] = [box.current!, box.current!.querySelector<HTMLElement>('[aria-current]')];
    if (one && strip.scrollWidth > strip.clientWidth) strip.scrollLeft = one.offsetLeft - (strip.clientWidth - one.offsetWidth) / 2;
  }, [place.value, playlists.value === null, collections.value === null, canCurate.value]);
  const here = (view: string, id: string) => place.value.view === view && place.value.id === id;
  const tools = canCurate.value
    ? ([
        ['upload', m.upload],
        ['tags', m.tags],
        ['random', m.random],
      ] as const)
    : [];
  return (
    <nav class="sections" aria-label={m.sections} ref={box}>
      {kinds.map(([name, word]) => (
        <a key={name} class="section" href={to(name)} aria-current={of === name ? 'page' : undefined}>
          {word}
        </a>
      ))}
      <div class="section-title">
        <span>{m.playlists}</span>
        {canCurate.value && (
          <button type="button" class="tool" aria-label={m.newList} title={m.newList} onClick={() => choosePlaylist(null, (name) => go(to('playlist', name)))}>
            <AddIcon />
          </button>
        )}
      </div>
      {playlists.value?.map((list) => <ListLink key={list.name} list={list} current={here('playlist', list.name)} />)}
      {canCurate.value && <ImportList />}
      <div class="section-title">
        <span>{m.collections}</span>
        {canCurate.value && (
          <a class="tool" aria-label={m.newCollection} title={m.newCollection} href={to('collection')} onClick={() => sessionStorage.removeItem('longwave.query')}>
            <AddIcon />
          </a>
        )}
      </div>
      {collections.value?.map(({ name }) => (
        <a key={name} class="section" href={to('collection', name)} aria-current={here('collection', name) ? 'page' : undefined}>
          <span>{name}</span>
        </a>
      ))}
      {tools.length > 0 && <div class="section-title section-rule" />}
      {tools.map(([name, word]) => (
        <a key={name} class="section" href={to(name)} aria-current={of === name ? 'page' : undefined}>
          {word}
          {name === 'upload' && <UploadSum />}
        </a>
      ))}
    </nav>
  );
}

function ListLink({ list, current }: { list: ListInfo; current: boolean }) {
  const name = `list ${list.name}`;
  const takes = canCurate.value && !list.query;
  useTarget(name, takes ? { drop: (load) => void addTo(list.name, load) } : null);
  return (
    <a class="section" href={to('playlist', list.name)} aria-current={current ? 'page' : undefined} data-drop={takes ? name : undefined} data-takes={carried.value?.over === name}>
      <span>{list.name}</span>
      {list.active && <span class="on-station" role="img" aria-label={m.onStation} />}
    </a>
  );
}
