// SPDX-License-Identifier: Apache-2.0
// What is said on the station's channel, with our own messages and changes on top until the server has acknowledged
// them. A message is sent under a key, so that it can be sent again after a break without being said twice.
import { Disconnected } from '@longwave/client';
import { computed, effect, signal } from '@preact/signals';
import type { ChatMessage, Result } from '../api';
import { s } from '../strings';
import { call, link, onOnline, slug, subscribe } from './connection';
import { because, failed, notify } from './notices';
import { canCurate, session } from './session';
import { shown } from './view';

export interface Message {
  key: string; // of the row: stays the same when the server's message takes the place of ours
  id: string | null; // null: not acknowledged
  offset: number;
  user: string | null;
  name: string;
  at_ms: number;
  edited: boolean;
  text: string;
  pending: boolean;
}
/** Somebody came or went; only told to who was here then. */
export interface Coming {
  key: string;
  offset: number;
  name: string;
  at_ms: number;
  came: boolean;
}
export type Line = Message | Coming;
export const isMessage = (line: Line): line is Message => 'text' in line;

export const channel = `chat:${slug}`;
export const longest = 2_000; // characters
const page = 50;
const mostAtOnce = 500;
const keptComings = 200;
const resend_ms = 4 * 60_000; // the server remembers keys for five minutes

type Data = { text?: unknown; key?: unknown; removed?: unknown };
/** A change of ours that isn't told yet: another text, or none at all. */
type Change = { text: string | null };
interface Sending extends Message {
  since: number; // performance.now()
}

const told = signal<Message[] | null>(null);
const comings = signal<Coming[]>([]);
export const sending = signal<Sending[]>([]);
const changes = signal<ReadonlyMap<string, Change>>(new Map());
const gone = new Set<string>();

export const refused = signal(false);
/** All that the server remembers is here. */
export const complete = signal(false);
export const loading = signal(false);

const ownKey = `longwave.said.${slug}`;
const provable = new Set<string>();
const own = new Set<string>(JSON.parse(sessionStorage.getItem(ownKey) ?? '[]') as string[]);

export const isMine = (message: Message): boolean => {
  const me = session.value;
  if (message.id === null) return true;
  return message.user !== null ? message.user === me?.user : own.has(message.id);
};
/** Without a login only the connection that sent a message proves whose it is. */
export const canChange = (message: Message): boolean =>
  message.id !== null && !message.pending && (canCurate.value || (message.user !== null ? isMine(message) : provable.has(message.id)));

/** What is shown, oldest first; null until the first answer. */
export const lines = computed<Line[] | null>(() => {
  if (told.value === null) return null;
  const list: Line[] = [];
  for (const message of told.value) {
    const change = message.id === null ? undefined : changes.value.get(message.id);
    if (!change) list.push(message);
    else if (change.text !== null) list.push({ ...message, text: change.text, pending: true });
  }
  const coming = comings.value;
  for (let at = list.length, i = coming.length - 1; i >= 0; i--) {
    while (at > 0 && list[at - 1]!.offset > coming[i]!.offset) at--;
    list.splice(at, 0, coming[i]!);
  }
  return [...list, ...sending.value];
});

// ---- what the server tells

interface Told {
  method: string;
  data: unknown;
  offset: number;
}

function read(data: ChatMessage, offset: number): Message | null {
  const { text, key, removed } = (data.data ?? {}) as Data;
  if (typeof text !== 'string' || removed === true) return null;
  const mine = typeof key === 'string' ? key : data.id;
  return {
    key: mine,
    id: data.id,
    offset,
    user: data.user,
    name: data.name || data.user || s.guest,
    at_ms: data.at_ms,
    edited: data.edited_ms !== null,
    text,
    pending: false,
  };
}

/** Takes up publications in any order, each once: older pages come after newer ones. */
function take(list: Told[]): Message[] {
  const known = new Map((told.value ?? []).map((message) => [message.id!, message]));
  const added: Message[] = [];
  for (const { method, data, offset } of list) {
    if (method === 'channel.deleted') {
      const { id } = data as { id: string };
      gone.add(id);
      known.delete(id);
      forgetChange(id);
      continue;
    }
    if (method !== 'channel.message' && method !== 'channel.edited') continue;
    const said = data as ChatMessage;
    const before = known.get(said.id);
    const message = read(said, before?.offset ?? offset);
    if (method === 'channel.edited') {
      // An edit of what isn't here is in the older page already when that comes.
      if (message === null) known.delete(said.id);
      else if (before || restored.has(said.id)) known.set(said.id, { ...message, offset: before?.offset ?? restored.get(said.id)! });
      if (before && message === null) restored.set(said.id, before.offset);
      forgetChange(said.id);
    } else if (message === null) {
      restored.set(said.id, offset);
    } else if (!before && !gone.has(said.id)) {
      known.set(said.id, message);
      added.push(message);
    }
  }
  const arrived = new Set(added.map((message) => message.key));
  sending.value = sending.value.filter((one) => !arrived.has(one.key) || void remember(one, added));
  told.value = [...known.values()].sort((a, b) => a.offset - b.offset);
  return added;
}

/** Where a message stood whose removal may still be undone. */
const restored = new Map<string, number>();

function remember(one: Sending, added: Message[]): void {
  const id = added.find((message) => message.key === one.key)?.id;
  if (id) keepOwn(id);
}

function keepOwn(id: string): void {
  provable.add(id);
  own.add(id);
  sessionStorage.setItem(ownKey, JSON.stringify([...own].slice(-500)));
}

function forgetChange(id: string): void {
  if (!changes.value.has(id)) return;
  const next = new Map(changes.value);
  next.delete(id);
  changes.value = next;
}

/** What comes before the first page of the history is there: that page may be older or newer. */
let early: Told[] = [];

function hear(method: string, data: unknown, offset: number): void {
  if (!method.startsWith('channel.')) return;
  if (told.value === null) return void early.push({ method, data, offset });
  if (method === 'channel.joined' || method === 'channel.left') return comesOrGoes(method === 'channel.joined', data, offset);
  const first = take([{ method, data, offset }])[0];
  if (!first || isMine(first)) return;
  heardOf(first);
}

function comesOrGoes(came: boolean, data: unknown, offset: number): void {
  const { user, name } = data as { user?: string | null; name?: string };
  const shownName = name || user;
  const me = session.value;
  if (!shownName || (shownName === (me?.name || me?.user) && (user ?? null) === (me?.user ?? null))) return;
  // Who only came back takes the line of their leaving along.
  const last = comings.value.at(-1);
  if (came && last && !last.came && last.name === shownName) {
    comings.value = comings.value.slice(0, -1);
    return;
  }
  comings.value = [...comings.value.slice(1 - keptComings), { key: `c${offset}`, offset, name: shownName, at_ms: Date.now(), came }];
}

/** The newest messages; the server has no way to ask for those before one, but doesn't keep many. */
const history = (limit: number): Promise<Result<'channel.history'>> => call('channel.history', { channel, limit, newest_first: true });

async function fetchNewest(limit: number): Promise<Message[]> {
  loading.value = true;
  try {
    const { messages } = await history(limit);
    const added = take([...messages, ...early]);
    early = [];
    complete.value = messages.length < limit || limit === mostAtOnce;
    return added;
  } finally {
    loading.value = false;
  }
}

async function newest(): Promise<void> {
  const isFirst = told.value === null;
  try {
    const added = await fetchNewest(page);
    if (isFirst) countUnread();
    else for (const message of added) if (!isMine(message)) heardOf(message);
  } catch {
    // The next connection asks again.
  }
}

/** The page before what is here; the list asks when its beginning is near. */
export async function older(): Promise<void> {
  const here = told.value?.length ?? 0;
  if (loading.value || complete.value || here === 0 || link.value !== 'online') return;
  try {
    await fetchNewest(Math.min(mostAtOnce, here + page));
  } catch {
    // Scrolling again asks again.
  }
}

export function startChat(): void {
  const subscription = subscribe(channel);
  subscription.on('publication', ({ method, data, offset }) => hear(method, data, offset));
  subscription.on('reset', () => {
    // What is here may have been changed or taken away meanwhile: it is told anew.
    told.value = null;
    early = [];
    comings.value = [];
    gone.clear();
  });
  subscription.on('live', () => {
    refused.value = false;
    if (told.value === null) void newest();
    for (const one of sending.value) void deliver(one);
  });
  subscription.on('error', () => (refused.value = true));
  onOnline(() => provable.clear());
  document.addEventListener('visibilitychange', looked);
}

// ---- what nobody has seen yet

const inSight = signal(!document.hidden);
const looked = () => void (inSight.value = !document.hidden);
export const visible = computed(() => inSight.value && shown('chat'));
export const unread = signal(0);
/** The first message that came while nobody looked: a line stands before it. */
export const firstUnread = signal<string | null>(null);
/** For who can't see the list. */
export const spoken = signal('');

const seenKey = `longwave.seen.${slug}`;

effect(() => {
  if (visible.value) {
    unread.value = 0;
    const last = told.value?.at(-1);
    if (last) localStorage.setItem(seenKey, String(last.at_ms));
  } else if (unread.peek() === 0) {
    firstUnread.value = null;
  }
});

function heardOf(message: Message): void {
  if (visible.value) {
    spoken.value = `${message.name}: ${message.text}`;
    return;
  }
  firstUnread.value ??= message.key;
  unread.value++;
}

/** After a reload: what came since this browser looked last. */
function countUnread(): void {
  const seen = Number(localStorage.getItem(seenKey));
  if (!seen || visible.value) return;
  const fresh = (told.value ?? []).filter((message) => message.at_ms > seen && !isMine(message));
  firstUnread.value = fresh[0]?.key ?? null;
  unread.value = fresh.length;
}

// ---- what we say

/** The text in the field; a message that could not be sent comes back to it. */
export const draft = signal('');

export function send(text: string): void {
  const said = text.trim();
  const me = session.value;
  if (said === '' || [...said].length > longest) return;
  const one: Sending = {
    key: crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`,
    id: null,
    offset: Infinity,
    user: me?.user ?? null,
    name: me?.name || me?.user || s.guest,
    at_ms: Date.now(),
    edited: false,
    text: said,
    pending: true,
    since: performance.now(),
  };
  draft.value = '';
  sending.value = [...sending.value, one];
  void deliver(one);
}

async function deliver(one: Sending): Promise<void> {
  try {
    if (performance.now() - one.since > resend_ms) throw new Error(s.chat.tooLate);
    const answer = await call('channel.publish', { channel, data: { text: one.text, key: one.key }, key: one.key });
    keepOwn(answer.id);
    // It is marked until it is told; if it was told already, it is gone from here.
    if (told.value?.some((message) => message.id === answer.id)) drop(one);
  } catch (error) {
    if (error instanceof Disconnected) return; // waits for the connection, marked
    drop(one);
    draft.value = draft.value === '' ? one.text : `${one.text}\n${draft.value}`;
    failed(s.failed.say, error);
  }
}

function drop(one: Sending): void {
  sending.value = sending.value.filter((other) => other.key !== one.key);
}

async function change(message: Message, to: Change, data: Data, sentence: (why: string) => string): Promise<boolean> {
  const id = message.id!;
  changes.value = new Map(changes.value).set(id, to);
  try {
    await call('channel.edit', { channel, id, data });
    return true;
  } catch (error) {
    forgetChange(id);
    failed(sentence, error);
    return false;
  }
}

export async function edit(message: Message, text: string, undoable = true): Promise<void> {
  const said = text.trim();
  if (said === '' || said === message.text) return;
  const data = { text: said, key: message.key };
  if (!(await change(message, { text: said }, data, s.failed.edit)) || !undoable) return;
  notify(s.chat.edited, () => void edit({ ...message, text: said }, message.text, false));
}

/**
 * A removed message is emptied at once for everybody; it is deleted for good when the time for undoing is over. So it
 * comes back in its place, and what was said by mistake is nowhere meanwhile.
 */
export async function remove(message: Message): Promise<void> {
  const id = message.id!;
  let over = false;
  const back = () => {
    over = true;
    void change(message, { text: message.text }, { text: message.text, key: message.key }, s.failed.restore);
  };
  if (!(await change(message, { text: null }, { removed: true }, s.failed.unsay))) return;
  notify(s.chat.removed, back, false, () => {
    if (over) return;
    restored.delete(id);
    call('channel.delete', { channel, id }).catch((error: unknown) => console.warn(because(error)));
  });
}
