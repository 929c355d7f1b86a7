// SPDX-License-Identifier: Apache-2.0
// All tags, with their signs and colours, to be made, changed and removed.
import { useEffect, useState } from 'preact/hooks';
import { link } from '../../state/connection';
import type { TagInfo } from '../../state/music/remote_song';
import { allTags, removeTag, saveTag, watchTags } from '../../state/music/tags';
import { canCurate } from '../../state/session';
import { count, s } from '../../strings';
import { m } from '../../strings/music';
import { Modal } from '../dialogs';
import { EditIcon, RemoveIcon } from '../icons';
import { SkeletonRows } from '../panel';
import { TagSign } from './tagging';
import { Head } from './views';

/** The genre Other stays: what has no genre has that one. */
const other = 1;
const kinds = ['genre', 'subgenre', 'mood'] as const;
const fresh = (kind: TagInfo['kind'], parent: number): TagInfo => ({ id: 0, name: '', kind, parent, icon: '', colour: '', songs: 0 });

export function TagsView() {
  useEffect(watchTags, []);
  const [edited, setEdited] = useState<TagInfo | null>(null);
  const tags = allTags.value;
  const able = canCurate.value && link.value === 'online';
  return (
    <>
      <Head title={m.tags} sum={tags && count(tags.length)} />
      {!tags && <SkeletonRows n={6} />}
      {tags &&
        kinds.map((kind) => (
          <section key={kind} class="song-part" aria-labelledby={`kind-${kind}`}>
            <header class="part-head">
              <h3 class="part-title" id={`kind-${kind}`}>
                {m.kindsMany[kind]}
              </h3>
              {able && (kind !== 'subgenre' || tags.some((tag) => tag.kind === 'genre')) && (
                <button type="button" class="button button-plain" onClick={() => setEdited(fresh(kind, kind === 'subgenre' ? tags.find((tag) => tag.kind === 'genre')!.id : 0))}>
                  {m.newTag[kind]}
                </button>
              )}
            </header>
            <ul class="tag-rows">
              {tags
                .filter((tag) => tag.kind === kind)
                .map((tag) => (
                  <li key={tag.id}>
                    <TagSign icon={tag.icon} colour={tag.colour} />
                    <span class="tag-name">
                      {tag.name}
                      {tag.parent > 0 && <span class="quiet small"> {tags.find((one) => one.id === tag.parent)?.name}</span>}
                    </span>
                    <span class="quiet small">{m.songCount(count(tag.songs), tag.songs)}</span>
                    {able && (
                      <>
                        <button type="button" class="tool" aria-label={m.editTag(tag.name)} title={m.editTag(tag.name)} onClick={() => setEdited(tag)}>
                          <EditIcon />
                        </button>
                        {tag.id === other ? (
                          <span class="tool" />
                        ) : (
                          <button type="button" class="tool" aria-label={m.removeTag(tag.name)} title={m.removeTag(tag.name)} onClick={() => removeTag(tag)}>
                            <RemoveIcon />
                          </button>
                        )}
                      </>
                    )}
                  </li>
                ))}
            </ul>
          </section>
        ))}
      {edited && <Editor tag={edited} onClose={() => setEdited(null)} />}
    </>
  );
}

function Editor({ tag, onClose }: { tag: TagInfo; onClose: () => void }) {
  const genres = (allTags.value ?? []).filter((one) => one.kind === 'genre');
  const [coloured, setColoured] = useState(tag.colour !== '');
  const save = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const next = {
      ...tag,
      name: String(form.get('name')).trim(),
      icon: String(form.get('icon') ?? '').trim(),
      colour: coloured ? String(form.get('colour')) : '',
      parent: tag.kind === 'subgenre' ? Number(form.get('parent')) : tag.parent,
    };
    if (next.name && (await saveTag(next))) onClose();
  };
  return (
    <Modal title={tag.id > 0 ? m.editTag(tag.name) : m.newTag[tag.kind]} onClose={onClose}>
      <form class="form" onSubmit={(event) => void save(event)}>
        <label for="tag-name">{m.tagName}</label>
        <input class="field" id="tag-name" name="name" required maxLength={80} defaultValue={tag.name} autoComplete="off" />
        {tag.kind === 'subgenre' && (
          <>
            <label for="tag-parent">{m.kinds.genre}</label>
            <select class="field" id="tag-parent" name="parent" defaultValue={String(tag.parent)} disabled={tag.id > 0}>
              {genres.map((one) => (
                <option key={one.id} value={one.id} selected={one.id === tag.parent}>
                  {one.name}
                </option>
              ))}
            </select>
          </>
        )}
        <label for="tag-icon">{m.tagIcon}</label>
        <input class="field" id="tag-icon" name="icon" maxLength={8} defaultValue={tag.icon} autoComplete="off" />
        <label class="check">
          <input type="checkbox" checked={coloured} onChange={(event) => setColoured(event.currentTarget.checked)} />
          {m.tagColour}
        </label>
        {coloured && <input class="field" type="color" name="colour" aria-label={m.tagColour} defaultValue={tag.colour || '#9c3d10'} />}
        <div class="dialog-buttons">
          <button type="button" class="button button-plain" onClick={onClose}>
            {s.cancel}
          </button>
          <button type="submit" class="button button-strong">
            {s.save}
          </button>
        </div>
      </form>
    </Modal>
  );
}
