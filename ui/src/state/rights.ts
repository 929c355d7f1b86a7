// SPDX-License-Identifier: Apache-2.0
// Who may do what on the station of this page, and making, renaming and removing stations.
import { RpcError } from '@longwave/client';
import { signal } from '@preact/signals';
import { ErrorCode, type Result } from '../api';
import { r } from '../strings/rights';
import { call, onOnline, slug } from './connection';
import { because as why, notify } from './notices';

export type StationRole = 'viewer' | 'dj' | 'programmer' | 'owner';
export const roles: StationRole[] = ['owner', 'programmer', 'dj', 'viewer'];

export type Person = Result<'station.people'>['people'][number];
export const people = signal<Person[] | null>(null);
export const problem = signal<unknown>(null);

/** What the server says about what was asked is exact: which limit, who is missing, what is taken. */
function because(error: unknown): string {
  const exact: number[] = [ErrorCode.full, ErrorCode.not_found, ErrorCode.conflict, ErrorCode.invalid_params];
  return error instanceof RpcError && exact.includes(error.code) ? error.message : why(error);
}
const failed = (sentence: (why: string) => string, error: unknown) => notify(sentence(because(error)), null, true);

let watchers = 0;
onOnline(() => watchers > 0 && void look());

export async function look(): Promise<void> {
  try {
    people.value = (await call('station.people', { station: slug })).people;
    problem.value = null;
  } catch (error) {
    people.value = null;
    problem.value = error;
  }
}

/** While somebody looks; the answer ends it. */
export function watchPeople(): () => void {
  watchers++;
  void look();
  return () => void watchers--;
}

/** False: it was refused, and has been told. */
export async function give(user: string, role: StationRole | 'none'): Promise<boolean> {
  try {
    await call('station.grant', { station: slug, user, role });
    notify(role === 'none' ? r.done.taken(user) : r.done.given(user, r.roles[role]));
    return true;
  } catch (error) {
    failed(r.failed.give, error);
    return false;
  } finally {
    await look();
  }
}

export async function renameStation(name: string): Promise<void> {
  try {
    await call('station.rename', { station: slug, name });
    notify(r.done.renamed(name));
  } catch (error) {
    failed(r.failed.rename, error);
  }
}

export async function removeStation(): Promise<void> {
  try {
    await call('station.remove', { station: slug });
    location.assign('/stations');
  } catch (error) {
    failed(r.failed.remove, error);
  }
}

/** Null: it is there; otherwise the sentence that says why not. */
export async function createStation(station: string, name: string, kind: 'radio' | 'player'): Promise<string | null> {
  try {
    await call('station.create', { station, name, kind });
    return null;
  } catch (error) {
    return r.failed.create(because(error));
  }
}

/** What an address could be for a name: "Späte Nacht" gives "spaete-nacht". */
export function slugOf(name: string): string {
  const plain: Record<string, string> = { ä: 'ae', ö: 'oe', ü: 'ue', ß: 'ss' };
  return name
    .toLowerCase()
    .replace(/[äöüß]/g, (one) => plain[one]!)
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 32)
    .replace(/^-+|-+$/g, '');
}
