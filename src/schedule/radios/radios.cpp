// SPDX-License-Identifier: Apache-2.0
#include "schedule/radios/radios.hpp"

#include "base/log.hpp"
#include "schedule/radios/impl.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace longwave::radios {

using namespace std::chrono_literals;

/// The wall clock is followed where it is slewed. When it jumps (set by hand, a suspended machine), no song
/// is cut or stretched for that: everything that is under way gets other times.
void Radios::Impl::refresh() {
  const auto wall = clock.wall();
  const auto monotonic = clock.now();
  const auto jump = (wall - now) - (monotonic - instant);
  now = wall;
  instant = monotonic;
  if (jump > 2s || jump < -2s) shift(jump);
}

void Radios::Impl::shift(Duration by) {
  log::warn("radios: the wall clock was moved by {} ms; programmes go on where they are", to_ms(by));
  heap.shift(by);
  restored += by;
  for (Index r = 0; r < rows.size(); ++r) {
    auto& row = rows[r];
    if (!row.used) continue;
    for (std::size_t i = 0; i < row.line.size(); ++i) {
      row.play(i).start += by;
      row.play(i).end += by;
    }
    if (row.prepares) send_all(row);  // what was prepared has other times
    touch(r);
  }
}

Radios::Impl::Index Radios::Impl::find(std::string_view radio) const {
  const auto found = by_name.find(radio);
  return found == by_name.end() ? none : found->second;
}

Radios::Impl::Index Radios::Impl::add(std::string_view radio) {
  Index r = static_cast<Index>(rows.size());
  if (unused.empty()) {
    rows.emplace_back();
  } else {
    r = unused.back();
    unused.pop_back();
  }
  auto& row = rows[r];
  const auto generation = row.generation;
  row = Row{};
  row.generation = generation;  // events of the one that was here before stay stale
  row.used = true;
  row.radio = radio;
  by_name.emplace(row.radio, r);
  touch(r);
  return r;
}

void Radios::Impl::erase(Index r) {
  auto& row = rows[r];
  by_name.erase(row.radio);
  const auto generation = row.generation + 1;
  row = Row{};
  row.generation = generation;
  unused.push_back(r);
}

std::uint32_t Radios::Impl::streamer(std::string_view name) {
  const auto [place, added] =
      streamer_index.try_emplace(std::string(name), static_cast<std::uint32_t>(streamers.size()));
  if (added) streamers.emplace_back(name);
  return place->second;
}

void Radios::Impl::set_master(Row& row, const std::optional<Master>& master) {
  row.master = master ? streamer(master->streamer) : 0;
  row.prepares = master && master->prepares;
  if (!row.prepares) row.drop_behind(row.fixed());  // chosen later, nearer to its time
}

void Radios::Impl::touch(Index r) {
  if (std::exchange(rows[r].dirty, true)) return;
  dirty.push_back(r);
}

/// Before what is stored sooner or later: its master waits for it.
void Radios::Impl::touch_first(Index r) {
  rows[r].dirty = true;
  dirty.push_front(r);
}

Radios::Radios(const Clock& clock, Port& port, Source& source, Settings settings, std::uint64_t seed)
    : impl_(std::make_unique<Impl>(clock, port, source, settings, seed)) {}
Radios::~Radios() = default;

void Radios::restore(const std::vector<Saved>& radios) {
  impl_->refresh();
  impl_->restored = impl_->now;
  // Those that somebody streams first: their overdue tracks are the ones that are heard.
  for (const auto& radio : radios)
    if (!radio.master.empty()) impl_->restore(radio);
  for (const auto& radio : radios)
    if (radio.master.empty()) impl_->restore(radio);
  impl_->ask_source();
}

bool Radios::exists(std::string_view radio) const {
  return impl_->find(radio) != Impl::none;
}

void Radios::create(std::string_view radio, std::optional<Master> master) {
  impl_->refresh();
  if (const auto old = impl_->find(radio); old != Impl::none) impl_->erase(old);
  const auto r = impl_->add(radio);
  impl_->set_master(impl_->rows[r], master);
  if (master) impl_->touch_first(r);
  impl_->rows[r].waiting = true;
  impl_->push(r, impl_->now + impl_->settings.retry, EventKind::prepare);
  impl_->want_load(r, true);
  impl_->ask_source();
}

bool Radios::remove(std::string_view radio) {
  impl_->refresh();
  const auto r = impl_->find(radio);
  if (r == Impl::none) return false;
  impl_->removed.emplace_back(radio);
  impl_->erase(r);
  return true;
}

void Radios::join(std::string_view radio, Master master) {
  const auto found = impl_->find(radio);
  if (found == Impl::none) {
    create(radio, std::move(master));
    return;
  }
  impl_->refresh();
  impl_->run();
  auto& row = impl_->rows[found];
  impl_->set_master(row, master);
  impl_->touch(found);
  if (row.fixed() == 0 || row.play(row.fixed() - 1).end <= impl_->now) {
    impl_->start_over(found);
  } else {
    impl_->send_all(row);
    impl_->fill_ahead(found);
  }
  impl_->run();
}

bool Radios::set_master(std::string_view radio, std::optional<Master> master) {
  const auto r = impl_->find(radio);
  if (r == Impl::none) return false;
  impl_->refresh();
  impl_->set_master(impl_->rows[r], master);
  impl_->touch_first(r);
  return true;
}

std::optional<std::string> Radios::master(std::string_view radio) const {
  const auto r = impl_->find(radio);
  if (r == Impl::none || impl_->rows[r].master == 0) return std::nullopt;
  return impl_->streamers[impl_->rows[r].master];
}

std::vector<std::string> Radios::radios_of(std::string_view streamer) const {
  std::vector<std::string> names;
  const auto place = impl_->streamer_index.find(std::string(streamer));
  if (place == impl_->streamer_index.end()) return names;
  for (const auto& row : impl_->rows)
    if (row.used && row.master == place->second) names.push_back(row.radio);
  return names;
}

std::vector<std::string> Radios::release(std::string_view streamer) {
  auto names = radios_of(streamer);
  for (const auto& name : names) set_master(name, std::nullopt);
  return names;
}

void Radios::resend(std::string_view streamer) {
  impl_->refresh();
  impl_->run();
  for (const auto& name : radios_of(streamer)) impl_->send_all(impl_->rows[impl_->find(name)]);
}

void Radios::tell_ahead(std::string_view radio, std::string_view streamer) {
  const auto r = impl_->find(radio);
  if (r == Impl::none) return;
  impl_->refresh();
  const auto& row = impl_->rows[r];
  if (row.master == 0 || !row.prepares) return;
  for (std::size_t i = 0; i < row.line.size(); ++i)
    if (row.play(i).end > impl_->now) impl_->send_prepare(row, i, streamer);
}

bool Radios::prepare_now(std::string_view radio) {
  const auto r = impl_->find(radio);
  if (r == Impl::none) return false;
  impl_->refresh();
  impl_->start_over(r);
  impl_->run();
  return true;
}

void Radios::programme_changed(std::string_view radio) {
  const auto r = impl_->find(radio);
  if (r == Impl::none) {
    create(radio);
    return;
  }
  impl_->refresh();
  if (impl_->asked.contains(std::string(radio))) {
    impl_->rows[r].load_again = true;  // what is being read may be older than the change
  } else {
    impl_->rows[r].changed = true;
    impl_->want_load(r, impl_->rows[r].waiting);
  }
  impl_->ask_source();
}

void Radios::playlist_deleted(std::string_view radio, std::int64_t playlist) {
  const auto r = impl_->find(radio);
  if (r == Impl::none) return;
  auto& row = impl_->rows[r];
  if (row.body) {
    if (auto* list = row.body->programme.playlist(playlist)) {
      list->songs.clear();
      ++list->edition;
    }
    impl_->refresh();
    row.drop_behind(row.fixed());
    impl_->fill_ahead(r);
  }
  programme_changed(radio);
}

void Radios::loaded(std::string_view radio, std::shared_ptr<const rules::Programme> programme) {
  impl_->refresh();
  impl_->asked.erase(std::string(radio));
  if (const auto r = impl_->find(radio); r != Impl::none) impl_->loaded(r, programme.get());
  impl_->run();
}

void Radios::tick() {
  impl_->refresh();
  impl_->run();
}

std::optional<WallTime> Radios::deadline() const {
  if (impl_->heap.empty()) return std::nullopt;
  return impl_->heap.top().at;
}

}  // namespace longwave::radios
