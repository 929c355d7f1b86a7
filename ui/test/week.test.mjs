// SPDX-License-Identifier: Apache-2.0
// The week calendar: where things stand, and what gestures and keys make of them.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { load } from './load.mjs';

const week = await load(`export * from './state/programme/week'`);
const h = 3600;
const span = (days, start_s, length_s) => ({ days: days.split(' '), start_s, length_s });
const layout = (...spans) => week.pieces(spans.map((one, i) => ({ id: i + 1, span: one })));
const brief = ({ id, day, from_s, to_s, lane, lanes }) => [id, day, from_s / h, to_s / h, lane, lanes];

describe('where things stand in the week', () => {
  it('once for each of their days', () => {
    assert.deepEqual(layout(span('MON FRI', 8 * h, 2 * h)).map(brief), [
      [1, 0, 8, 10, 0, 1],
      [1, 4, 8, 10, 0, 1],
    ]);
  });

  it('past midnight in two pieces, also from Sunday to Monday', () => {
    const [monday, sunday] = layout(span('SUN', 22 * h, 5 * h));
    assert.deepEqual([brief(monday), brief(sunday)], [[1, 0, 0, 3, 0, 1], [1, 6, 22, 24, 0, 1]]);
    assert.deepEqual([sunday.first, sunday.last, monday.first, monday.last], [true, false, false, true]);
    assert.equal(monday.origin, 6);
  });

  it('until midnight in one piece', () => {
    assert.deepEqual(layout(span('TUE', 22 * h, 2 * h)).map(brief), [[1, 1, 22, 24, 0, 1]]);
  });

  it('longer than a day in as many as it takes', () => {
    assert.deepEqual(layout(span('FRI', 18 * h, 36 * h)).map(brief), [[1, 4, 18, 24, 0, 1], [1, 5, 0, 24, 0, 1], [1, 6, 0, 6, 0, 1]]);
  });

  it('side by side when at the same time, and alone again after that', () => {
    const all = layout(span('MON', 8 * h, 2 * h), span('MON', 9 * h, 3 * h), span('MON', 10 * h, h), span('MON', 12 * h, h));
    assert.deepEqual(all.map(brief), [[1, 0, 8, 10, 0, 2], [2, 0, 9, 12, 1, 2], [3, 0, 10, 11, 0, 2], [4, 0, 12, 13, 0, 1]]);
    assert.deepEqual(week.clashes(all), [[1, 2], [2, 3]]);
  });
});

describe('what is done to them', () => {
  const one = span('TUE THU', 20 * h, 2 * h);

  it('a move changes the time of all days and the day that was held', () => {
    assert.deepEqual(week.moved(one, 1, 1, -h, 900), span('WED THU', 19 * h, 2 * h));
    assert.deepEqual(week.moved(one, 1, 2, 0, 900), one, 'it is on that day already');
    assert.deepEqual(week.moved(span('SUN', h, h), 6, 1, 0, 900), span('MON', h, h), 'after Sunday comes Monday');
  });

  it('stays in its day and on the grid', () => {
    assert.equal(week.moved(one, 1, 0, 9 * h, 900).start_s, 24 * h - 900);
    assert.equal(week.moved(one, 1, 0, -30 * h, 900).start_s, 0);
    assert.equal(week.moved(one, 1, 0, 700, 900).start_s, 20 * h + 900);
    assert.equal(week.moved(span('MON', 20 * h + 7, h), 0, 1, 0, 900).start_s, 20 * h + 7, 'another day only: the seconds stay');
  });

  it('an edge moves and the other stays', () => {
    assert.deepEqual(week.stretched(one, 'end', h, 900), span('TUE THU', 20 * h, 3 * h));
    assert.deepEqual(week.stretched(one, 'end', 5 * h, 900), span('TUE THU', 20 * h, 7 * h), 'past midnight');
    assert.deepEqual(week.stretched(one, 'end', -9 * h, 900), span('TUE THU', 20 * h, 300), 'never to nothing');
    assert.deepEqual(week.stretched(one, 'start', -h, 900), span('TUE THU', 19 * h, 3 * h));
    assert.deepEqual(week.stretched(one, 'start', 9 * h, 900), span('TUE THU', 22 * h - 300, 300));
    assert.deepEqual(week.stretched(one, 'start', -30 * h, 900), span('TUE THU', 0, 22 * h));
  });

  it('drawing makes one, in either direction and past midnight', () => {
    assert.deepEqual(week.drawn({ day: 2, at_s: 8.1 * h }, { day: 2, at_s: 9.9 * h }, 900), span('WED', 8 * h, 2 * h));
    assert.deepEqual(week.drawn({ day: 2, at_s: 9.9 * h }, { day: 2, at_s: 8.1 * h }, 900), span('WED', 8 * h, 2 * h));
    assert.deepEqual(week.drawn({ day: 2, at_s: 23 * h }, { day: 3, at_s: h }, 900), span('WED', 23 * h, 2 * h));
  });

  it('a gesture is followed from where it was taken up', () => {
    const held = { grip: 'body', before: one, origin: 1, begin: { day: 1, at_s: 21 * h } };
    assert.deepEqual(week.follow(held, { day: 2, at_s: 18 * h }, 900), span('WED THU', 17 * h, 2 * h));
    assert.ok(week.same(week.follow(held, { day: 1, at_s: 21 * h + 300 }, 900), one), 'a shaky hand moves nothing');
    const night = { grip: 'body', before: span('SUN', 22 * h, 5 * h), origin: 6, begin: { day: 0, at_s: h } };
    assert.deepEqual(week.follow(night, { day: 1, at_s: 2 * h }, 900), span('MON', 23 * h, 5 * h), 'held by its morning');
    const empty = { grip: 'empty', before: null, origin: 0, begin: { day: 3, at_s: 8 * h } };
    assert.equal(week.follow(empty, { day: 3, at_s: 8 * h + 60 }, 900), null);
    assert.deepEqual(week.follow(empty, { day: 3, at_s: 10 * h }, 900), span('THU', 8 * h, 2 * h));
    const end = { grip: 'end', before: one, origin: 1, begin: { day: 1, at_s: 22 * h } };
    assert.deepEqual(week.follow(end, { day: 2, at_s: h }, 900), span('TUE THU', 20 * h, 5 * h));
  });
});

describe('keys', () => {
  const key = (name, more = {}) => ({ key: name, altKey: false, shiftKey: false, rtl: false, ...more });
  const one = span('TUE', 20 * h, 2 * h);

  it('Alt and an arrow moves, with Shift the end', () => {
    assert.equal(week.byKey(one, 1, key('ArrowDown'), 900), null);
    assert.equal(week.byKey(one, 1, key('Enter', { altKey: true }), 900), null);
    assert.equal(week.byKey(one, 1, key('ArrowDown', { altKey: true }), 900).start_s, 20 * h + 900);
    assert.deepEqual(week.byKey(one, 1, key('ArrowLeft', { altKey: true }), 900).days, ['MON']);
    assert.deepEqual(week.byKey(one, 1, key('ArrowLeft', { altKey: true, rtl: true }), 900).days, ['WED']);
    assert.equal(week.byKey(one, 1, key('ArrowUp', { altKey: true, shiftKey: true }), 900).length_s, 2 * h - 900);
  });

  it('arrows go through the day, and to what is nearest in another', () => {
    const all = layout(span('MON WED', 8 * h, h), span('MON', 12 * h, h), span('WED', 13 * h, h));
    const [early, late] = all.filter((piece) => piece.day === 0);
    assert.equal(week.neighbour(all, early, key('ArrowDown')), late);
    assert.equal(week.neighbour(all, early, key('ArrowUp')), null);
    assert.equal(week.neighbour(all, late, key('ArrowRight')).id, 3, 'Tuesday is empty');
    assert.equal(week.neighbour(all, early, key('ArrowLeft')).day, 2, 'around the week');
    assert.equal(week.neighbour(all, early, key('x')), null);
  });
});

describe('times', () => {
  it('are read and written', () => {
    assert.equal(week.secondsOf('20:15:30'), 20 * h + 930);
    assert.equal(week.secondsOf('20:15'), 20 * h + 900);
    assert.equal(week.timeOf(20 * h + 930), '20:15:30');
    assert.equal(week.timeOf(24 * h), '00:00:00');
    assert.equal(week.shortTime(9 * h), '09:00');
    assert.equal(week.between('22:00:00', '05:00:00'), 7 * h);
    assert.equal(week.between('06:00:00', '06:00:00'), 24 * h);
  });

  it('of a moment in a zone, both sides of a clock change', () => {
    assert.deepEqual(week.inZone(Date.UTC(2026, 9, 25, 0, 30), 'Europe/Berlin'), { day: 6, at_s: 2.5 * h });
    assert.deepEqual(week.inZone(Date.UTC(2026, 9, 25, 2, 30), 'Europe/Berlin'), { day: 6, at_s: 3.5 * h });
    assert.deepEqual(week.inZone(Date.UTC(2026, 10, 23, 0, 0), 'Nowhere/Land'), { day: 0, at_s: 0 });
  });
});
