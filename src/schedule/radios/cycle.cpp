// SPDX-License-Identifier: Apache-2.0
#include "schedule/radios/impl.hpp"

#include <algorithm>
#include <chrono>

/// The time events of the sheet's section 11. A prepare event chooses what comes behind the line and
/// announces it; its own date and the end of the item before it are what counts, never the moment at which it
/// is handled.
namespace longwave::radios {

using namespace std::chrono_literals;

void Radios::Impl::run() {
  for (std::size_t n = 0; n < settings.events_per_tick && !heap.empty() && heap.top().at <= now; ++n) {
    handle(heap.pop());
    refresh();
  }
  ask_source();
}

void Radios::Impl::handle(const Event& event) {
  if (stale(event)) return;
  const auto kind = static_cast<EventKind>(event.kind);
  if (kind == EventKind::start) {
    start(event.radio);
  } else if (kind == EventKind::load) {
    want_load(event.radio, rows[event.radio].waiting);
  } else if (kind == EventKind::confirm) {
    if (const auto& row = rows[event.radio]; row.playing && row.master && !row.prepares) send_play(row, 0);
  } else {
    prepare(event.radio);
  }
}

void Radios::Impl::prepare(Index r) {
  auto& row = rows[r];
  if (row.line.size() > row.fixed() && row.play(row.fixed()).start + settings.late < now)
    row.drop_behind(row.fixed());
  if (row.line.size() == row.fixed() && !choose(r)) {
    retry(r);
    return;
  }
  row.waiting = false;
  row.tries = 0;
  announce(r);
  fill_ahead(r);
}

/// Where the next item begins: where the line ends, or now if that is long past or there is none.
WallTime Radios::Impl::next_start(const Row& row) const {
  if (row.line.empty()) return now;
  const auto& last = row.heard.back();
  const auto start = last.cut() ? last.end : std::max(last.start, last.end - settings.crossfade);
  if (row.waiting) return std::max(start, now);
  return start + settings.late < now ? now : start;
}

/// Puts one item behind the line. False: there is nothing to play.
bool Radios::Impl::choose(Index r) {
  auto& row = rows[r];
  if (!row.body) return false;
  auto& body = *row.body;
  const auto at = next_start(row);
  for (int tries = 0; tries < 8; ++tries) {
    auto chosen = rules::choose(body.programme, body.prepared, row.heard, at, random);
    if (!chosen || chosen->until <= at) return false;
    const FileName file{source.file(chosen->song.file)};
    if (file.empty()) {  // gone: never again from this programme
      for (auto& playlist : body.programme.playlists)
        for (auto& song : playlist.songs)
          if (song.id == chosen->song.id) song.file = 0;
      continue;
    }
    chosen->play.start = at;
    chosen->play.end = chosen->until;
    row.line.push_back({row.next_item++, chosen->show, file, chosen->why});
    row.heard.push_back(chosen->play);
    if (chosen->why.rule == rules::Rule::request)
      std::erase_if(body.programme.requests, [&](const auto& q) { return q.id == chosen->why.subject; });
    refill(r);
    return true;
  }
  return false;
}

void Radios::Impl::announce(Index r) {
  auto& row = rows[r];
  const auto i = row.fixed();
  row.announced++;
  lateness.add(instant, now - row.play(i).start);
  if (row.master) send_play(row, i);
  push(r, row.play(i).start, EventKind::start);
  confirm(r, i);
  plan_next(r);
  touch(r);
}

/// A scheduler that died may have announced another song for the same moment and not have written it. An
/// original keeps both, and plays the one whose message was longer on its way: it is told ours once more.
void Radios::Impl::confirm(Index r, std::size_t i) {
  const auto& row = rows[r];
  const auto begins = row.play(i).start;
  const bool exact = i > 0 && row.play(i - 1).cut();
  if (row.master && !row.prepares && begins <= restored + (exact ? settings.exact_spread : settings.announce))
    push(r, std::max(begins, now) + 1s, EventKind::confirm);
}

/// The prepare event of what follows the announced items.
void Radios::Impl::plan_next(Index r) {
  const auto& row = rows[r];
  const auto& last = row.play(row.fixed() - 1);
  if (last.cut()) {
    const auto spread = settings.exact_spread - 2 * settings.announce;
    const auto part = static_cast<Duration::rep>(r * 2654435761U % 1024U);
    const auto lead = spread.count() > 0 ? spread / 1024 * part : Duration{};
    push(r, last.end - settings.announce - lead, EventKind::hour);
    return;
  }
  const auto resumes = last.rule == rules::Rule::hour_jingle || last.rule == rules::Rule::event;
  push(r, last.end - settings.crossfade - settings.announce,
       resumes ? EventKind::resume : EventKind::prepare);
}

/// Defect 13: nothing to play is asked again, for ever.
void Radios::Impl::retry(Index r) {
  auto& row = rows[r];
  row.waiting = true;
  push(r, now + settings.retry, EventKind::prepare);
  if (++row.tries == 0) row.tries = 0x8000;
  if (!row.body || (row.tries & (row.tries - 1U)) == 0) want_load(r, true);
}

void Radios::Impl::start(Index r) {
  auto& row = rows[r];
  if (row.announced == 0) return;
  if (row.playing) {
    tell_ended(row);
    row.line.erase(row.line.begin());
  }
  row.playing = true;
  row.announced--;
  const auto& play = row.play(0);
  lateness.add(instant, now - play.start);
  const auto& item = row.line.front();
  if (item.show != row.show) {
    row.show = item.show;
    row.show_time = item.show ? play.start : WallTime{};
  }
  if (row.body) rules::note_started(row.body->programme, play);
  if (play.is_song() && play.rule != rules::Rule::resumed)
    port.song_started({row.radio, play.song, play.start});
  if (item.why.rule == rules::Rule::request) port.request_started(row.radio, item.why.subject);
  forget_old(row);
  fill_ahead(r);
  touch(r);
}

void Radios::Impl::tell_ended(const Row& row) {
  const auto& play = row.play(0);
  const auto& item = row.line.front();
  if (play.end <= play.start) return;
  port.item_ended({row.radio, play.song, play.start, std::min(play.end, now), play.offset, item.show,
                   play.slot, item.why, row.body ? &row.body->programme : nullptr});
}

void Radios::Impl::forget_old(Row& row) const {
  const auto memory = row.body ? row.body->memory : rules::Programme::Memory{{}, 4};
  const auto past = row.heard.size() - row.line.size();
  if (past <= memory.items) return;
  auto last = row.heard.begin() + static_cast<std::ptrdiff_t>(past - memory.items);
  if (memory.time > 0s) {
    last = std::find_if(row.heard.begin(), last,
                        [&](const rules::Play& play) { return play.end + memory.time >= now; });
  }
  row.heard.erase(row.heard.begin(), last);
}

/// So much that it is still enough when the next item is announced.
void Radios::Impl::fill_ahead(Index r) {
  auto& row = rows[r];
  if (!row.prepares || row.master == 0 || row.fixed() == 0) return;
  const auto until = std::max(now, row.play(row.fixed() - 1).end) + settings.ahead;
  while (row.line.size() < 200 && (row.line.size() <= settings.ahead_items || row.heard.back().end < until)) {
    if (row.loading && row.line.size() > settings.ahead_items) return;  // more songs are on their way
    if (!choose(r)) return;
    send_prepare(row, row.line.size() - 1, streamers[row.master]);
    touch(r);
  }
}

void Radios::Impl::send_play(const Row& row, std::size_t i) {
  const auto& play = row.play(i);
  const auto late = std::max(now - play.start, Duration{});
  port.play({row.radio, streamers[row.master], row.line[i].file.view(),
             std::max(play.start - now, Duration{}), play.offset + late, settings.crossfade,
             row.line[i].number, play.start});
}

void Radios::Impl::send_prepare(const Row& row, std::size_t i, std::string_view streamer) {
  const auto& play = row.play(i);
  port.prepare({row.radio, streamer, row.line[i].number, row.line[i].file.view(), play.start, play.offset,
                play.end - play.start});
}

/// What a master has to know: the item on air at its present position, and everything behind it.
void Radios::Impl::send_all(const Row& row) {
  if (row.master == 0) return;
  for (std::size_t i = 0; i < row.line.size(); ++i) {
    if (row.play(i).end <= now) continue;
    if (i >= row.fixed()) {
      send_prepare(row, i, streamers[row.master]);
      continue;
    }
    if (row.prepares) send_prepare(row, i, streamers[row.master]);
    send_play(row, i);
  }
}

/// A radio's events are those of its generation. What is announced still starts.
void Radios::Impl::drop_events(Index r) {
  auto& row = rows[r];
  ++row.generation;
  for (std::size_t i = row.playing ? 1 : 0; i < row.fixed(); ++i)
    push(r, row.play(i).start, EventKind::start);
}

/// Drops everything behind what plays, cuts that, and plays something else now.
void Radios::Impl::start_over(Index r) {
  auto& row = rows[r];
  row.drop_behind(row.playing ? 1 : 0);
  row.announced = 0;
  drop_events(r);
  if (row.playing && row.play(0).end > now) row.play(0).end = std::max(now, row.play(0).start);
  row.waiting = true;  // what begins, begins now
  prepare(r);
}

}  // namespace longwave::radios
