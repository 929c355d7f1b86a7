// SPDX-License-Identifier: Apache-2.0
// The fleet: is it well, then its figures, then streamers, radios and listeners to look into.
import { fleetList, type FleetList, type FleetListener, messageRate, offset, pageSize, type Radio, rows, status, type Status, type Streamer, troubles } from '../../state/fleet';
import { count, timeOfDay } from '../../strings';
import { f } from '../../strings/fleet';
import { rate } from './figures';
import { Cell, Table } from './table';

const lists: FleetList[] = ['streamers', 'radios', 'streaming_radios', 'broken_radios', 'listeners'];

export function Fleet() {
  const now = status.value;
  if (!now) return null;
  return (
    <section class="part" aria-labelledby="fleet-title">
      <h2 class="panel-title" id="fleet-title">
        {f.title}
      </h2>
      <Health now={now} />
      <Figures now={now} />
      <Rows now={now} />
    </section>
  );
}

function Health({ now }: { now: Status }) {
  const streamers = rows.value?.list === 'streamers' ? (rows.value.rows as Streamer[]) : [];
  const found = troubles(now, streamers);
  return (
    <p class={`health ${found.length > 0 ? 'health-bad' : ''}`} role="status">
      <span class="health-mark" aria-hidden="true" />
      {found.length > 0 ? found.map((one) => f.troubles[one]).join(' ') : now.role === 'active' ? f.well : f.standby(now.lease_holder ?? '–')}
    </p>
  );
}

function Figures({ now }: { now: Status }) {
  const late = now.lateness_ms;
  const figures: [string, string, boolean?][] = [
    [f.role, now.role === 'active' ? f.active(count(now.term ?? 0)) : f.standsBy],
    [f.lists.streamers, count(now.streamers)],
    [f.lists.radios, count(now.radios)],
    [f.lists.streaming_radios, count(now.streaming_radios)],
    [f.lists.broken_radios, count(now.broken_radios), now.broken_radios > 0],
    [f.lists.listeners, count(now.listeners)],
    [f.events, count(now.events_queued)],
    ...(late ? ([[f.lag, f.lagSays(count(Math.round(late.p99)), count(Math.round(late.max))), late.p99 > 20]] as [string, string, boolean][]) : []),
    [f.messages, f.perSecond(rate(messageRate.value))],
    [f.refused, count(now.messages_refused)],
    [f.unsent, count(now.messages_unsent), now.messages_unsent > 0],
    [f.reports, count(now.reports_waiting), now.reports_waiting >= 1_000],
    [f.handedOver, count(now.radios_handed_over)],
    [f.lost, count(now.streamers_lost)],
    [f.writesFailed, count(now.writes_failed), now.writes_failed > 0],
  ];
  return (
    <dl class="facts fleet-facts">
      {figures.map(([name, value, bad]) => (
        <div key={name}>
          <dt class="quiet">{name}</dt>
          <dd class={bad ? 'trouble' : ''}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function choose(list: FleetList): void {
  offset.value = 0;
  fleetList.value = list;
}

function Rows({ now }: { now: Status }) {
  const open = fleetList.value;
  const shown = rows.value?.list === open ? rows.value.rows : null;
  const total = { streamers: now.streamers, radios: now.radios, streaming_radios: now.streaming_radios, broken_radios: now.broken_radios, listeners: now.listeners }[open];
  return (
    <>
      <div class="fleet-lists" role="group" aria-label={f.show}>
        {lists.map((one) => (
          <button key={one} type="button" class="button button-small" aria-pressed={one === open} onClick={() => choose(one)}>
            {f.lists[one]}
          </button>
        ))}
      </div>
      {!shown ? (
        <p class="quiet">&nbsp;</p>
      ) : shown.length === 0 ? (
        <p class="empty">{f.none}</p>
      ) : open === 'streamers' ? (
        <Streamers list={shown as Streamer[]} />
      ) : open === 'listeners' ? (
        <Listeners list={shown as FleetListener[]} />
      ) : (
        <Radios list={shown as Radio[]} label={f.lists[open]} />
      )}
      {open !== 'streamers' && total > pageSize && (
        <p class="fleet-pages">
          <button type="button" class="button button-small" disabled={offset.value === 0} onClick={() => (offset.value = Math.max(0, offset.value - pageSize))}>
            {f.before}
          </button>
          <span class="quiet small">{f.range(count(offset.value + 1), count(Math.min(total, offset.value + pageSize)), count(total))}</span>
          <button type="button" class="button button-small" disabled={offset.value + pageSize >= total} onClick={() => (offset.value += pageSize)}>
            {f.after}
          </button>
        </p>
      )}
    </>
  );
}

function Streamers({ list }: { list: Streamer[] }) {
  return (
    <Table label={f.lists.streamers} heads={[f.streamer, f.state, f.address, f.lists.radios, f.prepares]}>
      {list.map((one) => (
        <tr key={one.streamer} role="row" data-streamer={one.streamer}>
          <Cell head={f.streamer} strong>
            <bdi>{one.streamer}</bdi>
          </Cell>
          <Cell head={f.state}>{one.status === 'ok' ? f.answers : <span class="trouble">{f.silent}</span>}</Cell>
          <Cell head={f.address}>{one.address ?? '–'}</Cell>
          <Cell head={f.lists.radios} number>
            {count(one.radios)}
          </Cell>
          <Cell head={f.prepares}>{one.prepares ? f.yes : f.original}</Cell>
        </tr>
      ))}
    </Table>
  );
}

const at = (time: string | null) => (time ? timeOfDay(Date.parse(time)) : '–');
const most = 200; // rows in the document; the rest is a page or a search away

function Radios({ list, label }: { list: Radio[]; label: string }) {
  return (
    <Table label={label} heads={[f.radio, f.state, f.master, f.song, f.since, f.until]}>
      {list.slice(0, most).map((one) => (
        <tr key={one.radio} role="row">
          <Cell head={f.radio} strong>
            <bdi>{one.radio}</bdi>
          </Cell>
          <Cell head={f.state}>{one.broken ? <span class="trouble">{f.broken}</span> : one.streaming ? f.streaming : f.programmed}</Cell>
          <Cell head={f.master}>{one.master ?? '–'}</Cell>
          <Cell head={f.song}>{one.song ?? '–'}</Cell>
          <Cell head={f.since}>{at(one.play_time)}</Cell>
          <Cell head={f.until}>{at(one.end_time)}</Cell>
        </tr>
      ))}
    </Table>
  );
}

function Listeners({ list }: { list: FleetListener[] }) {
  return (
    <Table label={f.lists.listeners} heads={[f.session, f.user, f.radio, f.streamer, f.since]}>
      {list.slice(0, most).map((one) => (
        <tr key={`${one.streamer} ${one.session} ${one.radio}`} role="row">
          <Cell head={f.session} strong>
            <bdi>{one.session}</bdi>
          </Cell>
          <Cell head={f.user}>{one.user ?? f.anonymous}</Cell>
          <Cell head={f.radio}>{one.radio}</Cell>
          <Cell head={f.streamer}>{one.streamer ?? '–'}</Cell>
          <Cell head={f.since}>{at(one.start)}</Cell>
        </tr>
      ))}
    </Table>
  );
}
