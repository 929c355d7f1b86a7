// SPDX-License-Identifier: Apache-2.0
// How the station chooses by itself: by rotation or by album, what it keeps out, and from which genres.
import { useEffect } from 'preact/hooks';
import { link } from '../../state/connection';
import { changeRules, rules, type Rules } from '../../state/music/random';
import { allTags, watchTags } from '../../state/music/tags';
import { canSteer } from '../../state/session';
import { m } from '../../strings/music';
import { SkeletonRows } from '../panel';
import { TagSign } from './tagging';
import { Head } from './views';

const numbers = [
  ['min_song_s', 0, 86400],
  ['max_song_s', 0, 86400],
  ['song_list', 0, 1000],
  ['album_list', 0, 1000],
  ['artist_list', 0, 1000],
  ['max_age_hours', 0, 8760],
  ['max_tries', 1, 1000],
] as const;
const switches = ['no_disabled', 'no_hated', 'no_bad_audio', 'no_live'] as const;

export function RandomView() {
  useEffect(watchTags, []);
  const now = rules.value;
  const able = canSteer.value && link.value === 'online';
  return (
    <>
      <Head title={m.random} sum={null} />
      {!now ? (
        <SkeletonRows n={6} />
      ) : (
        <div class="rules">
          <fieldset disabled={!able}>
            <legend>{m.selection}</legend>
            {(['rotation', 'albums'] as const).map((one) => (
              <label key={one} class="check">
                <input type="radio" name="selection" checked={now.selection === one} onChange={() => void changeRules({ selection: one })} />
                <span>
                  {m.selections[one][0]} <span class="quiet small">{m.selections[one][1]}</span>
                </span>
              </label>
            ))}
          </fieldset>
          <fieldset disabled={!able}>
            <legend>{m.keepOut}</legend>
            {switches.map((name) => (
              <label key={name} class="check">
                <input type="checkbox" checked={now[name]} onChange={(event) => void changeRules({ [name]: event.currentTarget.checked })} />
                {m.ruleWords[name]}
              </label>
            ))}
          </fieldset>
          <GenreFilter now={now} able={able} />
          <fieldset disabled={!able}>
            <legend>{m.limits}</legend>
            {numbers.map(([name, low, high]) => (
              <label key={name} class="number">
                <span>{m.ruleWords[name]}</span>
                <input
                  class="field"
                  type="number"
                  min={low}
                  max={high}
                  value={now[name]}
                  onChange={(event) => {
                    const value = Math.round(Number(event.currentTarget.value));
                    if (value >= low && value <= high) void changeRules({ [name]: value });
                    else event.currentTarget.value = String(now[name]);
                  }}
                />
              </label>
            ))}
          </fieldset>
        </div>
      )}
    </>
  );
}

/** Genres that are switched on, with their subgenres; none is all. */
function GenreFilter({ now, able }: { now: Rules; able: boolean }) {
  const tags = allTags.value ?? [];
  const genres = tags.filter((tag) => tag.kind === 'genre');
  const turn = (id: number) => {
    const on = now.genres.some((one) => one.genre === id);
    void changeRules({ genres: on ? now.genres.filter((one) => one.genre !== id) : [...now.genres, { genre: id, subgenres: [] }] });
  };
  const turnSub = (genre: number, id: number) =>
    void changeRules({
      genres: now.genres.map((one) =>
        one.genre !== genre ? one : { ...one, subgenres: one.subgenres.includes(id) ? one.subgenres.filter((sub) => sub !== id) : [...one.subgenres, id] },
      ),
    });
  return (
    <fieldset disabled={!able}>
      <legend>{m.genreFilter}</legend>
      <p class="quiet small">{now.genres.length === 0 ? m.allGenres : m.onlyGenres}</p>
      <div class="switches">
        {genres.map((tag) => (
          <button key={tag.id} type="button" class="switch" aria-pressed={now.genres.some((one) => one.genre === tag.id)} onClick={() => turn(tag.id)}>
            <TagSign icon={tag.icon} colour={tag.colour} /> {tag.name}
          </button>
        ))}
      </div>
      {now.genres.map((on) => {
        const subs = tags.filter((tag) => tag.kind === 'subgenre' && tag.parent === on.genre);
        if (subs.length === 0) return null;
        const name = genres.find((tag) => tag.id === on.genre)?.name ?? '';
        return (
          <div key={on.genre} class="switches" role="group" aria-label={m.subgenresOf(name)}>
            <span class="quiet small">{m.subgenresOf(name)}</span>
            {subs.map((tag) => (
              <button key={tag.id} type="button" class="switch" aria-pressed={on.subgenres.includes(tag.id)} onClick={() => turnSub(on.genre, tag.id)}>
                {tag.name}
              </button>
            ))}
          </div>
        );
      })}
    </fieldset>
  );
}
