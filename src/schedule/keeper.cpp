// SPDX-License-Identifier: Apache-2.0
#include "schedule/keeper.hpp"

#include "schedule/keeper_station.hpp"
#include "schedule/tables.hpp"
#include "store/store.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace longwave::schedule {

Keeper::Keeper(KeeperPorts ports) : ports_(std::move(ports)), alive_(std::make_shared<bool>(true)) {}
Keeper::~Keeper() = default;

void become(StationRow& row, Kind kind) {
  row.kind = kind;
  row.modes = Modes::of(kind);
  row.state = kind == Kind::player ? Transport::stopped : Transport::playing;
}

std::string new_radio_uuid(Random& random) {
  std::string uuid;
  while (uuid.size() < 10) uuid += "0123456789abcdefghijklmnopqrstuvwxyz"[random.below(36)];
  return uuid;
}

void Keeper::open(std::string_view name, std::optional<Kind> kind) {
  auto saved = ports_.store.read_now([](store::Session& session) { return load_all(session); });
  if (saved.empty()) {
    StationRow main;
    main.slug = "main";
    main.name = name.empty() ? "Longwave" : std::string(name);
    main.epoch = ports_.clock.wall();
    become(main, kind.value_or(Kind::radio));
    Saved fresh;
    fresh.station =
        ports_.store.write_now([&](store::Session& session) { return schedule::create(session, main); });
    saved.push_back(std::move(fresh));
  }
  Random random(ports_.seed ^ static_cast<std::uint64_t>(ports_.clock.wall().time_since_epoch().count()));
  for (auto& one : saved) {
    auto& row = one.station;
    const bool unnamed = row.radio_uuid.empty();
    if (unnamed) row.radio_uuid = new_radio_uuid(random);
    const bool renamed = !name.empty() && row.name != name;
    const bool turned = kind && row.kind != *kind;
    const bool main_changes = row.slug == "main" && (renamed || turned);
    if (main_changes && renamed) row.name = std::string(name);
    if (main_changes && turned) become(row, *kind);
    if (main_changes || unnamed) {
      Delta delta;
      delta.station = row;
      ports_.store.write_now([&](store::Session& session) { schedule::write(session, delta); });
    }
    last_id_ = std::max(last_id_, row.id.value);
    stations_.push_back(std::make_unique<Station>(*this, std::move(one)));
    by_id_[stations_.back()->id()] = stations_.back().get();
  }
}

void Keeper::start() {
  started_ = true;
  for (const auto& station : stations_) {
    station->begin();
    schedule(*station);
  }
}

void Keeper::set_catalogue(CataloguePtr catalogue) {
  catalogue_ = std::move(catalogue);
  for (const auto& station : stations_) {
    station->set_catalogue();
    schedule(*station);
  }
}

void Keeper::run(StationId id, Command command, Reply reply) {
  auto* there = station(id);
  if (!there) return reply(error(Errc::not_found, "there is no such station"));
  there->run(std::move(command), std::move(reply));
  schedule(*there);
}

void Keeper::receive(StationId id, const orders::FromPlayer& message) {
  auto* there = station(id);
  if (!there) return;
  there->receive(message);
  schedule(*there);
}

void Keeper::tick() {
  armed_ = {};
  const auto now = ports_.clock.now();
  std::vector<Station*> ready;
  for (auto it = due_.begin(); it != due_.end() && it->first <= now; ++it) ready.push_back(it->second);
  for (auto* station : ready) {
    station->tick();
    schedule(*station);
  }
  if (armed_ == Instant{} && !due_.empty()) ports_.wake(armed_ = due_.begin()->first);
}

/// Puts the station where it belongs in the event heap, and the one timer on the heap's first.
void Keeper::schedule(Station& station) {
  const auto deadline = station.deadline();
  if (deadline != station.due) {
    if (station.due) due_.erase({*station.due, &station});
    if (deadline) due_.insert({*deadline, &station});
    station.due = deadline;
  }
  if (!started_ || due_.empty() || due_.begin()->first == armed_) return;
  armed_ = due_.begin()->first;
  ports_.wake(armed_);
}

/// Reads `Rows` with a reader of the store and gives them to `reply` on the station loop.
template <class Rows, class Read>
void Keeper::read(StationId id, Read read, UniqueFunction<void(Result<Rows>)> reply) {
  if (!station(id)) return reply(error(Errc::not_found, "there is no such station"));
  auto rows = std::make_shared<Rows>();
  auto answer = std::make_shared<UniqueFunction<void(Result<Rows>)>>(std::move(reply));
  ports_.store.read(
      [rows, read](store::Session& session) { *rows = read(session); },
      [rows, answer, post = ports_.post, alive = std::weak_ptr<bool>(alive_)](std::exception_ptr failure) {
        post([rows, answer, alive, failure] {
          if (alive.expired()) return;
          if (failure) return (*answer)(error(Errc::unavailable, "the history can't be read at present"));
          (*answer)(std::move(*rows));
        });
      });
}

void Keeper::history(StationId id, std::size_t limit, std::optional<std::int64_t> before,
                     HistoryReply reply) {
  read<std::vector<HistoryRow>>(
      id, [id, limit, before](store::Session& session) { return read_history(session, id, limit, before); },
      std::move(reply));
}

void Keeper::heard(StationId id, WallTime from, WallTime to, HeardReply reply) {
  read<std::vector<ItemHeard>>(
      id, [id, from, to](store::Session& session) { return read_heard(session, id, from, to); },
      std::move(reply));
}

std::vector<StationId> Keeper::stations() const {
  std::vector<StationId> ids;
  for (const auto& station : stations_) ids.push_back(station->id());
  return ids;
}

std::optional<StationId> Keeper::find(std::string_view slug) const {
  for (const auto& station : stations_) {
    if (station->programmer().station().slug == slug) return station->id();
  }
  return std::nullopt;
}

ViewPtr Keeper::view(StationId id) const {
  const auto* there = station(id);
  return there ? there->view() : nullptr;
}

const Programmer* Keeper::programmer(StationId id) const {
  const auto* there = station(id);
  if (there && !ports_.plays) looked_at_.insert(id);
  return there ? &there->programmer() : nullptr;
}

Keeper::Station* Keeper::station(StationId id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second;
}

}  // namespace longwave::schedule
