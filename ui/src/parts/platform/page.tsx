// SPDX-License-Identifier: Apache-2.0
// Is it well? The answer first, then nodes, what happens right now, and the lists to look into.
import { link, refusedStatus, wasOnline } from '../../state/connection';
import { lostBrokers, nodes } from '../../state/platform';
import { isAdmin, session, signOut } from '../../state/session';
import { dialog } from '../../state/view';
import { s } from '../../strings';
import { p } from '../../strings/platform';
import { Banner, LinkState, Refused } from '../banner';
import { Dialogs } from '../dialogs';
import { Notices } from '../notices';
import { Charts } from './charts';
import { Fleet } from './fleet';
import { Lists } from './lists';
import { Nodes } from './nodes';
import { RuleForm } from './rule_form';

export function PlatformPage() {
  const refused = link.value === 'refused' && (!wasOnline.value || refusedStatus.value !== 0);
  return (
    <>
      <div class="page page-flows">
        <header class="top">
          <h1 class="station">
            Longwave <span class="quiet">{p.title}</span>
          </h1>
          <LinkState />
          <nav class="top-links">
            <a class="button button-plain" href="/stations">
              {p.toStations}
            </a>
            <a class="button button-plain" href="/">
              {p.toStation}
            </a>
            <Account />
          </nav>
        </header>
        <main class="platform">
          <Banner />
          {refused ? <Refused /> : session.value === null ? <Loading /> : isAdmin.value ? <Desk /> : <Door />}
        </main>
      </div>
      <Notices />
      <Dialogs />
      <RuleForm />
    </>
  );
}

function Account() {
  if (!session.value?.user) return null;
  return (
    <button type="button" class="button button-plain" onClick={() => void signOut()}>
      {s.signOut}
    </button>
  );
}

const Loading = () => (
  <div aria-hidden="true">
    <span class="bar skeleton" />
  </div>
);

function Door() {
  return (
    <section class="door">
      <h2 class="panel-title">{p.notAdmin}</h2>
      <p>{p.notAdminText}</p>
      <button type="button" class="button button-strong" onClick={() => (dialog.value = 'signIn')}>
        {s.signIn}
      </button>
    </section>
  );
}

function Desk() {
  return (
    <>
      <Health />
      <Charts />
      <Fleet />
      <Nodes />
      <Lists />
    </>
  );
}

function Health() {
  if (nodes.value === null) return <p class="health">&nbsp;</p>;
  const lost = lostBrokers.value;
  return (
    <p class={`health ${lost.length > 0 ? 'health-bad' : ''}`} role="status">
      <span class="health-mark" aria-hidden="true" />
      {lost.length > 0 ? lost.map((node) => p.brokerLost(node.node)).join(' ') : p.well}
    </p>
  );
}
