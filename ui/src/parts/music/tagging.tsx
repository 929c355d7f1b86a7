// SPDX-License-Identifier: Apache-2.0
// The tags of a song: genres, subgenres and moods; what is only guessed can be confirmed.
import { useEffect } from 'preact/hooks';
import { link } from '../../state/connection';
import { dropTag, type KnownSong, putTag, type TagOn } from '../../state/music/song';
import { allTags, watchTags } from '../../state/music/tags';
import { canCurate } from '../../state/session';
import { m } from '../../strings/music';
import { RemoveIcon } from '../icons';
import { openMenu } from '../menu';

export function TagSign({ icon, colour }: { icon: string; colour: string }) {
  return (
    <span class="tag-sign" aria-hidden="true" style={colour ? { color: colour } : undefined}>
      {icon || '●'}
    </span>
  );
}

export function SongTags({ song }: { song: KnownSong }) {
  useEffect(watchTags, []);
  const able = canCurate.value && link.value === 'online';
  const free = (allTags.value ?? []).filter((tag) => !song.tags.some((one) => one.id === tag.id));
  return (
    <section class="song-part" aria-labelledby="tags-title">
      <header class="part-head">
        <h3 class="part-title" id="tags-title">
          {m.tags}
        </h3>
        {able && free.length > 0 && (
          <button
            type="button"
            class="button button-plain"
            aria-haspopup="menu"
            onClick={(event) =>
              openMenu(m.addTag, free.map((tag, i) => ({ label: `${tag.icon ? `${tag.icon} ` : ''}${tag.name}`, part: i > 0 && free[i - 1]!.kind !== tag.kind, run: () => void putTag({ ...tag, guessed: false }) })), event)
            }
          >
            {m.addTag}
          </button>
        )}
      </header>
      {song.tags.length === 0 && <p class="quiet">{m.noTags}</p>}
      <ul class="tags">
        {song.tags.map((tag) => (
          <OneTag key={tag.id} tag={tag} able={able} />
        ))}
      </ul>
    </section>
  );
}

function OneTag({ tag, able }: { tag: TagOn; able: boolean }) {
  return (
    <li class={tag.guessed ? 'tag tag-guessed' : 'tag'}>
      <TagSign icon={tag.icon} colour={tag.colour} />
      <span>
        {tag.name} <span class="quiet small">{m.kinds[tag.kind]}{tag.guessed ? `, ${m.guessed}` : ''}</span>
      </span>
      {able && tag.guessed && (
        <button type="button" class="button button-plain" aria-label={m.confirmTag(tag.name)} onClick={() => void putTag(tag)}>
          {m.confirm}
        </button>
      )}
      {able && (
        <button type="button" class="tool" aria-label={m.takeTag(tag.name)} title={m.takeTag(tag.name)} onClick={() => void dropTag(tag)}>
          <RemoveIcon />
        </button>
      )}
    </li>
  );
}
