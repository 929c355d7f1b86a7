// SPDX-License-Identifier: Apache-2.0
// The words of a song. Lines that have times follow the music while the song is heard.
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { link } from '../../state/connection';
import { because, failed, notify } from '../../state/notices';
import { remoteSong, type SongWords } from '../../state/music/remote_song';
import { canCurate } from '../../state/session';
import { elapsed_ms, heard } from '../../state/station';
import { s } from '../../strings';
import { m } from '../../strings/music';

export function SongLyrics({ id }: { id: number }) {
  const [words, setWords] = useState<SongWords | null>(null);
  const [problem, setProblem] = useState('');
  const [editing, setEditing] = useState(false);
  const fetch = () => remoteSong.lyrics(id).then((value) => (setWords(value), setProblem('')), (error) => setProblem(because(error)));
  useEffect(() => {
    setWords(null);
    setEditing(false);
    void fetch();
    return remoteSong.onSongChanged((ids) => ids.includes(id) && void fetch());
  }, [id]);
  const able = canCurate.value && link.value === 'online';
  const save = async (text: string | null) => {
    const before = words;
    try {
      await remoteSong.setLyrics(id, text);
      setEditing(false);
      await fetch();
      notify(m.lyricsSaved, before ? () => void remoteSong.setLyrics(id, before.own ? before.text : null).then(fetch, (error) => failed(m.failed.lyrics, error)) : null);
    } catch (error) {
      failed(m.failed.lyrics, error);
    }
  };
  return (
    <section class="song-part lyrics" aria-labelledby="lyrics-title">
      <header class="part-head">
        <h3 class="part-title" id="lyrics-title">
          {m.lyrics}
        </h3>
        {words && words.text && <span class="quiet small">{m.lyricsFrom[words.source] ?? ''}</span>}
        {able && words && !editing && (
          <button type="button" class="button button-plain" onClick={() => setEditing(true)}>
            {words.text ? m.editLyrics : m.addLyrics}
          </button>
        )}
      </header>
      {problem && <p class="problem">{problem}</p>}
      {editing && words ? (
        <Editor words={words} onSave={(text) => void save(text)} onCancel={() => setEditing(false)} />
      ) : !words ? (
        <span class="bar skeleton" />
      ) : words.lines.length > 0 ? (
        <Following id={id} lines={words.lines} />
      ) : words.text ? (
        <p class="words">{words.text}</p>
      ) : (
        <p class="quiet">{m.noLyrics}</p>
      )}
    </section>
  );
}

function Editor({ words, onSave, onCancel }: { words: SongWords; onSave: (text: string | null) => void; onCancel: () => void }) {
  const [text, setText] = useState(words.text);
  const field = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => field.current?.focus(), []);
  return (
    <div class="lyrics-editor">
      <textarea
        class="field"
        rows={14}
        aria-label={m.lyrics}
        aria-describedby="lyrics-hint"
        value={text}
        ref={field}
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => event.key === 'Escape' && (event.preventDefault(), onCancel())}
      />
      <p class="quiet small" id="lyrics-hint">
        {m.lyricsHint}
      </p>
      <div class="dialog-buttons">
        {words.own && (
          <button type="button" class="button button-plain" onClick={() => onSave(null)}>
            {m.useFile}
          </button>
        )}
        <button type="button" class="button button-plain" onClick={onCancel}>
          {s.cancel}
        </button>
        <button type="button" class="button button-strong" onClick={() => onSave(text)}>
          {s.save}
        </button>
      </div>
    </div>
  );
}

/** The line that is sung is marked and stays in sight, unless somebody has just scrolled. */
function Following({ id, lines }: { id: number; lines: SongWords['lines'] }) {
  const box = useRef<HTMLOListElement>(null);
  const touched = useRef(0);
  const playing = heard.value?.track.id === id;
  const at = elapsed_ms.value;
  let now = -1;
  if (playing) for (let i = 0; i < lines.length && lines[i]!.at_ms <= at; i++) now = i;
  useEffect(() => {
    const list = box.current;
    const line = list?.children[now] as HTMLElement | undefined;
    if (!list || !line || performance.now() - touched.current < 4_000) return;
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    list.scrollTo({ top: line.offsetTop - list.clientHeight / 2 + line.clientHeight / 2, behavior: calm ? 'auto' : 'smooth' });
  }, [now]);
  const touch = () => (touched.current = performance.now());
  return (
    <ol class="words words-timed" ref={box} tabIndex={0} aria-label={m.lyrics} onWheel={touch} onTouchMove={touch} onKeyDown={touch}>
      {lines.map((line, i) => (
        <li key={i} class={i === now ? 'sung' : playing && i < now ? 'sung-before' : undefined} aria-current={i === now ? 'true' : undefined}>
          {line.text || '♪'}
        </li>
      ))}
    </ol>
  );
}
