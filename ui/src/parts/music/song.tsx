// SPDX-License-Identifier: Apache-2.0
// A song: what is known of it and from where, what people think of it, its tags and its words.
import { useEffect, useState } from 'preact/hooks';
import type { Track } from '../../api';
import { link } from '../../state/connection';
import { trackItems } from '../../state/music/actions';
import { giveBack, type KnownSong, known, markSong, openSong, removeSong, setValue, songProblem, writeTags } from '../../state/music/song';
import { onLibrary } from '../../state/music/watch';
import { to } from '../../state/place';
import { canCurate, isAdmin } from '../../state/session';
import { count, day, span, timeOfDay } from '../../strings';
import { m } from '../../strings/music';
import { Artwork } from '../artwork';
import { MoreIcon } from '../icons';
import { type Item, openMenu } from '../menu';
import { SkeletonRows } from '../panel';
import { Lost } from './songs';
import { SongLyrics } from './lyrics';
import { SongTags } from './tagging';

export function SongPage({ id }: { id: string }) {
  const track = Number(id);
  useEffect(() => {
    void openSong(track);
    return onLibrary(() => void openSong(track));
  }, [track]);
  const song = known.value?.track.id === track ? known.value : null;
  if (!song) return songProblem.value ? <Lost error={songProblem.value} gone={m.gone} /> : <SkeletonRows n={8} />;
  return (
    <article class="song-page">
      <SongHead song={song} />
      <Marks song={song} />
      <div class="song-columns">
        <div>
          <Details song={song} />
          <SongTags song={song} />
          <Facts song={song} />
        </div>
        <SongLyrics id={track} />
      </div>
    </article>
  );
}

const fileItems = (track: Track): Item[] =>
  isAdmin.value
    ? [
        { label: m.writeBack, run: () => void writeTags(track), part: true },
        { label: m.removeSong, run: () => void removeSong(track) },
      ]
    : [];

function SongHead({ song: { track } }: { song: KnownSong }) {
  return (
    <header class="song-head">
      <Artwork track={track} size={256} />
      <div class="album-text">
        {track.album_id !== null && (
          <a class="button button-plain way-back" href={to('album', track.album_id)}>
            {track.album || m.toAlbum}
          </a>
        )}
        <h2 class="title">{track.title}</h2>
        <p class="artist">{track.artist || m.unknownArtist}</p>
      </div>
      <button
        type="button"
        class="tool"
        aria-haspopup="menu"
        aria-label={m.moreFor(track.title)}
        title={m.more}
        onClick={(event) => openMenu(track.title, [...trackItems(track, true), ...fileItems(track)], event)}
      >
        <MoreIcon />
      </button>
    </header>
  );
}

/** What people think of it: each a switch. */
function Marks({ song }: { song: KnownSong }) {
  const able = canCurate.value && link.value === 'online';
  const one = (word: string, on: boolean, next: Partial<KnownSong['marks']>) => (
    <button type="button" class="switch" aria-pressed={on} disabled={!able} onClick={() => void markSong(next)}>
      {word}
    </button>
  );
  const { marks } = song;
  return (
    <div class="switches" role="group" aria-label={m.marks}>
      {one(m.favourite, marks.favourite === 1, { favourite: marks.favourite === 1 ? 0 : 1 })}
      {one(m.hated, marks.favourite === -1, { favourite: marks.favourite === -1 ? 0 : -1 })}
      {one(m.live, marks.live, { live: !marks.live })}
      {one(m.badAudio, marks.bad_audio, { bad_audio: !marks.bad_audio })}
      {one(m.disabled, marks.disabled, { disabled: !marks.disabled })}
    </div>
  );
}

const fields = ['title', 'artist', 'album', 'album_artist', 'year', 'track', 'disc'] as const;
const isNumber = (key: string) => key === 'year' || key === 'track' || key === 'disc';

function Details({ song }: { song: KnownSong }) {
  return (
    <section class="song-part" aria-labelledby="details-title">
      <h3 class="part-title" id="details-title">
        {m.details}
      </h3>
      <div class="details">
        {fields.map((key) => (
          <Detail key={key} song={song} name={key} />
        ))}
      </div>
    </section>
  );
}

function Detail({ song, name }: { song: KnownSong; name: (typeof fields)[number] }) {
  const { value, file, own } = song.values[name] ?? { value: '', file: '', own: false };
  const [typed, setTyped] = useState<string | null>(null);
  const able = canCurate.value && link.value === 'online';
  const label = m.fields[name] ?? name;
  const id = `field-${name}`;
  const save = () => {
    const wanted = typed?.trim();
    setTyped(null);
    if (wanted !== undefined && wanted !== value) void setValue(name, wanted);
  };
  return (
    <div class="detail">
      <label for={id}>{label}</label>
      <input
        class="field"
        id={id}
        inputMode={isNumber(name) ? 'numeric' : 'text'}
        autoComplete="off"
        spellcheck={false}
        readOnly={!able}
        value={typed ?? value}
        aria-describedby={own ? `${id}-file` : undefined}
        onInput={(event) => setTyped(isNumber(name) ? event.currentTarget.value.replace(/\D/g, '') : event.currentTarget.value)}
        onBlur={save}
        onKeyDown={(event) => {
          if (event.key === 'Enter') save();
          else if (event.key === 'Escape' && typed !== null) {
            event.preventDefault();
            setTyped(null);
          }
        }}
      />
      {own && (
        <div class="detail-file" id={`${id}-file`}>
          <span class="quiet">{file ? m.fileSays(file) : m.fileSaysNothing}</span>
          {able && (
            <button type="button" class="button button-plain" aria-label={m.useFileFor(label)} onClick={() => void giveBack([name])}>
              {m.useFile}
            </button>
          )}
        </div>
      )}
    </div>
  );
}

function Facts({ song }: { song: KnownSong }) {
  const date = (at: number | null) => (at === null ? m.never : `${day(at)}, ${timeOfDay(at)}`);
  const facts: [string, string][] = [
    [m.facts.length, span(song.track.duration_ms)],
    [m.facts.plays, count(song.plays)],
    [m.facts.last, date(song.last_played_ms)],
    [m.facts.added, date(song.added_ms)],
    [m.facts.file, song.path],
    [m.facts.format, song.format],
  ];
  return (
    <section class="song-part" aria-labelledby="facts-title">
      <h3 class="part-title" id="facts-title">
        {m.about}
      </h3>
      <dl class="facts">
        {facts.filter(([, text]) => text).map(([word, text]) => (
          <div key={word}>
            <dt class="quiet">{word}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
