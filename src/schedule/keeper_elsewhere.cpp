// SPDX-License-Identifier: Apache-2.0
// Stations that this process doesn't play: what is in memory is a copy of the store's, and a change is made
// there, if nobody else has made one meanwhile.
#include "base/log.hpp"
#include "schedule/keeper_station.hpp"
#include "schedule/programmes.hpp"
#include "schedule/tables.hpp"
#include "store/lease.hpp"
#include "store/store.hpp"

#include <exception>
#include <memory>
#include <string>
#include <utility>

namespace longwave::schedule {
namespace {

std::uint64_t version_of(const StationProgrammePtr& programme) {
  return programme ? programme->version : 0;
}

Error changed_meanwhile() {
  return error(Errc::conflict, "somebody else has changed the programme meanwhile: read it again");
}

Error gone() {
  return error(Errc::not_found, "there is no such station");
}

Result<void> write_change(store::Session& session, StationId station, const std::string& radio_uuid,
                          const Command& command, std::uint64_t version) {
  if (const auto played = played_elsewhere(session)) return *played;
  // Whoever else changes this station waits here, and sees what this leaves.
  if (session.run("UPDATE stations SET name = name WHERE id = :id AND radio_uuid = :uuid", station,
                  radio_uuid) == 0)
    return gone();
  if (const auto* rename = std::get_if<Rename>(&command)) {
    session.run("UPDATE stations SET name = :name WHERE id = :id", rename->name, station);
    return {};
  }
  const auto stored = read_programme(session, station);
  if (version_of(stored) != version) return changed_meanwhile();
  auto next = *std::get<SetProgramme>(command).programme;
  next.version = version + 1;
  write_programme(session, station, next, stored.get());
  return {};
}

}  // namespace

std::optional<Error> played_elsewhere(store::Session& session) {
  if (!store::another_is_sole(session)) return std::nullopt;
  return error(Errc::unavailable,
               "a process of the role all plays the stations of this database: change them there");
}

void Keeper::changed_elsewhere(const std::vector<StationId>& stations) {
  for (const auto id : stations) {
    if (auto* there = station(id)) {
      there->look_again();
      continue;
    }
    auto read = std::make_shared<std::optional<Saved>>();
    ports_.store.read([read, id](store::Session& session) { *read = load(session, id); },
                      [this, read, id, post = ports_.post,
                       alive = std::weak_ptr<bool>(alive_)](const std::exception_ptr& failure) {
                        post([this, read, id, alive, failed = failure != nullptr] {
                          if (alive.expired()) return;
                          if (failed) looked_at_.insert(id);  // again later
                          if (*read) opened(std::move(**read));
                        });
                      });
  }
}

void Keeper::look_again() {
  const auto ids = std::exchange(looked_at_, {});
  changed_elsewhere({ids.begin(), ids.end()});
}

void Keeper::Station::look_again() {
  if (leaving_ || reading_) {
    keeper_.looked_at_.insert(id_);  // later
  } else {
    read_again([] {});
  }
}

void Keeper::Station::change_elsewhere(Command command, Reply reply) {
  const auto* set = std::get_if<SetProgramme>(&command);
  if (!set && !std::holds_alternative<Rename>(command))
    return reply(error(Errc::unavailable,
                       "this station isn't played by this process: who steers it by hand does so where its "
                       "role is all; its name, its programme and requests can be changed here"));
  const auto version = version_of(programmer_->station().programme);
  if (set && set->base && *set->base != version) {
    auto answer = std::make_shared<Reply>(std::move(reply));
    return read_again([answer] { (*answer)(changed_meanwhile()); });
  }
  struct Change {
    Command command;
    Reply reply;
    Result<void> done = {};
  };
  reading_ = true;
  auto change = std::make_shared<Change>(Change{std::move(command), std::move(reply)});
  keeper_.ports_.store.write(
      [change, id = id_, uuid = programmer_->station().radio_uuid, version](store::Session& session) {
        change->done = write_change(session, id, uuid, change->command, version);
      },
      [this, change, post = keeper_.ports_.post, keeper = std::weak_ptr<bool>(keeper_.alive_),
       alive = std::weak_ptr<bool>(alive_)](std::exception_ptr failure) {
        post([this, change, keeper, alive, failure] {
          if (keeper.expired()) return;
          if (alive.expired()) return change->reply(gone());
          reading_ = false;
          if (!failure && !change->done) return read_again([change] { change->reply(change->done.error()); });
          if (failure) {
            change->reply(error(Errc::unavailable, "the change couldn't be written; nothing was changed"));
          } else {
            auto answer = programmer_->run(change->command, moment());
            for (const auto& event : programmer_->take().events) tell(event);
            change->reply(std::move(answer));
          }
          run_waiting();
        });
      });
}

void Keeper::Station::read_again(UniqueFunction<void()> then) {
  reading_ = true;
  auto read = std::make_shared<std::optional<Saved>>();
  auto after = std::make_shared<UniqueFunction<void()>>(std::move(then));
  keeper_.ports_.store.read(
      [read, id = id_](store::Session& session) { *read = load(session, id); },
      [this, read, after, post = keeper_.ports_.post, keeper = std::weak_ptr<bool>(keeper_.alive_),
       alive = std::weak_ptr<bool>(alive_)](const std::exception_ptr& failure) {
        post([this, read, after, keeper, alive, failed = failure != nullptr] {
          if (keeper.expired()) return;
          if (alive.expired()) return (*after)();
          reading_ = false;
          if (!failed) return take_in(std::move(*read), *after);
          log::error("schedule: station {} couldn't be read again", id_.value);
          keeper_.looked_at_.insert(id_);
          (*after)();
          run_waiting();
        });
      });
}

/// `then` comes before anything else is done, but after what was read is there.
void Keeper::Station::take_in(std::optional<Saved> saved, UniqueFunction<void()>& then) {
  const auto now = saved ? version_of(saved->station.programme) : 0;
  const auto& row = programmer_->station();
  if (!saved || saved->station.radio_uuid != row.radio_uuid) {  // gone; perhaps another has its number
    then();
    auto waiting = std::exchange(waiting_, {});
    for (auto& [command, reply] : waiting) reply(gone());
    auto& keeper = keeper_;
    keeper.closed(id_);
    if (saved) keeper.opened(std::move(*saved));
    return;
  }
  const auto before = version_of(row.programme);
  const bool renamed = row.name != saved->station.name;
  programmer_ = std::make_unique<Programmer>(std::move(*saved), keeper_.ports_.rules, keeper_.catalogue_,
                                             moment(), ++keeper_.ports_.seed, programmer_->clock());
  (void)programmer_->take();
  if (renamed) keeper_.station_renamed.emit(id_);
  if (now != before) keeper_.programme_changed.emit({id_, now});
  then();
  run_waiting();
}

void Keeper::Station::run_waiting() {
  for (auto& [command, reply] : std::exchange(waiting_, {})) run(std::move(command), std::move(reply));
}

}  // namespace longwave::schedule
