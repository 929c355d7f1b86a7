// SPDX-License-Identifier: Apache-2.0
// An album: its cover, its songs by disc, and what to do with all of them.
import { useEffect, useState } from 'preact/hooks';
import type { Result } from '../../api';
import { call, link } from '../../state/connection';
import { albumLoad, enqueue, keepItems, queueItems } from '../../state/music/actions';
import { onLibrary } from '../../state/music/watch';
import { failed, notify } from '../../state/notices';
import { to } from '../../state/place';
import { canSteer } from '../../state/session';
import { count, roughly, s } from '../../strings';
import { m } from '../../strings/music';
import { Artwork } from '../artwork';
import { carry } from '../carry';
import { MoreIcon } from '../icons';
import { type Item, openMenu } from '../menu';
import { SkeletonRows } from '../panel';
import { albumTitle } from './albums';
import { Lost, SongList } from './songs';

type Answer = Result<'library.album'>;

export function AlbumPage({ id }: { id: string }) {
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  useEffect(() => {
    let here = true;
    const fetch = () =>
      call('library.album', { id: Number(id) }).then(
        (result) => here && (setAnswer(result), setProblem(null)),
        (error) => here && setProblem(error),
      );
    void fetch();
    const end = onLibrary(() => void fetch());
    return () => {
      here = false;
      end();
    };
  }, [id]);
  if (!answer) {
    return problem === null ? <Skeleton /> : <Lost error={problem} gone={m.gone} />;
  }
  return <Album answer={answer} />;
}

async function hide(id: number, title: string, hidden: boolean, undoable = true): Promise<void> {
  try {
    await call('album.change', { id, hidden });
    if (undoable) notify(hidden ? m.albumHidden(title) : m.albumShown(title), () => void hide(id, title, !hidden, false));
  } catch (error) {
    failed(m.failed.album, error);
  }
}

const hideItem = (id: number, title: string, hidden: boolean): Item => ({
  label: m.hide,
  checked: hidden,
  part: true,
  run: () => void hide(id, title, !hidden),
});

function Album({ answer: { album, tracks } }: { answer: Answer }) {
  const title = albumTitle(album);
  const load = albumLoad({ id: album.id, title });
  const [hidden, setHidden] = useState(false);
  useEffect(() => void call('album.get', { id: album.id }).then(({ album: record }) => setHidden(record.hidden), () => undefined), [album]);
  const able = canSteer.value && link.value === 'online';
  const discs = [...new Set(tracks.map((track) => track.disc ?? 1))].sort((a, b) => a - b);
  return (
    <article class="album-page">
      <header class="album-head">
        <div class="album-cover" {...carry(() => (able ? load : null))}>
          <Artwork track={{ art: album.art, artist: album.artist, title }} size={512} named />
        </div>
        <div class="album-text">
          <a class="button button-plain way-back" href={to('albums')}>
            {m.albums}
          </a>
          <h2 class="title">{title}</h2>
          <p class="artist">{album.artist || m.unknownArtist}</p>
          <p class="album">{[album.year, m.songCount(count(album.tracks), album.tracks), roughly(album.duration_ms)].filter(Boolean).join(' · ')}</p>
          {canSteer.value && (
            <div class="album-tools">
              <button type="button" class="button button-strong" disabled={!able} onClick={() => void enqueue(load, null)}>
                {m.addToQueue}
              </button>
              <button
                type="button"
                class="tool"
                aria-haspopup="menu"
                aria-label={m.moreFor(title)}
                title={m.more}
                onClick={(event) => openMenu(title, [...queueItems(load), ...keepItems(load), hideItem(album.id, title, hidden)], event)}
              >
                <MoreIcon />
              </button>
            </div>
          )}
        </div>
      </header>
      {discs.map((disc) => {
        const of = tracks.filter((track) => (track.disc ?? 1) === disc);
        return (
          <section key={disc}>
            {discs.length > 1 && <h3 class="small-title">{m.disc(disc)}</h3>}
            <SongList numbered label={discs.length > 1 ? `${title}, ${m.disc(disc)}` : title} source={{ count: of.length, at: (index) => of[index] }} />
          </section>
        );
      })}
    </article>
  );
}

const Skeleton = () => (
  <div class="album-page" aria-busy="true" aria-label={s.loading}>
    <div class="album-head">
      <div class="album-cover">
        <span class="art skeleton" />
      </div>
      <div class="album-text onair-text">
        <span class="bar bar-title skeleton" />
        <span class="bar bar-artist skeleton" />
        <span class="bar bar-short skeleton" />
      </div>
    </div>
    <SkeletonRows n={8} />
  </div>
);
