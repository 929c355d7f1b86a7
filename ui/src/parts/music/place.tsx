// SPDX-License-Identifier: Apache-2.0
// Everything that could be played: kinds of music beside, what was chosen in the middle, the queue at the other side.
import { type ComponentType } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { watchLibrary } from '../../state/music/watch';
import { place, to } from '../../state/place';
import { hasQueueBeside } from '../../state/view';
import { m } from '../../strings/music';
import { Banner } from '../banner';
import { QueuePanel } from '../queue';
import { AlbumPage } from './album';
import { AlbumsView, ArtistPage, ArtistsView, SongsView } from './views';

/** By the second word of the address; `of` is the section that it belongs to. */
const views: Record<string, { view: ComponentType<{ id: string }>; of: string }> = {
  albums: { view: AlbumsView, of: 'albums' },
  album: { view: AlbumPage, of: 'albums' },
  artists: { view: ArtistsView, of: 'artists' },
  artist: { view: ArtistPage, of: 'artists' },
  songs: { view: SongsView, of: 'songs' },
};

const sections = [
  ['albums', m.albums],
  ['artists', m.artists],
  ['songs', m.songs],
] as const;

export function MusicPlace() {
  useEffect(watchLibrary, []);
  const { view, id } = place.value;
  const shown = views[view] ?? views.albums!;
  const View = shown.view;
  return (
    <main class="desk desk-music">
      <nav class="sections" aria-label={m.sections}>
        {sections.map(([name, word]) => (
          <a key={name} class="section" href={to(name)} aria-current={shown.of === name ? 'page' : undefined}>
            {word}
          </a>
        ))}
      </nav>
      <div class="music">
        <Banner />
        <Remembering key={`${view}/${id}`} address={`${view}/${id}`}>
          <View key={`${view}/${id}`} id={id} />
        </Remembering>
      </div>
      {hasQueueBeside.value && <QueuePanel />}
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
