// SPDX-License-Identifier: Apache-2.0
// A row of names, ours first and editable in place.
import { useRef, useState } from 'preact/hooks';
import type { Person } from '../api';
import { rename, session } from '../state/session';
import { listeners } from '../state/station';
import { count, s } from '../strings';
import { EditIcon } from './icons';

const most = 24;
const longest = 40;

function others(people: Person[], own: string | null): Person[] {
  const rest = [...people];
  const mine = rest.findIndex((person) => person.name === own);
  if (mine >= 0) rest.splice(mine, 1);
  return rest;
}

export function People() {
  const known = listeners.value;
  const own = session.value?.name ?? null;
  const people = known?.people ?? [];
  const rest = others(people, own);
  const me = people.find((person) => person.name === own);
  const more = rest.length - most;
  const ears = people.filter((person) => person.listening).length;
  return (
    <section class="people" aria-labelledby="people-title">
      <h3 class="small-title" id="people-title">
        {s.people}
        {known && <span class="tally">{s.listeningCount(count(Math.max(people.length, known.total)), count(ears))}</span>}
      </h3>
      <ul class="names">
        {own !== null && <Me name={own} listening={me?.listening ?? false} />}
        {rest.slice(0, most).map((person, i) => (
          <li key={`${person.name} ${i}`} class="name">
            <Ear on={person.listening} />
            {person.name}
          </li>
        ))}
        {more > 0 && <li class="name name-more">+{count(more)}</li>}
      </ul>
      {known && own !== null && rest.length === 0 && <p class="quiet small">{s.alone}</p>}
    </section>
  );
}

function Ear({ on }: { on: boolean }) {
  return (
    <span class={on ? 'ear ear-on' : 'ear'} title={on ? s.isListening : undefined}>
      {on && <span class="unseen">{s.isListening}</span>}
    </span>
  );
}

function Me({ name, listening }: { name: string; listening: boolean }) {
  const [editing, setEditing] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const done = (value: string | null) => {
    setEditing(false);
    if (value) void rename(value.trim());
    requestAnimationFrame(() => button.current?.focus());
  };
  if (editing) {
    return (
      <li class="name-edit">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            done(new FormData(event.currentTarget).get('name') as string);
          }}
        >
          <input
            class="field"
            name="name"
            aria-label={s.yourName}
            title={s.nameHint}
            value={name}
            maxLength={longest}
            autoComplete="nickname"
            ref={(field) => field?.select()}
            onKeyDown={(event) => event.key === 'Escape' && done(null)}
          />
          <button type="submit" class="button">
            {s.save}
          </button>
        </form>
      </li>
    );
  }
  return (
    <li>
      <button ref={button} type="button" class="name name-me" aria-label={`${s.rename}: ${name}`} onClick={() => setEditing(true)}>
        <Ear on={listening} />
        {name} <span class="quiet">({s.you})</span>
        <EditIcon />
      </button>
    </li>
  );
}
