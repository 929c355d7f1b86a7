// SPDX-License-Identifier: Apache-2.0
import { link, wasOnline } from '../state/connection';
import { current, shown, tabs } from '../state/view';
import { Banner, Refused } from './banner';
import { Dial } from './dial';
import { Dialogs } from './dialogs';
import { HistoryPanel } from './history';
import { LibraryPanel } from './library';
import { Notices } from './notices';
import { QueuePanel } from './queue';
import { Receiver } from './receiver';
import { Tabs } from './tabs';

export function App() {
  const refused = link.value === 'refused' && !wasOnline.value;
  return (
    <>
      <div class="page">
        <Dial />
        <main class="desk" data-tabs={tabs.value.length} data-view={current.value}>
          <Receiver />
          {refused ? (
            <Refused />
          ) : (
            <div class="panels">
              <Banner />
              {shown('queue') && tabs.value.length === 2 && <QueuePanel />}
              <div class="chosen">
                {tabs.value.length > 0 && <Tabs />}
                {shown('queue') && tabs.value.length !== 2 && <QueuePanel />}
                {shown('library') && <LibraryPanel />}
                {shown('history') && <HistoryPanel />}
              </div>
            </div>
          )}
        </main>
      </div>
      <Notices />
      <Dialogs />
    </>
  );
}
