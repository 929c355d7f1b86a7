// SPDX-License-Identifier: Apache-2.0
// Genres, moods and years: tiles with how much there is, then the albums and songs of one.
import { useEffect, useState } from 'preact/hooks';
import type { Album, Track } from '../../api.gen';
import { onLibrary } from '../../state/music/watch';
import { type Kind, remoteBrowse, type Tile } from '../../state/music/remote_browse';
import { because } from '../../state/notices';
import { paged } from '../../state/paged';
import { to } from '../../state/place';
import { count } from '../../strings';
import { m } from '../../strings/music';
import { Artwork } from '../artwork';
import { SkeletonRows } from '../panel';
import { AlbumGrid } from './albums';
import { NothingHere, PagedSongs } from './songs';
import { Head } from './views';

function Browse({ kind, title }: { kind: Kind; title: string }) {
  const [tiles, setTiles] = useState<Tile[] | null>(null);
  const [problem, setProblem] = useState('');
  useEffect(() => {
    const fetch = () => remoteBrowse.tiles(kind).then((list) => (setTiles(list), setProblem('')), (error) => setProblem(because(error)));
    void fetch();
    return onLibrary(() => void fetch());
  }, [kind]);
  return (
    <>
      <Head title={title} sum={tiles && count(tiles.length)} />
      {problem && <p class="problem">{problem}</p>}
      {!tiles ? (
        !problem && <SkeletonRows n={8} />
      ) : tiles.length === 0 ? (
        <NothingHere filtered={false} />
      ) : (
        <ul class="tiles">
          {tiles.map((tile) => (
            <li key={tile.id}>
              <a class="tile" href={to(kind, tile.name)}>
                <Artwork track={{ art: tile.art, artist: '', title: tile.name }} size={96} small />
                <span class="row-text">
                  <span class="tile-name">{tile.name}</span>
                  <span class="quiet small">{m.songCount(count(tile.tracks), tile.tracks)}</span>
                </span>
              </a>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

export const GenresView = () => <Browse kind="genre" title={m.genres} />;
export const MoodsView = () => <Browse kind="mood" title={m.moods} />;
export const YearsView = () => <Browse kind="year" title={m.years} />;

function One({ kind, name, back }: { kind: Kind; name: string; back: string }) {
  const [songs, setSongs] = useState(kind === 'mood');
  const albums = paged<Album>(`${kind} ${name} albums`, (offset, limit) => remoteBrowse.albumsOf(kind, name, offset, limit));
  const tracks = paged<Track>(`${kind} ${name} songs`, (offset, limit) => remoteBrowse.songsOf(kind, name, offset, limit));
  const total = songs ? tracks.total.value : albums.total.value;
  const sum = total === null ? null : songs ? m.songCount(count(total), total) : m.albumCount(count(total), total);
  return (
    <>
      <a class="button button-plain way-back" href={to(`${kind}s`)}>
        {back}
      </a>
      <Head title={name} sum={sum}>
        <div class="switches" role="group" aria-label={m.showAs}>
          <button type="button" class="switch" aria-pressed={!songs} onClick={() => setSongs(false)}>
            {m.albums}
          </button>
          <button type="button" class="switch" aria-pressed={songs} onClick={() => setSongs(true)}>
            {m.songs}
          </button>
        </div>
      </Head>
      {songs ? (
        <PagedSongs list={tracks} label={name} empty={<NothingHere filtered={false} />} />
      ) : (
        <AlbumGrid list={albums} label={name} filtered={false} />
      )}
    </>
  );
}

export const GenrePage = ({ id }: { id: string }) => <One kind="genre" name={id} back={m.genres} />;
export const MoodPage = ({ id }: { id: string }) => <One kind="mood" name={id} back={m.moods} />;
export const YearPage = ({ id }: { id: string }) => <One kind="year" name={id} back={m.years} />;
