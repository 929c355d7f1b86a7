// SPDX-License-Identifier: Apache-2.0
// Connections, channels, people and rules: tables on a desk, cards on a phone.
import { channels, close, configure, connections, idOf, type List, list, nodes, rates, rules, search, shownConnections, users } from '../../state/platform';
import { count, roughly } from '../../strings';
import { p } from '../../strings/platform';
import { bytes, rate } from './figures';
import { editing } from './rule_form';
import { Cell, Table } from './table';

const names: Record<List, string> = { connections: p.connections, channels: p.channels, users: p.users, rules: p.rules };
const all = Object.keys(names) as List[];

export function Lists() {
  const open = list.value;
  return (
    <section class="part" aria-label={p.lists}>
      <div class="tabs" role="tablist" aria-label={p.lists} onKeyDown={onKeyDown}>
        {all.map((one) => (
          <button
            key={one}
            id={`tab-${one}`}
            type="button"
            class="tab"
            role="tab"
            aria-selected={one === open}
            aria-controls={one === open ? 'list-panel' : undefined}
            tabIndex={one === open ? 0 : -1}
            onClick={() => choose(one)}
          >
            {names[one]}
          </button>
        ))}
      </div>
      <div id="list-panel" role="tabpanel" aria-labelledby={`tab-${open}`}>
        {open === 'connections' ? <Connections /> : open === 'channels' ? <Channels /> : open === 'users' ? <Users /> : <Rules />}
      </div>
    </section>
  );
}

function choose(one: List): void {
  search.value = '';
  list.value = one;
}

function onKeyDown(event: KeyboardEvent): void {
  const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
  if (step === 0) return;
  event.preventDefault();
  const forward = getComputedStyle(event.currentTarget as Element).direction === 'rtl' ? -step : step;
  const next = all[(all.indexOf(list.value) + forward + all.length) % all.length]!;
  choose(next);
  document.getElementById(`tab-${next}`)?.focus();
}

function Search({ hint, shown, total }: { hint: string; shown: number; total: number }) {
  return (
    <div class="list-head">
      <input
        class="field"
        type="search"
        aria-label={p.search}
        placeholder={hint}
        value={search.value}
        onInput={(event) => (search.value = event.currentTarget.value)}
      />
      <p class="quiet small" role="status">
        {p.of(count(shown), count(total))}
      </p>
    </div>
  );
}

function Connections() {
  const rows = shownConnections.value;
  if (!rows) return null;
  const many = (nodes.value?.length ?? 1) > 1;
  const heads = [p.who, p.role, p.address, p.transport, p.inChannels, p.since, p.queue, ...(many ? [p.node] : []), p.close];
  return (
    <>
      <Search hint={p.searchConnections} shown={rows.length} total={connections.value!.total} />
      {rows.length === 0 ? (
        <p class="empty">{p.none}</p>
      ) : (
        <Table label={p.connections} heads={heads}>
          {rows.map((one) => {
            const who = one.name || one.user || p.guest;
            return (
              <tr key={idOf(one)} role="row" data-connection={one.connection}>
                <Cell head={p.who} strong>
                  <bdi>{who}</bdi> {one.user && one.user !== who && <span class="quiet small">{one.user}</span>}
                </Cell>
                <Cell head={p.role}>{one.role ?? '–'}</Cell>
                <Cell head={p.address}>{one.address ?? '–'}</Cell>
                <Cell head={p.transport}>{one.transport ?? p.dialect}</Cell>
                <Cell head={p.inChannels}>
                  <span class="cell-channels" title={one.channels.join(', ')}>
                    {one.channels.slice(0, 3).join(', ')}
                    {one.channel_count > 3 && ` +${count(one.channel_count - 3)}`}
                  </span>
                </Cell>
                <Cell head={p.since}>{one.since_ms === null ? '–' : roughly(Date.now() - one.since_ms)}</Cell>
                <Cell head={p.queue} number>
                  {bytes(one.queued_bytes)}
                </Cell>
                {many && <Cell head={p.node}>{one.node}</Cell>}
                <td role="cell" class="cell-act">
                  <button type="button" class="button button-small" aria-label={p.closeWhat(who)} onClick={() => void close(one, who)}>
                    {p.close}
                  </button>
                </td>
              </tr>
            );
          })}
        </Table>
      )}
    </>
  );
}

function Channels() {
  const answer = channels.value;
  if (!answer) return null;
  const rows = answer.channels;
  return (
    <>
      <Search hint={p.searchChannels} shown={rows.length} total={answer.total} />
      {rows.length === 0 ? (
        <p class="empty">{p.none}</p>
      ) : (
        <Table label={p.channels} heads={[p.channel, p.subscribers, p.people, p.rate, p.offset, p.history, p.rule, p.edit]}>
          {rows.map((one) => (
            <tr key={one.channel} role="row" data-channel={one.channel}>
              <Cell head={p.channel} strong>
                <bdi>{one.channel}</bdi>
              </Cell>
              <Cell head={p.subscribers} number>
                {count(one.subscribers)}
              </Cell>
              <Cell head={p.people} number>
                {count(one.people)}
              </Cell>
              <Cell head={p.rate} number>
                {rate(rates.value.get(one.channel) ?? 0)}
              </Cell>
              <Cell head={p.offset} number>
                {count(one.offset)}
              </Cell>
              <Cell head={p.history} number>
                {count(one.config?.history_size ?? 0)}
              </Cell>
              <Cell head={p.rule}>
                {one.pattern} {one.own && <span class="mark small">{p.ownRule}</span>}
              </Cell>
              <td role="cell" class="cell-act">
                <button
                  type="button"
                  class="button button-small"
                  aria-label={p.editWhat(one.channel)}
                  disabled={one.config === null}
                  onClick={() => (editing.value = { channel: one.channel, pattern: one.pattern, config: one.config!, own: one.own })}
                >
                  {p.edit}
                </button>
              </td>
            </tr>
          ))}
        </Table>
      )}
    </>
  );
}

function Users() {
  const answer = users.value;
  if (!answer) return null;
  return (
    <>
      <ul class="people-list">
        {answer.users.map((one) => (
          <li key={`${one.user} ${one.name}`}>
            <bdi class="cell-strong">{one.name}</bdi> {one.user && one.user !== one.name && <span class="quiet small">{one.user}</span>}
            <span class="quiet small">{p.perPerson(one.connections, one.channels)}</span>
          </li>
        ))}
      </ul>
      {answer.strangers > 0 && <p class="quiet">{p.strangers(count(answer.strangers), answer.strangers)}</p>}
      {answer.users.length === 0 && answer.strangers === 0 && <p class="empty">{p.none}</p>}
    </>
  );
}

function Rules() {
  return (
    <Table label={p.rules} heads={[p.rule, p.fields.subscribe!, p.fields.publish!, p.history, p.edit]}>
      {(rules.value ?? []).map((one) => (
        <tr key={one.pattern} role="row" data-rule={one.pattern}>
          <Cell head={p.rule} strong>
            {one.pattern} {one.own && <span class="mark small">{p.ownRule}</span>}
          </Cell>
          <Cell head={p.fields.subscribe!}>{p.whos[one.config.subscribe ?? ''] ?? one.config.subscribe}</Cell>
          <Cell head={p.fields.publish!}>{p.whos[one.config.publish ?? ''] ?? one.config.publish}</Cell>
          <Cell head={p.history} number>
            {count(one.config.history_size ?? 0)}
          </Cell>
          <td role="cell" class="cell-act">
            {one.own && (
              <button type="button" class="button button-small button-plain" aria-label={p.resetWhat(one.pattern)} onClick={() => void configure(one.pattern, null, one.config)}>
                {p.reset}
              </button>
            )}
            <button
              type="button"
              class="button button-small"
              aria-label={p.editWhat(one.pattern)}
              onClick={() => (editing.value = { channel: null, pattern: one.pattern, config: one.config, own: one.own })}
            >
              {p.edit}
            </button>
          </td>
        </tr>
      ))}
    </Table>
  );
}
