// SPDX-License-Identifier: Apache-2.0
// Stations that this process doesn't play: what is in memory is a copy of the store's, and a change is made
// there, if nobody else has made one meanwhile.
#include "base/log.hpp"
#include "schedule/keeper_station.hpp"
#include "schedule/programmes.hpp"
#include "schedule/tables.hpp"
#include "store/store.hpp"

#include <exception>
#include <memory>
#include <utility>

namespace longwave::schedule {
namespace {

std::uint64_t version_of(const StationProgrammePtr& programme) {
  return programme ? programme->version : 0;
}

Error changed_meanwhile() {
  return error(Errc::conflict, "somebody else has changed the programme meanwhile: read it again");
}

/// False: the stored programme isn't of the version that was changed.
bool write_change(store::Session& session, StationId station, const Command& command, std::uint64_t version) {
  if (const auto* rename = std::get_if<Rename>(&command)) {
    session.run("UPDATE stations SET name = :name WHERE id = :id", rename->name, station);
    return true;
  }
  const auto stored = read_programme(session, station);
  if (version_of(stored) != version) return false;
  auto next = *std::get<SetProgramme>(command).programme;
  next.version = version + 1;
  write_programme(session, station, next, stored.get());
  return true;
}

}  // namespace

void Keeper::look_again() {
  for (const auto id : std::exchange(looked_at_, {})) {
    if (auto* there = station(id)) there->look_again();
  }
}

void Keeper::Station::look_again() {
  if (!leaving_ && !reading_) read_again([] {});
}

void Keeper::Station::change_elsewhere(Command command, Reply reply) {
  const auto* set = std::get_if<SetProgramme>(&command);
  if (!set && !std::holds_alternative<Rename>(command))
    return reply(error(Errc::unavailable, "this station isn't played by this process"));
  const auto version = version_of(programmer_->station().programme);
  if (set && set->base && *set->base != version) {
    auto answer = std::make_shared<Reply>(std::move(reply));
    return read_again([answer] { (*answer)(changed_meanwhile()); });
  }
  struct Change {
    Command command;
    Reply reply;
    bool fits = false;
  };
  reading_ = true;
  auto change = std::make_shared<Change>(Change{std::move(command), std::move(reply)});
  keeper_.ports_.store.write(
      [change, id = id_, version](store::Session& session) {
        change->fits = write_change(session, id, change->command, version);
      },
      [this, change, post = keeper_.ports_.post,
       alive = std::weak_ptr<bool>(keeper_.alive_)](std::exception_ptr failure) {
        post([this, change, alive, failure] {
          if (alive.expired()) return;
          reading_ = false;
          if (!failure && !change->fits) return read_again([change] { change->reply(changed_meanwhile()); });
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
  keeper_.ports_.store.read([read, id = id_](store::Session& session) { *read = load(session, id); },
                            [this, read, after, post = keeper_.ports_.post,
                             alive = std::weak_ptr<bool>(keeper_.alive_)](const std::exception_ptr& failure) {
                              post([this, read, after, alive, failed = failure != nullptr] {
                                if (alive.expired()) return;
                                reading_ = false;
                                if (failed) {
                                  log::error("schedule: station {} couldn't be read again", id_.value);
                                } else if (*read) {
                                  const auto before = version_of(programmer_->station().programme);
                                  programmer_ = std::make_unique<Programmer>(
                                      std::move(**read), keeper_.ports_.rules, keeper_.catalogue_, moment(),
                                      ++keeper_.ports_.seed, programmer_->clock());
                                  (void)programmer_->take();
                                  const auto now = version_of(programmer_->station().programme);
                                  if (now != before) keeper_.programme_changed.emit({id_, now});
                                }
                                (*after)();
                                run_waiting();
                              });
                            });
}

void Keeper::Station::run_waiting() {
  for (auto& [command, reply] : std::exchange(waiting_, {})) run(std::move(command), std::move(reply));
}

}  // namespace longwave::schedule
