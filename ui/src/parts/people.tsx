// SPDX-License-Identifier: Apache-2.0
// A row of names, ours first and editable in place.
import { useRef, useState } from 'preact/hooks';
import type { Person, Session } from '../api';
import { rename, session } from '../state/session';
import { listeners, presence } from '../state/station';
import { count, s } from '../strings';
import { EditIcon } from './icons';

const most = 24;
const longest = 40;

const nameOf = (person: { name: string | null; user: string | null }) => person.name || person.user || '';

/** Everybody but us who has a name; the others are only counted, by the server too. */
function others(people: Person[], me: Session | null): Person[] {
  const rest = people.filter((one) => nameOf(one) !== '');
  const mine = me ? rest.findIndex((one) => nameOf(one) === nameOf(me) && (one.user || '') === (me.user ?? '')) : -1;
  if (mine >= 0) rest.splice(mine, 1);
  return rest;
}

export function People() {
  const here = presence.value;
  const ears = listeners.value?.total ?? 0;
  const me = session.value;
  const named = others(here?.users ?? [], me);
  const unnamed = Math.max(0, (here?.total ?? 0) - named.length - 1); // and us
  const more = named.length - most;
  return (
    <section class="people" aria-labelledby="people-title">
      <h3 class="small-title" id="people-title">
        {s.people}
        {here && <span class="tally"> {[count(here.total), ...(ears > 0 ? [s.earCount(count(ears))] : [])].join(' · ')}</span>}
      </h3>
      <ul class="names">
        {me && <Me name={nameOf(me)} />}
        {named.slice(0, most).map((person, i, all) => (
          <li key={`${nameOf(person)} ${all.slice(0, i).filter((one) => nameOf(one) === nameOf(person)).length}`} class="name name-comes">
            {nameOf(person)}
          </li>
        ))}
        {more > 0 && <li class="name quiet">+{count(more)}</li>}
        {unnamed > 0 && <li class="name quiet">{s.guests(unnamed)}</li>}
      </ul>
    </section>
  );
}

function Me({ name }: { name: string }) {
  const [editing, setEditing] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const done = (value: string | null) => {
    setEditing(false);
    if (value !== null) void rename(value.trim());
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
            placeholder={s.yourName}
            defaultValue={name}
            maxLength={longest}
            autoComplete="nickname"
            ref={selectOnce}
            onKeyDown={(event) => event.key === 'Escape' && done(null)}
          />
          <button type="submit" class="button">
            {s.save}
          </button>
        </form>
      </li>
    );
  }
  const shown = name || s.guest;
  return (
    <li>
      <button ref={button} type="button" class="name name-me" aria-label={`${s.rename}: ${shown}`} onClick={() => setEditing(true)}>
        {shown} <span class="quiet">({s.you})</span>
        <EditIcon />
      </button>
    </li>
  );
}

const selectOnce = (field: HTMLInputElement | null) => field?.select();
