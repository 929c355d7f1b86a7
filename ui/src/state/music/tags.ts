// SPDX-License-Identifier: Apache-2.0
// The tags there are.
import { signal } from '@preact/signals';
import { m } from '../../strings/music';
import { onOnline } from '../connection';
import { failed, notify } from '../notices';
import { remoteSong, type TagInfo } from './remote_song';

export const allTags = signal<TagInfo[] | null>(null);
/** Removed, but it can still be undone: the server is told when the time is over. */
const leaving = signal<ReadonlySet<number>>(new Set());

let watching = false;
export async function refreshTags(): Promise<void> {
  try {
    const tags = await remoteSong.tags();
    allTags.value = tags.filter((tag) => !leaving.value.has(tag.id) && !leaving.value.has(tag.parent));
  } catch {
    // The next connection or change asks again.
  }
}

export function watchTags(): void {
  if (watching) return void refreshTags();
  watching = true;
  remoteSong.onTagsChanged(() => void refreshTags());
  onOnline(() => void refreshTags());
  addEventListener('pagehide', () => leaving.value.forEach((id) => void remoteSong.removeTag(id)));
  void refreshTags();
}

export async function saveTag(tag: TagInfo): Promise<boolean> {
  const before = allTags.value;
  if (tag.id > 0) allTags.value = (before ?? []).map((one) => (one.id === tag.id ? tag : one));
  try {
    if (tag.id > 0) await remoteSong.changeTag(tag);
    else await remoteSong.createTag(tag);
    await refreshTags();
    return true;
  } catch (error) {
    allTags.value = before;
    failed(m.failed.tag, error);
    return false;
  }
}

export function removeTag(tag: TagInfo): void {
  leaving.value = new Set([...leaving.value, tag.id]);
  void refreshTags();
  const stays = () => {
    leaving.value = new Set([...leaving.value].filter((id) => id !== tag.id));
  };
  notify(
    m.tagRemoved(tag.name),
    () => {
      stays();
      void refreshTags();
    },
    false,
    () => {
      if (!leaving.value.has(tag.id)) return;
      remoteSong
        .removeTag(tag.id)
        .catch((error: unknown) => failed(m.failed.tag, error))
        .finally(() => {
          stays();
          void refreshTags();
        });
    },
  );
}
