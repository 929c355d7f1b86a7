// SPDX-License-Identifier: Apache-2.0
// Stations that come and go while the program runs.
#include "base/log.hpp"
#include "schedule/keeper.hpp"
#include "schedule/keeper_station.hpp"
#include "schedule/tables.hpp"
#include "store/store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

namespace longwave::schedule {

namespace {

constexpr std::size_t longest_slug = 32;

Error not_written(std::exception_ptr failure) {
  try {
    std::rethrow_exception(std::move(failure));
  } catch (const std::exception& e) {
    log::error("schedule: the list of stations couldn't be written: {}", e.what());
  }
  return error(Errc::unavailable, "the change couldn't be written to the disk; nothing was changed");
}

Result<void> usable_slug(const std::string& slug) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  const bool plain = std::all_of(slug.begin(), slug.end(), [&](char c) { return letter(c) || c == '-'; });
  if (!plain || slug.empty() || slug.size() > longest_slug || !letter(slug.front()) || !letter(slug.back()))
    return error(
        Errc::invalid,
        fmt::format("a station's address is 1 to {} of a-z, 0-9 and, in between, hyphens", longest_slug));
  if (slug == "default") return error(Errc::invalid, "`default` means the first station to other programs");
  return {};
}

Result<StationRow> make(store::Session& session, const StationRow& row, std::size_t most, bool plays,
                        const Keeper::Along& along) {
  if (auto played = plays ? std::nullopt : played_elsewhere(session)) return *played;
  const auto there = session.value<std::int64_t>("SELECT count(*) FROM stations").value_or(0);
  if (there >= static_cast<std::int64_t>(most))
    return error(Errc::full, fmt::format("there are {} stations, which is as many as may be", there));
  if (session.value<std::int64_t>("SELECT count(*) FROM stations WHERE slug = :slug", row.slug) != 0)
    return error(Errc::conflict, fmt::format("there is a station '{}' already", row.slug));
  if (along) {
    if (auto done = along(session); !done) return done.error();
  }
  return create(session, row);
}

}  // namespace

void Keeper::create(NewStation fresh, Along along, Created reply) {
  if (auto usable = usable_slug(fresh.slug); !usable) return reply(usable.error());
  if (auto usable = usable_station_name(fresh.name); !usable) return reply(usable.error());
  StationRow row;
  row.id = StationId{last_id_ + 1};
  row.slug = std::move(fresh.slug);
  row.name = std::move(fresh.name);
  row.epoch = ports_.clock.wall();
  become(row, fresh.kind);
  Random random(ports_.seed ^ static_cast<std::uint64_t>(row.epoch.time_since_epoch().count()) ^
                static_cast<std::uint64_t>(++last_id_) << 40U);
  row.radio_uuid = new_radio_uuid(random);
  auto made = std::make_shared<Result<StationRow>>(row);
  auto answer = std::make_shared<Created>(std::move(reply));
  ports_.store.write([made, row, along = std::move(along), most = ports_.most_stations, plays = ports_.plays](
                         store::Session& session) { *made = make(session, row, most, plays, along); },
                     [this, made, answer, post = ports_.post,
                      alive = std::weak_ptr<bool>(alive_)](std::exception_ptr failure) {
                       post([this, made, answer, alive, failure] {
                         if (alive.expired()) return;
                         if (failure) return (*answer)(not_written(failure));
                         if (!*made) return (*answer)(made->error());
                         Saved saved;
                         saved.station = std::move(**made);
                         const auto id = saved.station.id;
                         opened(std::move(saved));
                         (*answer)(id);
                       });
                     });
}

void Keeper::opened(Saved saved) {
  const auto id = saved.station.id;
  if (station(id)) return;  // it was seen already
  last_id_ = std::max(last_id_, id.value);
  log::info("station '{}' is there from now on", saved.station.slug);
  stations_.push_back(std::make_unique<Station>(*this, std::move(saved)));
  auto& station = *stations_.back();
  by_id_[id] = &station;
  station_opened.emit(id);
  if (started_) station.begin();
  schedule(station);
}

void Keeper::rename(StationId id, std::string name, Reply reply) {
  run(id, Rename{std::move(name)}, [this, id, reply = std::move(reply)](Result<Answer> done) mutable {
    if (done) station_renamed.emit(id);
    reply(std::move(done));
  });
}

void Keeper::remove(StationId id, Along along, Removed reply) {
  auto* there = station(id);
  if (!there) return reply(error(Errc::not_found, "there is no such station"));
  if (there->programmer().station().slug == "main")
    return reply(error(Errc::conflict, "the first station can't be removed"));
  if (!there->leave()) return reply(error(Errc::conflict, "the station is being removed"));
  schedule(*there);
  auto outcome = std::make_shared<Result<void>>();
  auto answer = std::make_shared<Removed>(std::move(reply));
  ports_.store.write(
      [id, outcome, uuid = there->programmer().station().radio_uuid, plays = ports_.plays,
       along = std::move(along)](store::Session& session) {
        if (auto played = plays ? std::nullopt : played_elsewhere(session)) *outcome = *played;
        // Somebody else may have removed it; whatever has its slug by now is another one.
        if (session.value<std::int64_t>("SELECT count(*) FROM stations WHERE id = :id AND radio_uuid = :uuid",
                                        id, uuid) == 0)
          *outcome = error(Errc::not_found, "there is no such station");
        if (*outcome && along) *outcome = along(session);
        if (*outcome) schedule::remove(session, id);
      },
      [this, id, outcome, answer, post = ports_.post,
       alive = std::weak_ptr<bool>(alive_)](std::exception_ptr failure) {
        post([this, id, outcome, answer, alive, failure] {
          if (alive.expired()) return;
          if (failure) *outcome = not_written(failure);
          if (*outcome || outcome->error().code == Errc::not_found) {
            closed(id);
          } else if (auto* kept = station(id)) {
            kept->stay();
            schedule(*kept);
          }
          (*answer)(*outcome);
        });
      });
}

void Keeper::closed(StationId id) {
  auto* there = station(id);
  if (!there) return;
  const auto& row = there->programmer().station();
  const StationClosed event{id, row.slug, row.radio_uuid};
  if (there->due) due_.erase({*there->due, there});
  by_id_.erase(id);
  const auto place =
      std::find_if(stations_.begin(), stations_.end(), [&](const auto& one) { return one.get() == there; });
  const auto gone = std::move(*place);
  stations_.erase(place);
  gone->dismiss();
  log::info("station '{}' was removed", event.slug);
  station_closed.emit(event);
}

}  // namespace longwave::schedule
