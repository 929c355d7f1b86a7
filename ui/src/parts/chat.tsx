// SPDX-License-Identifier: Apache-2.0
// The chat of the station: who is here, what is said, and the field to say something.
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import {
  canChange,
  complete,
  draft,
  edit,
  firstUnread,
  isMessage,
  isMine,
  type Line,
  lines,
  loading,
  longest,
  type Message,
  older,
  refused,
  remove,
  send,
  sending,
  spoken,
} from '../state/chat';
import { link } from '../state/connection';
import { rename, session } from '../state/session';
import { presence } from '../state/station';
import { count, day, s, timeOfDay } from '../strings';
import { Feed } from './feed';
import { EditIcon, RemoveIcon } from './icons';
import { Empty, Panel } from './panel';

const together_ms = 5 * 60_000; // messages of one author within this time have one head
const nameLength = 40;
const warnAt = 0.8;

export function ChatPanel() {
  const [editing, setEditing] = useState<string | null>(null);
  const [atEnd, setAtEnd] = useState(true);
  const [toEnd, setToEnd] = useState(0);
  const seen = useRef(0);
  useEffect(() => {
    if (matchMedia('(max-width: 67.99rem)').matches) document.querySelector('.tabs')?.scrollIntoView();
  }, []);
  const list = lines.value;
  const messages = list?.length ?? 0;
  if (atEnd) seen.current = messages;
  const field = () => document.getElementById('say')?.focus();
  const done = () => {
    setEditing(null);
    requestAnimationFrame(field);
  };
  if (refused.value) {
    return (
      <Panel name="chat" title={s.chat.title}>
        <Empty title={s.chat.refused} text={s.chat.refusedText} />
      </Panel>
    );
  }
  return (
    <Panel name="chat" title={s.chat.title}>
      <Here />
      <div class="chat-room">
        {list === null ? (
          <Waiting />
        ) : list.length === 0 ? (
          <Empty title={s.chat.empty} text={s.chat.emptyText} />
        ) : (
          <Messages list={list} editing={editing} setEditing={setEditing} done={done} onEnd={setAtEnd} toEnd={toEnd} />
        )}
        {!atEnd && (
          <button type="button" class="button to-end" onClick={() => setToEnd((n) => n + 1)}>
            {s.chat.toEnd(Math.max(0, messages - seen.current))}
          </button>
        )}
      </div>
      <p class="unseen" role="status">
        {spoken.value}
      </p>
      <Say
        onSend={() => setToEnd((n) => n + 1)}
        editLast={() => {
          const last = [...(list ?? [])].reverse().find((line): line is Message => isMessage(line) && isMine(line) && canChange(line));
          if (last) setEditing(last.key);
        }}
      />
    </Panel>
  );
}

/** On a phone the names above are out of sight while one reads. */
function Here() {
  const people = presence.value;
  if (!people) return null;
  const names = people.users.map((one) => one.name || one.user || '').filter(Boolean);
  const first = names.slice(0, 6);
  const more = people.total - first.length;
  return <p class="chat-here quiet small">{first.length > 0 ? s.chat.here(first.join(', '), more) : s.guests(people.total)}</p>;
}

function Waiting() {
  return (
    <div class="feed" aria-hidden="true">
      {[0, 1, 2, 3].map((i) => (
        <div key={i} class={`feed-row skeleton-${i}`}>
          <span class="bar bar-short skeleton" />
          <span class="bar skeleton" />
        </div>
      ))}
    </div>
  );
}

interface MessagesProps {
  list: Line[];
  editing: string | null;
  setEditing: (key: string | null) => void;
  done: () => void;
  onEnd: (atEnd: boolean) => void;
  toEnd: number;
}

function Messages({ list, editing, setEditing, done, onEnd, toEnd }: MessagesProps) {
  const label = (index: number): string => {
    const line = list[index]!;
    if (!isMessage(line)) return line.came ? s.chat.came(line.name) : s.chat.left(line.name);
    return `${s.chat.by(line.name, timeOfDay(line.at_ms))}: ${line.text}`;
  };
  return (
    <Feed
      label={s.chat.messages}
      count={list.length}
      keyOf={(index) => list[index]!.key}
      rowLabel={label}
      busy={loading.value}
      onBeginning={() => void older()}
      onEnd={onEnd}
      toEnd={toEnd}
      head={complete.value ? <p class="chat-start quiet small">{s.chat.beginning}</p> : loading.value ? <p class="chat-start quiet small">{s.chat.older}</p> : null}
      onRowKey={(event, index) => {
        const line = list[index]!;
        if (!isMessage(line) || !canChange(line)) return false;
        if (event.key === 'Delete' || event.key === 'Backspace') void remove(line);
        else if (event.key === 'Enter' || event.key === 'F2') setEditing(line.key);
        else return false;
        return true;
      }}
      row={(index) => {
        const line = list[index]!;
        const before = list[index - 1];
        return (
          <>
            {newDay(before, line) && <p class="chat-day quiet small">{day(line.at_ms)}</p>}
            {line.key === firstUnread.value && <p class="chat-new small">{s.chat.newHere}</p>}
            {isMessage(line) ? (
              line.key === editing ? (
                <Edit message={line} done={done} />
              ) : (
                <Said message={line} head={!continues(before, line)} edit={() => setEditing(line.key)} />
              )
            ) : (
              <p class="chat-coming quiet small">
                <bdi>{line.came ? s.chat.came(line.name) : s.chat.left(line.name)}</bdi> <time>{timeOfDay(line.at_ms)}</time>
              </p>
            )}
          </>
        );
      }}
    />
  );
}

const dayOf = (ms: number) => new Date(ms).toDateString();
const newDay = (before: Line | undefined, line: Line) =>
  before ? dayOf(before.at_ms) !== dayOf(line.at_ms) : dayOf(line.at_ms) !== dayOf(Date.now());

function continues(before: Line | undefined, line: Message): boolean {
  if (!before || !isMessage(before) || line.key === firstUnread.value || newDay(before, line)) return false;
  return before.user === line.user && before.name === line.name && line.at_ms - before.at_ms < together_ms;
}

function Said({ message, head, edit: change }: { message: Message; head: boolean; edit: () => void }) {
  const { name, text, at_ms, pending, edited, id } = message;
  const time = timeOfDay(at_ms);
  const online = link.value === 'online';
  return (
    <div class={`said ${head ? 'said-head' : ''} ${pending ? 'said-pending' : ''} ${isMine(message) ? 'said-mine' : ''}`} data-id={id}>
      {head && (
        <p class="said-by">
          <bdi class="said-name">{name}</bdi> <time class="quiet small">{time}</time>
        </p>
      )}
      <p class="said-text" dir="auto" title={head ? undefined : time}>
        {text}
        {edited && !pending && <span class="said-mark quiet small"> ({s.chat.changedMark})</span>}
        {pending && (
          <span class="said-mark quiet small">
            {' '}
            <span class="waiting" aria-hidden="true" /> {online ? s.chat.sending : s.chat.waits}
          </span>
        )}
      </p>
      {canChange(message) && online && (
        <div class="said-tools">
          <button type="button" class="tool" tabIndex={-1} aria-label={s.chat.editWhat(short(text))} title={s.chat.edit} onClick={change}>
            <EditIcon />
          </button>
          <button type="button" class="tool" tabIndex={-1} aria-label={s.chat.removeWhat(short(text))} title={s.chat.remove} onClick={() => void remove(message)}>
            <RemoveIcon />
          </button>
        </div>
      )}
    </div>
  );
}

const short = (text: string) => (text.length > 40 ? `${text.slice(0, 39)}…` : text);

/** Enter is the end of a word while an input method composes it. */
const isEnter = (event: KeyboardEvent) => event.key === 'Enter' && !event.shiftKey && !event.isComposing;

function Edit({ message, done }: { message: Message; done: () => void }) {
  const field = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState(message.text);
  // Before the next key: one that is typed in the same moment must not go to the field that had the focus.
  useLayoutEffect(() => {
    field.current?.focus();
    field.current?.setSelectionRange(text.length, text.length);
  }, []);
  const save = () => {
    if ([...text].length > longest) return;
    done();
    void edit(message, text);
  };
  return (
    <form
      class="edit"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <textarea
        class="field"
        ref={field}
        dir="auto"
        aria-label={s.chat.editWhat(short(message.text))}
        aria-describedby="edit-hint"
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') {
            event.preventDefault();
            done();
          } else if (isEnter(event)) {
            event.preventDefault();
            save();
          }
        }}
      />
      <p class="quiet small" id="edit-hint">
        {s.chat.editing} <Room text={text} />
      </p>
      <div class="edit-buttons">
        <button type="button" class="button button-plain" onClick={done}>
          {s.cancel}
        </button>
        <button type="submit" class="button">
          {s.save}
        </button>
      </div>
    </form>
  );
}

/** Said before it hurts: how many characters are left, or too many. */
function Room({ text }: { text: string }) {
  const left = longest - [...text].length;
  if (left > longest * (1 - warnAt)) return null;
  return (
    <span class={left < 0 ? 'trouble' : ''} role="status">
      {left < 0 ? s.chat.over(count(-left)) : s.chat.left_(count(left))}
    </span>
  );
}

function Say({ onSend, editLast }: { onSend: () => void; editLast: () => void }) {
  const me = session.value;
  const named = useRef(false);
  if (!me) return <div class="say" />;
  if (!me.name && !me.user) return <Name onNamed={() => (named.current = true)} />;
  return <Field onSend={onSend} editLast={editLast} focus={named.current} />;
}

function Field({ onSend, editLast, focus }: { onSend: () => void; editLast: () => void; focus: boolean }) {
  const field = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    if (focus) field.current?.focus();
  }, []);
  const text = draft.value;
  const tooLong = [...text].length > longest;
  const go = () => {
    if (tooLong || text.trim() === '') return;
    send(text);
    onSend();
    field.current?.focus();
  };
  return (
    <form
      class="say"
      data-sending={sending.value.length}
      onSubmit={(event) => {
        event.preventDefault();
        go();
      }}
    >
      <textarea
        id="say"
        class="field"
        ref={field}
        rows={1}
        dir="auto"
        placeholder={s.chat.hint}
        aria-label={s.chat.field}
        aria-describedby="say-room"
        aria-invalid={tooLong}
        value={text}
        onInput={(event) => (draft.value = event.currentTarget.value)}
        onKeyDown={(event) => {
          if (isEnter(event)) {
            event.preventDefault();
            go();
          } else if (event.key === 'ArrowUp' && text === '') {
            event.preventDefault();
            editLast();
          }
        }}
      />
      <button type="submit" class="button" disabled={tooLong || text.trim() === ''}>
        {s.chat.send}
      </button>
      <p class="say-room small quiet" id="say-room">
        <Room text={text} />
      </p>
    </form>
  );
}

function Name({ onNamed }: { onNamed: () => void }) {
  return (
    <form
      class="say"
      onSubmit={(event) => {
        event.preventDefault();
        const name = String(new FormData(event.currentTarget).get('name')).trim();
        if (!name) return;
        onNamed();
        void rename(name);
      }}
    >
      <label class="say-label small" for="chat-name">
        {s.chat.nameTitle}
      </label>
      <input class="field" id="chat-name" name="name" required maxLength={nameLength} placeholder={s.yourName} autoComplete="nickname" />
      <button type="submit" class="button" disabled={link.value !== 'online'}>
        {s.chat.nameGo}
      </button>
    </form>
  );
}
