// SPDX-License-Identifier: Apache-2.0
// Saved queries.
import { signal } from '@preact/signals';
import { m } from '../../strings/music';
import { onOnline } from '../connection';
import { failed, notify } from '../notices';
import { go, place, to } from '../place';
import { type CollectionInfo, remote } from './remote';

export const collections = signal<CollectionInfo[] | null>(null);

async function refresh(): Promise<void> {
  try {
    collections.value = await remote.collections();
  } catch {
    // The next connection or change asks again.
  }
}

let watching = false;
export function watchCollections(): void {
  if (!watching) {
    watching = true;
    remote.onListsChanged(() => void refresh());
    onOnline(() => void refresh());
  }
  void refresh();
}

/** The error when it was refused: a query may be wrong at a place. */
export async function saveCollection(name: string, query: string, old: string | null): Promise<unknown> {
  const before = collections.value?.find((one) => one.name === old);
  try {
    if (old === null) await remote.createCollection(name, query);
    else {
      if (before?.query !== query) await remote.changeCollection(old, query);
      if (name !== old) await remote.renameCollection(old, name);
    }
  } catch (error) {
    return error;
  }
  await refresh();
  go(to('collection', name));
  if (before && before.query !== query) notify(m.collectionSaved(name), () => void remote.changeCollection(name, before.query).then(refresh, (error) => failed(m.failed.collection, error)));
  return null;
}

export async function eraseCollection(one: CollectionInfo): Promise<void> {
  const before = collections.value;
  collections.value = (before ?? []).filter((other) => other.name !== one.name);
  try {
    await remote.eraseCollection(one.name);
    if (place.value.view === 'collection' && place.value.id === one.name) go(to('songs'));
    notify(m.erased(one.name), () => void remote.createCollection(one.name, one.query).then(refresh, (error) => failed(m.failed.collection, error)));
  } catch (error) {
    collections.value = before;
    failed(m.failed.collection, error);
  }
}
