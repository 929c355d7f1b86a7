// SPDX-License-Identifier: Apache-2.0
// A collection: a saved query, its songs now, and the field in which the query is changed.
import { useEffect, useState } from 'preact/hooks';
import type { Track } from '../../api.gen';
import { collections, eraseCollection, saveCollection, watchCollections } from '../../state/music/collections';
import { remote } from '../../state/music/remote';
import { because } from '../../state/notices';
import { paged } from '../../state/paged';
import { canCurate } from '../../state/session';
import { count, s } from '../../strings';
import { m } from '../../strings/music';
import { type Misread, QueryProblem } from '../query_problem';
import { PagedSongs } from './songs';
import { Empty } from '../panel';
import { Head } from './views';

/** `#/music/collection/NAME`; without a name a new one, with what was searched for last. */
export function CollectionPage({ id }: { id: string }) {
  useEffect(watchCollections, []);
  const saved = collections.value?.find((one) => one.name === id) ?? null;
  if (id && collections.value && !saved) return <Empty title={m.noCollection} text={s.why_.notFound} />;
  if (id && !saved) return <Head title={id} sum={null} />;
  return <Editor key={id} name={id} query={saved?.query ?? sessionStorage.getItem('longwave.query') ?? ''} saved={saved !== null} />;
}

function Editor({ name, query, saved }: { name: string; query: string; saved: boolean }) {
  const [text, setText] = useState(query);
  const [tried, setTried] = useState(query);
  const [title, setTitle] = useState(name);
  const [misread, setMisread] = useState<Misread | null>(null);
  const [problem, setProblem] = useState('');
  useEffect(() => setText(query), [query]);
  useEffect(() => {
    const timer = setTimeout(() => setTried(text.trim()), 200);
    return () => clearTimeout(timer);
  }, [text]);
  const list = paged<Track>(`search ${tried}`, (offset, limit) => remote.search(tried, offset, limit));
  useEffect(() => void remote.check(tried).then(setMisread, () => undefined), [tried]);
  const changed = text.trim() !== query || title.trim() !== name || !saved;
  const save = async (event: SubmitEvent) => {
    event.preventDefault();
    setProblem('');
    const error = await saveCollection(title.trim(), text.trim(), saved ? name : null);
    if (error !== null) setProblem(m.failed.collection(because(error)));
  };
  const total = list.total.value;
  const able = canCurate.value;
  return (
    <>
      <Head title={saved ? name : m.newCollection} sum={total === null ? null : m.songCount(count(total), total)} />
      <form class="form query-form" onSubmit={(event) => void save(event)}>
        <label for="collection-name">{m.listName}</label>
        <input class="field" id="collection-name" required maxLength={120} autoComplete="off" readOnly={!able} value={title} onInput={(event) => setTitle(event.currentTarget.value)} />
        <label for="collection-query">{m.query}</label>
        <input
          class="field"
          id="collection-query"
          required
          maxLength={1000}
          autoComplete="off"
          autoCapitalize="off"
          spellcheck={false}
          readOnly={!able}
          aria-invalid={misread !== null}
          aria-describedby="collection-misread query-help"
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <QueryProblem id="collection-misread" misread={misread} />
        <p class="quiet small" id="query-help">
          {m.queryHelp}
        </p>
        {problem && (
          <p class="problem" role="alert">
            {problem}
          </p>
        )}
        {able && (
          <div class="dialog-buttons">
            {saved && (
              <button type="button" class="button button-plain" onClick={() => void eraseCollection({ name, query })}>
                {m.erase}
              </button>
            )}
            {saved && changed && (
              <button type="button" class="button button-plain" onClick={() => (setText(query), setTitle(name))}>
                {m.asItWas}
              </button>
            )}
            <button type="submit" class="button button-strong" disabled={!changed || !title.trim() || !text.trim() || misread !== null}>
              {s.save}
            </button>
          </div>
        )}
      </form>
      <PagedSongs key={tried} list={list} label={title || m.newCollection} empty={<Empty title={s.nothingFound(tried)} text={s.nothingFoundText} />} />
    </>
  );
}
