// SPDX-License-Identifier: Apache-2.0
// The coming days: first what would go wrong, then every item with its reason, as a list that scrolls through a week.
import { useEffect, useState } from 'preact/hooks';
import { because } from '../../state/notices';
import { grouped, indexAt, look, needTitles, preview, previewing, previewProblem, seed, titles } from '../../state/programme/preview';
import { programme } from '../../state/programme/programme';
import type { PreviewItem, Violation } from '../../state/programme/types';
import { count, s, span } from '../../strings';
import { g } from '../../strings/programme';
import { SkeletonRows } from '../panel';
import { rowHeight, VirtualList } from '../virtual_list';
import { scrollerOf } from './gesture';
import { Title } from './title';
import { hueOf } from './words';

const choices = [1, 3, 7];
const mostSaid = 4;

/** Times are the station's, wherever one looks from. */
function clockOf(zone: string) {
  const format = (options: Intl.DateTimeFormatOptions) => {
    try {
      return new Intl.DateTimeFormat(s.locale, { ...options, timeZone: zone, hourCycle: 'h23' });
    } catch {
      return new Intl.DateTimeFormat(s.locale, { ...options, timeZone: 'UTC', hourCycle: 'h23' });
    }
  };
  const short = format({ weekday: 'short', hour: '2-digit', minute: '2-digit' });
  const exact = format({ weekday: 'short', hour: '2-digit', minute: '2-digit', second: '2-digit' });
  return { short: (ms: number) => short.format(ms), exact: (ms: number) => exact.format(ms) };
}

const go = (index: number) => {
  const list = document.getElementById('preview-list');
  if (!list) return;
  const scroller = scrollerOf(list);
  const top = list.getBoundingClientRect().top - (scroller === document.scrollingElement ? 0 : scroller.getBoundingClientRect().top);
  scroller.scrollTop += top + index * rowHeight(list) - scroller.clientHeight / 3;
};

export function PreviewView() {
  const [days, setDays] = useState(1);
  const version = programme.value!.version;
  useEffect(() => void look(days), [days, version, seed.value]);
  const now = preview.value;
  const clock = clockOf(programme.value!.zone);
  return (
    <>
      <Title text={g.preview} about={g.inZone(programme.value!.zone)}>
        <button type="button" class="button" onClick={() => seed.value++}>
          {g.throwAgain}
        </button>
      </Title>
      <div class="plan-layers" role="group" aria-label={g.previewOf}>
        {choices.map((one) => (
          <button key={one} type="button" class="switch" aria-pressed={one === days} onClick={() => setDays(one)}>
            {g.nextDays(one)}
          </button>
        ))}
      </div>
      <p class="quiet small plan-text">{g.previewText}</p>
      {previewProblem.value !== null && (
        <p class="problem" role="alert">
          {g.previewFailed(because(previewProblem.value))}
        </p>
      )}
      {!now ? (
        previewProblem.value === null && <SkeletonRows n={9} />
      ) : (
        <div aria-busy={previewing.value}>
          <Violations list={now.violations} items={now.items} clock={clock} />
          <h3 class="part-title">{g.previewOf}</h3>
          {now.items.length === 0 ? <p class="quiet">{g.nothingPlanned}</p> : <Items items={now.items} clock={clock} />}
        </div>
      )}
    </>
  );
}

type Clock = ReturnType<typeof clockOf>;

function Violations({ list, items, clock }: { list: Violation[]; items: PreviewItem[]; clock: Clock }) {
  const [all, setAll] = useState<string | null>(null);
  if (list.length === 0) {
    return (
      <p class="plan-well" role="status">
        {g.wellSoFar}
      </p>
    );
  }
  return (
    <section class="violations" aria-label={g.problems(count(list.length), list.length)}>
      <h3 class="part-title">
        {g.problems(count(list.length), list.length)}
      </h3>
      {grouped(list).map(({ kind, list: same }) => (
        <div key={kind} class="violation-group" data-kind={kind}>
          <h4>
            {g.kinds[kind]} <span class="tally">{count(same.length)}</span>
          </h4>
          <ul>
            {same.slice(0, all === kind ? same.length : mostSaid).map((one, i) => (
              <li key={i}>
                <button type="button" class="violation" title={g.goTo(clock.short(one.at_ms))} onClick={() => go(indexAt(items, one.at_ms))}>
                  <span class="violation-at">{clock.short(one.at_ms)}</span>
                  <span>{one.text}</span>
                </button>
              </li>
            ))}
          </ul>
          {same.length > mostSaid && all !== kind && (
            <button type="button" class="button button-plain" onClick={() => setAll(kind)}>
              {g.moreOf(count(same.length - mostSaid))}
            </button>
          )}
        </div>
      ))}
    </section>
  );
}

function Items({ items, clock }: { items: PreviewItem[]; clock: Clock }) {
  const known = titles.value;
  const showName = (id: number) => programme.value!.shows.find((one) => one.id === id)?.name;
  return (
    <VirtualList
      id="preview-list"
      label={g.previewOf}
      count={items.length}
      keyOf={(index) => index}
      onNeed={(from, to) => needTitles(items.slice(from, to + 1).map((item) => item.track))}
      rowClass={(index) => (items[index]!.rule === 'jingle' || items[index]!.rule === 'hour_jingle' ? 'row-insert' : '')}
      row={(index) => {
        const item = items[index]!;
        const track = known.get(item.track);
        const show = showName(item.show);
        return (
          <>
            <span role="gridcell" class="row-clock" style={{ '--hue': hueOf(item.playlist) }}>
              {clock.exact(item.at_ms)}
            </span>
            <span role="gridcell" class="row-main">
              <span class="row-text">
                <span class="row-title">
                  {track?.title ?? (track === null ? `#${item.track}` : '…')} <span class="row-by">{track?.artist}</span>
                </span>
                <span class="row-sub" title={item.text}>
                  {show && <b>{show} </b>}
                  {item.text}
                  {item.relaxed && <span class="plan-relaxed"> · {g.relaxed}</span>}
                  {item.offset_ms > 0 && ` · ${g.beganAt(span(item.offset_ms))}`}
                </span>
              </span>
            </span>
            <span role="gridcell" class="row-times">
              <span class="row-length">{span(item.until_ms - item.at_ms)}</span>
            </span>
          </>
        );
      }}
    />
  );
}
