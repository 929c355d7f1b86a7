// SPDX-License-Identifier: Apache-2.0
// Albums as covers, all of them or those of an artist.
import type { Album } from '../../api.gen';
import { albumLoad, keepItems, queueItems } from '../../state/music/actions';
import type { Paged } from '../../state/paged';
import { to } from '../../state/place';
import { canSteer } from '../../state/session';
import { s } from '../../strings';
import { m } from '../../strings/music';
import { Artwork } from '../artwork';
import { carry } from '../carry';
import { openMenu } from '../menu';
import { CoverGrid } from './grid';
import { NothingHere } from './songs';

export function AlbumGrid({ list, label, filtered }: { list: Paged<Album>; label: string; filtered: boolean }) {
  const total = list.total.value;
  if (total === null && !list.problem.value) list.need(0, 20);
  if (list.problem.value) return <p class="problem">{list.problem.value}</p>;
  if (total === null) return <SkeletonCovers />;
  if (total === 0) return <NothingHere filtered={filtered} />;
  return <CoverGrid label={label} count={total} onNeed={list.need} card={(index, tabIndex) => <AlbumCard album={list.at(index)} tabIndex={tabIndex} />} />;
}

export const albumTitle = (album: { title: string }) => album.title || m.noAlbum;

function AlbumCard({ album, tabIndex }: { album: Album | undefined; tabIndex: 0 | -1 }) {
  if (!album) return <SkeletonCard />;
  const title = albumTitle(album);
  return (
    <a
      class="card-link"
      href={to('album', album.id)}
      tabIndex={tabIndex}
      {...carry(() => (canSteer.value ? albumLoad({ id: album.id, title }) : null))}
      onContextMenu={(event) => canSteer.value && openMenu(title, [...queueItems(albumLoad({ id: album.id, title })), ...keepItems(albumLoad({ id: album.id, title }))], event)}
    >
      <Artwork track={{ art: album.art, artist: album.artist, title }} size={256} lazy />
      <span class="card-title">{title}</span>
      <span class="card-sub">{[album.artist, album.year].filter(Boolean).join(' · ')}</span>
    </a>
  );
}

const SkeletonCard = () => (
  <span class="card-link" aria-label={s.loading}>
    <span class="art skeleton" />
    <span class="bar skeleton" />
    <span class="bar bar-short skeleton" />
  </span>
);

export const SkeletonCovers = () => (
  <div class="covers-still" aria-hidden="true">
    {Array.from({ length: 12 }, (_, i) => (
      <SkeletonCard key={i} />
    ))}
  </div>
);
