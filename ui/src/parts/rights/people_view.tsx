// SPDX-License-Identifier: Apache-2.0
// The station's people and the station itself: its name, and its end.
import { useEffect, useState } from 'preact/hooks';
import { link, slug } from '../../state/connection';
import { because } from '../../state/notices';
import { give, people, type Person, problem, removeStation, renameStation, roles, type StationRole, watchPeople } from '../../state/rights';
import { owns, stationRole } from '../../state/session';
import { now } from '../../state/station';
import { r } from '../../strings/rights';
import { Modal } from '../dialogs';
import { RemoveIcon } from '../icons';
import { SkeletonRows } from '../panel';

export function PeopleView(_: { id: string }) {
  useEffect(watchPeople, []);
  const role = stationRole.value;
  if (!role) return <p class="quiet rights-none">{r.noRole}</p>;
  return (
    <div class="rights">
      <section aria-labelledby="rights-people">
        <h2 class="panel-title" id="rights-people">
          {r.people}
        </h2>
        <p class="quiet">{r.yourRole(r.roles[role])}</p>
        <List />
        {owns.value && <Give />}
        <dl class="rights-roles">
          {roles.map((one) => (
            <div key={one}>
              <dt>{r.roles[one]}</dt>
              <dd class="quiet">{r.does[one]}</dd>
            </div>
          ))}
        </dl>
      </section>
      {owns.value && <Station />}
    </div>
  );
}

const able = () => owns.value && link.value === 'online';

function List() {
  const list = people.value;
  if (!list) return problem.value ? <p class="problem">{r.failed.load(because(problem.value))}</p> : <SkeletonRows n={3} />;
  if (list.length === 0) return <p class="quiet">{r.nobody}</p>;
  return (
    <ul class="rights-list">
      {list.map((one) => (
        <Row key={one.user} person={one} />
      ))}
    </ul>
  );
}

function Row({ person: { user, role } }: { person: Person }) {
  return (
    <li class="rights-row">
      <bdi class="rights-user">{user}</bdi>
      {owns.value ? (
        <>
          <select class="field" aria-label={r.roleOf(user)} value={role} disabled={!able()} onChange={(event) => void give(user, event.currentTarget.value as StationRole)}>
            {roles.map((one) => (
              <option key={one} value={one}>
                {r.roles[one]}
              </option>
            ))}
          </select>
          <button type="button" class="tool" aria-label={r.takeAway(user)} title={r.takeAway(user)} disabled={!able()} onClick={() => void give(user, 'none')}>
            <RemoveIcon />
          </button>
        </>
      ) : (
        <span class="quiet">{r.roles[role as StationRole]}</span>
      )}
    </li>
  );
}

function Give() {
  const onSubmit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const data = new FormData(form);
    if (await give(String(data.get('user')).trim(), data.get('role') as StationRole)) form.reset();
  };
  return (
    <form class="form rights-give" aria-label={r.give} onSubmit={(event) => void onSubmit(event)}>
      <div>
        <label for="rights-user">
          {r.give} <span class="quiet">({r.userHint})</span>
        </label>
        <input class="field" id="rights-user" name="user" required maxLength={32} autoComplete="off" autoCapitalize="off" spellcheck={false} />
      </div>
      <div>
        <label for="rights-role">{r.role}</label>
        <select class="field" id="rights-role" name="role">
          {[...roles].reverse().map((one) => (
            <option key={one} value={one}>
              {r.roles[one]}
            </option>
          ))}
        </select>
      </div>
      <button type="submit" class="button" disabled={!able()}>
        {r.giveButton}
      </button>
    </form>
  );
}

function Station() {
  const [removing, setRemoving] = useState(false);
  const name = now.value?.name ?? '';
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    void renameStation(String(new FormData(event.currentTarget as HTMLFormElement).get('name')).trim());
  };
  return (
    <section class="rights-station" aria-labelledby="rights-station">
      <h2 class="panel-title" id="rights-station">
        {r.station}
      </h2>
      <form class="form rights-give" onSubmit={onSubmit}>
        <div>
          <label for="rights-name">{r.name}</label>
          <input key={name} class="field" id="rights-name" name="name" required maxLength={80} defaultValue={name} autoComplete="off" />
        </div>
        <button type="submit" class="button" disabled={!able()}>
          {r.rename}
        </button>
      </form>
      <p class="quiet small">{r.address(slug === 'main' ? '/' : `/s/${slug}`)}</p>
      {slug === 'main' ? (
        <p class="quiet small">{r.mainStays}</p>
      ) : (
        <button type="button" class="button button-plain plan-erase" disabled={!able()} onClick={() => setRemoving(true)}>
          {r.remove}
        </button>
      )}
      {removing && <Removing name={name} onClose={() => setRemoving(false)} />}
    </section>
  );
}

function Removing({ name, onClose }: { name: string; onClose: () => void }) {
  const [typed, setTyped] = useState('');
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    onClose();
    void removeStation();
  };
  return (
    <Modal title={r.removeTitle(name)} onClose={onClose}>
      <p>{r.removeText}</p>
      <form class="form" onSubmit={onSubmit}>
        <label for="rights-typed">{r.typeIt(slug)}</label>
        <input class="field" id="rights-typed" autoComplete="off" autoCapitalize="off" spellcheck={false} value={typed} onInput={(event) => setTyped(event.currentTarget.value)} />
        <div class="dialog-buttons">
          <button type="button" class="button button-plain" onClick={onClose}>
            {r.cancel}
          </button>
          <button type="submit" class="button plan-erase" disabled={typed.trim() !== slug}>
            {r.removeNow}
          </button>
        </div>
      </form>
    </Modal>
  );
}
