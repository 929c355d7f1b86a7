// SPDX-License-Identifier: Apache-2.0
// Who we are: a listener with a name, or a host who has signed in.
import { RpcError } from '@longwave/client';
import { computed, signal } from '@preact/signals';
import { ErrorCode, type Session } from '../api';
import { s } from '../strings';
import { call, onOnline, post, reconnect, slug } from './connection';
import { because, failed, notify } from './notices';

export const session = signal<Session | null>(null);
/** What we are on the station of this page; null: a listener. */
export const stationRole = computed(() => (session.value?.station_role ?? null) as 'viewer' | 'dj' | 'programmer' | 'owner' | null);
/** Queue and playback of this station. */
export const canSteer = computed(() => stationRole.value !== null && stationRole.value !== 'viewer');
/** Its programme. */
export const canPlan = computed(() => stationRole.value === 'programmer' || stationRole.value === 'owner');
export const owns = computed(() => stationRole.value === 'owner');
/** The music of the whole server: tags, lists, uploads. */
export const canCurate = computed(() => session.value?.role === 'dj' || session.value?.role === 'admin');
export const makesStations = computed(() => session.value?.makes_stations === true);
export const isAdmin = computed(() => session.value?.role === 'admin');

const nameKey = 'longwave.name';

onOnline(() => void refresh());

async function refresh(): Promise<void> {
  try {
    let info = await call('session.info', { station: slug });
    const chosen = localStorage.getItem(nameKey);
    if (chosen && chosen !== info.name) {
      await call('session.name', { name: chosen });
      info = { ...info, name: chosen };
    }
    session.value = info;
  } catch {
    // The next connection asks again; until then what we knew stands.
  }
}

export async function rename(name: string): Promise<void> {
  const before = session.value;
  if (!before || name === before.name) return;
  session.value = { ...before, name };
  try {
    await call('session.name', { name });
    if (name) localStorage.setItem(nameKey, name);
    else localStorage.removeItem(nameKey);
  } catch (error) {
    session.value = before;
    failed(s.failed.name, error);
  }
}

/** Null when signed in, otherwise the sentence that says why not. */
export async function signIn(user: string, password: string): Promise<string | null> {
  try {
    await post('auth.login', { user, password });
  } catch (error) {
    if (error instanceof RpcError && error.code === ErrorCode.refused) return s.wrongPassword;
    return s.failed.signIn(because(error));
  }
  reconnect();
  notify(s.signedIn(user));
  return null;
}

export async function signOut(): Promise<void> {
  try {
    await post('auth.logout', {});
    reconnect();
    notify(s.signedOut);
  } catch (error) {
    notify(because(error), null, true);
  }
}
