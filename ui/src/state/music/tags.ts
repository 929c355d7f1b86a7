// SPDX-License-Identifier: Apache-2.0
// The tags there are.
import { signal } from '@preact/signals';
import { m } from '../../strings/music';
import { onOnline } from '../connection';
import { failed, offer } from '../notices';
import { optimistic } from '../optimistic';
import { remoteSong, type TagInfo } from './remote_song';

export const allTags = signal<TagInfo[] | null>(null);
let watching = false;
export async function refreshTags(): Promise<void> {
  try {
    allTags.value = await remoteSong.tags();
  } catch {
    // The next connection or change asks again.
  }
}

export function watchTags(): void {
  if (watching) return void refreshTags();
  watching = true;
  remoteSong.onTagsChanged(() => void refreshTags());
  onOnline(() => void refreshTags());
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
  const left = (allTags.value ?? []).filter((one) => one.id !== tag.id && one.parent !== tag.id);
  const doing = optimistic(allTags, left, () => remoteSong.removeTag(tag.id), m.failed.tag);
  offer(m.tagRemoved(tag.name), doing, () => {
    remoteSong.restoreTag(tag.id).then(refreshTags, (error: unknown) => failed(m.failed.tag, error));
  });
}
