// SPDX-License-Identifier: Apache-2.0
// Songs of the library by what is typed, to be taken one by one, or all of them.
import { useEffect, useState } from 'preact/hooks';
import type { Track } from '../../api';
import { call } from '../../state/connection';
import { because, notify } from '../../state/notices';
import { count, s, span } from '../../strings';
import { g } from '../../strings/programme';
import { AddIcon, SearchIcon } from '../icons';

const found = 8;
const debounce_ms = 160;

/** What was answered to the latest text; null while nothing is typed. */
export function useFound<T>(text: string, ask: (text: string) => Promise<T>): T | null {
  const [hits, setHits] = useState<T | null>(null);
  useEffect(() => {
    if (!text.trim()) return setHits(null);
    let current = true;
    const timer = setTimeout(() => {
      ask(text.trim()).then(
        (answer) => current && setHits(answer),
        (error) => notify(s.failed.search(because(error)), null, true),
      );
    }, debounce_ms);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [text, ask]);
  return hits;
}

interface Props {
  label: string;
  addLabel: (title: string) => string;
  /** Those that are there already aren't offered. */
  known: readonly number[];
  onAdd: (tracks: Track[]) => void;
  /** All that were found can be taken at once. */
  many?: boolean;
}

const tracksOf = (text: string) => call('library.search', { text, limit: 200 });

export function Finder({ label, addLabel, known, onAdd, many = false }: Props) {
  const [text, setText] = useState('');
  const hits = useFound(text, tracksOf);
  const there = new Set(known);
  const fresh = hits?.tracks.filter((track) => !there.has(track.id) && track.state === 'ok') ?? [];
  return (
    <div class="finder">
      <div class="search">
        <SearchIcon />
        <input class="field" type="search" aria-label={label} placeholder={label} value={text} onInput={(event) => setText(event.currentTarget.value)} />
      </div>
      {hits && (
        <>
          <p class="finder-sum quiet small" role="status">
            {fresh.length === 0 ? s.nothingFound(text.trim()) : s.found(count(hits.total), hits.total)}
            {many && fresh.length > 1 && (
              <button type="button" class="button button-plain" onClick={() => onAdd(fresh)}>
                {g.addAll(fresh.length)}
              </button>
            )}
          </p>
          <ul class="finder-hits">
            {fresh.slice(0, found).map((track) => (
              <li key={track.id} class="finder-hit">
                <span class="row-text">
                  <span class="row-title">{track.title}</span>
                  <span class="row-sub">{[track.artist, track.album].filter(Boolean).join(' · ')}</span>
                </span>
                <span class="quiet small">{span(track.duration_ms)}</span>
                <button type="button" class="tool" aria-label={addLabel(track.title)} title={g.add} onClick={() => onAdd([track])}>
                  <AddIcon />
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}
