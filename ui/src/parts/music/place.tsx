// SPDX-License-Identifier: Apache-2.0
// Everything that could be played: kinds of music beside, what was chosen in the middle, the queue at the other side.
import { type ComponentType } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { reached } from '../../state/connection';
import { watchLibrary } from '../../state/music/watch';
import { place } from '../../state/place';
import { hasQueueBeside } from '../../state/view';
import { Banner } from '../banner';
import { SkeletonRows } from '../panel';
import { QueuePanel } from '../queue';
import { AlbumPage } from './album';
import { GenrePage, GenresView, MoodPage, MoodsView, YearPage, YearsView } from './browse';
import { Chooser } from './chooser';
import { CollectionPage } from './collection';
import { PlaylistPage } from './playlist';
import { RandomView } from './random';
import { Sections } from './sections';
import { SongPage } from './song';
import { TagsView } from './tags_view';
import { DropHint, UploadView, useFileDrop } from './uploads_view';
import { AlbumsView, ArtistPage, ArtistsView, SongsView } from './views';

/** By the second word of the address; `of` is the section that it belongs to. */
const views: Record<string, { view: ComponentType<{ id: string }>; of: string }> = {
  albums: { view: AlbumsView, of: 'albums' },
  album: { view: AlbumPage, of: 'albums' },
  artists: { view: ArtistsView, of: 'artists' },
  artist: { view: ArtistPage, of: 'artists' },
  songs: { view: SongsView, of: 'songs' },
  song: { view: SongPage, of: 'songs' },
  genres: { view: GenresView, of: 'genres' },
  genre: { view: GenrePage, of: 'genres' },
  moods: { view: MoodsView, of: 'moods' },
  mood: { view: MoodPage, of: 'moods' },
  years: { view: YearsView, of: 'years' },
  year: { view: YearPage, of: 'years' },
  playlist: { view: PlaylistPage, of: '' },
  collection: { view: CollectionPage, of: '' },
  upload: { view: UploadView, of: 'upload' },
  tags: { view: TagsView, of: 'tags' },
  random: { view: RandomView, of: 'random' },
};

export function MusicPlace() {
  useEffect(watchLibrary, []);
  useFileDrop();
  const { view, id } = place.value;
  const shown = views[view] ?? views.albums!;
  const View = shown.view;
  return (
    <main class="desk desk-music">
      <Sections of={shown.of} />
      <div class="music">
        <Banner />
        <Remembering key={`${view}/${id}`} address={`${view}/${id}`}>
          {reached.value ? <View key={`${view}/${id}`} id={id} /> : <SkeletonRows n={9} />}
        </Remembering>
      </div>
      {hasQueueBeside.value && <QueuePanel />}
      <Chooser />
      <DropHint />
    </main>
  );
}

const places = new Map<string, number>();
const scroller = (box: Element): Element =>
  getComputedStyle(box).overflowY === 'auto' ? box : (document.scrollingElement ?? document.documentElement);

/** Who comes back is where they were; who comes for the first time is at the top. */
function Remembering({ address, children }: { address: string; children: preact.ComponentChildren }) {
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const one = scroller(box.current!);
    one.scrollTop = places.get(address) ?? 0;
    const onScroll = () => places.set(address, one.scrollTop);
    const source = one === document.scrollingElement ? document : one;
    source.addEventListener('scroll', onScroll, { passive: true });
    return () => source.removeEventListener('scroll', onScroll);
  }, [address]);
  return (
    <div class="music-scroll" ref={box}>
      {children}
    </div>
  );
}
