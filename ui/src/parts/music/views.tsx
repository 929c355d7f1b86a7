// SPDX-License-Identifier: Apache-2.0
// The lists of the music place: albums, artists, songs; each with a field that narrows it.
import { signal } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Album, Artist, Track } from '../../api.gen';
import { call } from '../../state/connection';
import { remote } from '../../state/music/remote';
import { paged } from '../../state/paged';
import { canCurate } from '../../state/session';
import { to } from '../../state/place';
import { count, s } from '../../strings';
import { m } from '../../strings/music';
import { type Misread, QueryProblem } from '../query_problem';
import { RemoveIcon, SearchIcon } from '../icons';
import { SkeletonRows } from '../panel';
import { VirtualList } from '../virtual_list';
import { AlbumGrid } from './albums';
import { NothingHere, PagedSongs } from './songs';

const debounce_ms = 140;
/** What was typed where, for who comes back. */
const typed: Record<string, string> = {};

function useFilter(name: string): [string, (text: string) => void, string] {
  const [text, setText] = useState(typed[name] ?? '');
  const [used, setUsed] = useState(text);
  useEffect(() => {
    typed[name] = text;
    const timer = setTimeout(() => setUsed(text.trim()), text ? debounce_ms : 0);
    return () => clearTimeout(timer);
  }, [text]);
  return [text, setText, used];
}

interface FilterProps {
  label: string;
  text: string;
  onText: (text: string) => void;
  describedBy?: string;
  invalid?: boolean;
}

function Filter({ label, text, onText, describedBy, invalid }: FilterProps) {
  const field = useRef<HTMLInputElement>(null);
  return (
    <div class="search" role="search">
      <SearchIcon />
      <input
        ref={field}
        id="search"
        class="field"
        type="text"
        inputMode="search"
        enterkeyhint="search"
        autoComplete="off"
        autoCapitalize="off"
        spellcheck={false}
        aria-label={label}
        aria-keyshortcuts="/"
        placeholder={label}
        aria-describedby={describedBy}
        aria-invalid={invalid}
        value={text}
        onInput={(event) => onText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape' && text) {
            event.preventDefault();
            onText('');
          } else if (event.key === 'ArrowDown' || event.key === 'Enter') {
            event.preventDefault();
            document.querySelector<HTMLElement>('.music [data-index="0"], .music [data-card="0"] .card-link')?.focus();
          }
        }}
      />
      {text && (
        <button
          type="button"
          class="tool"
          aria-label={s.clearSearch}
          title={s.clearSearch}
          onClick={() => {
            onText('');
            field.current?.focus();
          }}
        >
          <RemoveIcon />
        </button>
      )}
    </div>
  );
}

export function Head({ title, sum, children }: { title: string; sum: string | null; children?: preact.ComponentChildren }) {
  return (
    <header class="music-head">
      <h2 class="panel-title">{title}</h2>
      <p class="quiet sum" role="status">
        {sum ?? '\u00a0'}
      </p>
      {children}
    </header>
  );
}

export function AlbumsView() {
  const [text, setText, used] = useFilter('albums');
  const list = paged<Album>(`albums ${used}`, async (offset, limit) => {
    const { albums, total } = await call('library.albums', { offset, limit, text: used });
    return { items: albums, total };
  });
  const total = list.total.value;
  return (
    <>
      <Head title={m.albums} sum={total === null ? null : m.albumCount(count(total), total)}>
        <Filter label={m.filterAlbums} text={text} onText={setText} />
      </Head>
      <AlbumGrid key={used} list={list} label={m.albums} filtered={used !== ''} />
    </>
  );
}

export function ArtistsView() {
  const [text, setText, used] = useFilter('artists');
  const list = paged<Artist>(`artists ${used}`, async (offset, limit) => {
    const { artists, total } = await call('library.artists', { offset, limit, text: used });
    return { items: artists, total };
  });
  const total = list.total.value;
  if (total === null && !list.problem.value) list.need(0, 20);
  return (
    <>
      <Head title={m.artists} sum={total === null ? null : m.artistCount(count(total), total)}>
        <Filter label={m.filterArtists} text={text} onText={setText} />
      </Head>
      {list.problem.value ? (
        <p class="problem">{list.problem.value}</p>
      ) : total === null ? (
        <SkeletonRows n={10} />
      ) : total === 0 ? (
        <NothingHere filtered={used !== ''} />
      ) : (
        <VirtualList
          key={used}
          label={m.artists}
          count={total}
          keyOf={(index) => index}
          onNeed={list.need}
          onRowKey={(event, index) => {
            const artist = list.at(index);
            if (event.key !== 'Enter' || !artist) return undefined;
            known.value = artist;
            location.hash = to('artist', artist.id);
            return index;
          }}
          row={(index, row) => <ArtistRow artist={list.at(index)} n={index} tabIndex={row.tabIndex} />}
        />
      )}
    </>
  );
}

/** The artist that was gone to: its name is there before the server says it. */
const known = signal<Artist | null>(null);

function ArtistRow({ artist, n, tabIndex }: { artist: Artist | undefined; n: number; tabIndex: 0 | -1 }) {
  if (!artist) {
    return (
      <span role="gridcell" class={`row-main skeleton-${n % 4}`} aria-label={s.loading}>
        <span class="bar skeleton" />
      </span>
    );
  }
  return (
    <span role="gridcell" class="row-main">
      <a class="row-link" href={to('artist', artist.id)} tabIndex={tabIndex} onClick={() => (known.value = artist)}>
        <span class="row-title">{artist.name || m.unknownArtist}</span>
        <span class="row-sub">
          {[m.albumCount(count(artist.albums), artist.albums), m.songCount(count(artist.tracks), artist.tracks)].join(' · ')}
        </span>
      </a>
    </span>
  );
}

export function ArtistPage({ id }: { id: string }) {
  const artist = Number(id);
  const list = paged<Album>(`artist ${id}`, async (offset, limit) => {
    const { albums, total } = await call('library.albums', { offset, limit, artist });
    return { items: albums, total };
  });
  const total = list.total.value;
  const name = known.value?.id === artist ? known.value.name : (list.at(0)?.artist ?? '');
  return (
    <>
      <a class="button button-plain way-back" href={to('artists')}>
        {m.artists}
      </a>
      <Head title={name || '\u00a0'} sum={total === null ? null : m.albumCount(count(total), total)} />
      <AlbumGrid list={list} label={name} filtered={false} />
    </>
  );
}

export function SongsView() {
  const [text, setText, used] = useFilter('songs');
  const [misread, setMisread] = useState<Misread | null>(null);
  useEffect(() => {
    if (used === '') return setMisread(null);
    let here = true;
    void remote.check(used).then((found) => here && setMisread(found), () => undefined);
    return () => void (here = false);
  }, [used]);
  const list = paged<Track>(`search ${used}`, (offset, limit) => remote.search(used, offset, limit));
  const total = list.total.value;
  return (
    <>
      <Head title={m.songs} sum={total === null ? null : m.songCount(count(total), total)}>
        {used && !misread && canCurate.value && (
          <a class="button button-plain" href={to('collection')} onClick={() => sessionStorage.setItem('longwave.query', used)}>
            {m.saveSearch}
          </a>
        )}
        <Filter label={m.filterSongs} text={text} onText={setText} describedBy="songs-misread" invalid={misread !== null} />
        <QueryProblem id="songs-misread" misread={misread} />
      </Head>
      <PagedSongs key={used} list={list} label={m.songs} empty={<NothingHere filtered={used !== ''} />} />
    </>
  );
}
