// SPDX-License-Identifier: Apache-2.0
#include "schedule/keeper_station.hpp"

#include "base/log.hpp"
#include "schedule/tables.hpp"
#include "store/store.hpp"

#include <algorithm>
#include <string>

namespace longwave::schedule {

namespace {

constexpr Duration save_pause = std::chrono::seconds{5};
/// Rows of the history that are kept in memory while the store can't take them; a month of songs.
constexpr std::size_t max_unsaved_history = 10'000;

Error not_written() {
  return error(Errc::unavailable, "the change couldn't be written to the disk; nothing was changed");
}

Error being_removed() {
  return error(Errc::conflict, "the station is being removed");
}

std::string text(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& e) {
    return e.what();
  } catch (...) {
    return "unknown";
  }
}

}  // namespace

Keeper::Station::Station(Keeper& keeper, Saved saved) : keeper_(keeper), id_(saved.station.id) {
  programmer_ =
      std::make_unique<Programmer>(std::move(saved), keeper_.ports_.rules, keeper_.catalogue_, moment(),
                                   keeper_.ports_.seed + static_cast<std::uint64_t>(id_.value));
  proceed();
}

Moment Keeper::Station::moment() const {
  return {keeper_.ports_.clock.now(), keeper_.ports_.clock.wall()};
}

void Keeper::Station::run(Command command, Reply reply) {
  if (leaving_) return reply(being_removed());
  if (failed_ || reading_ || unsaved_) {
    waiting_.emplace_back(std::move(command), std::move(reply));
    if (unsaved_ && !failed_ && !reading_) save();
    return;
  }
  if (!keeper_.ports_.plays) return change_elsewhere(std::move(command), std::move(reply));
  execute(std::move(command), std::move(reply));
}

void Keeper::Station::receive(const orders::FromPlayer& message) {
  if (failed_ || reading_ || leaving_) return;  // what is read back asks again
  programmer_->receive(message, moment());
  proceed();
}

void Keeper::Station::set_catalogue() {
  if (leaving_) return;
  programmer_->set_catalogue(keeper_.catalogue_, moment());
  proceed();
}

void Keeper::Station::tick() {
  if (leaving_) return;
  if (unsaved_ && !saving_ && save_again_ <= keeper_.ports_.clock.now()) save();
  if (failed_ || reading_) return;
  programmer_->tick(moment());
  proceed();
}

std::optional<Instant> Keeper::Station::deadline() const {
  if (failed_ || reading_ || leaving_) return std::nullopt;
  auto at = programmer_->deadline();
  if (unsaved_ && !saving_ && (!at || save_again_ < *at)) at = save_again_;
  return at;
}

/// Takes what the programme itself did: it is written, and sent without waiting for that.
void Keeper::Station::proceed() {
  if (leaving_) return;
  auto output = programmer_->take();
  if (output.empty() || !keeper_.ports_.plays) return;
  Step step;
  step.output = std::move(output);
  if (step.output.delta) {
    if (unsaved_) {
      keep_unsaved(std::move(step.output.delta->history));
    } else {
      write(step);
    }
  }
  steps_.push_back(std::move(step));
  flush();
}

void Keeper::Station::execute(Command command, Reply reply) {
  auto answer = programmer_->run(command, moment());
  if (!answer) {
    proceed();
    reply(answer.error());
    return;
  }
  Step step;
  step.output = programmer_->take();
  step.reply = std::move(reply);
  step.answer = std::move(*answer);
  if (step.output.delta) {
    step.waits = true;
    write(step);
  }
  steps_.push_back(std::move(step));
  flush();
}

void Keeper::Station::write(Step& step) {
  step.number = ++last_step_;
  ++writing_;
  auto delta = std::make_shared<const Delta>(*step.output.delta);
  keeper_.ports_.store.write(
      [delta](store::Session& session) { schedule::write(session, *delta); },
      [this, delta, number = step.number, command = step.waits, post = keeper_.ports_.post,
       alive = std::weak_ptr<bool>(alive_)](std::exception_ptr failure) {
        post([this, delta, number, command, alive, failure] {
          if (!alive.expired()) written(number, command, delta->history, failure);
        });
      });
}

void Keeper::Station::written(std::uint64_t number, bool command, std::vector<HistoryRow> history,
                              std::exception_ptr failure) {
  --writing_;
  const auto step =
      std::find_if(steps_.begin(), steps_.end(), [&](const Step& s) { return s.number == number; });
  if (step != steps_.end()) {
    step->waits = false;
    step->failed = command && failure;
  }
  if (failure) {
    log::error("schedule: a change of station {} couldn't be written: {}", id_.value, text(failure));
    if (command) {
      failed_ = true;
    } else {
      keep_unsaved(std::move(history));
    }
  }
  if (failed_) {
    if (writing_ == 0) reload();
    return;
  }
  flush();
  keeper_.schedule(*this);
}

void Keeper::Station::begin() {
  begun_ = true;
  flush();
}

/// Sends and tells, in order, what doesn't wait for the disk.
void Keeper::Station::flush() {
  if (!begun_ || failed_ || reading_ || flushing_) return;
  flushing_ = true;  // who is told may give the next command at once; its step waits for its turn
  while (!failed_ && !steps_.empty() && !steps_.front().waits) {
    auto step = std::move(steps_.front());
    steps_.pop_front();
    for (const auto& order : step.output.orders) keeper_.ports_.player.receive(id_, order);
    for (const auto& event : step.output.events) tell(event);
    if (step.reply) step.reply(std::move(step.answer));
  }
  flushing_ = false;
}

void Keeper::Station::tell(const Event& event) {
  if (const auto* queue = std::get_if<QueueChanged>(&event)) keeper_.queue_changed.emit(*queue);
  if (const auto* now = std::get_if<NowChanged>(&event)) keeper_.now_changed.emit(*now);
  if (const auto* history = std::get_if<HistoryAdded>(&event)) keeper_.history_added.emit(*history);
  if (const auto* programme = std::get_if<ProgrammeChanged>(&event))
    keeper_.programme_changed.emit(*programme);
  const auto* changed = std::get_if<StationChanged>(&event);
  if (!changed) return;
  auto told = *changed;
  told.before = std::exchange(told_, told.view);  // what was dropped in between was never told
  if (told.before) told.what = differences(*told.before, *told.view);
  keeper_.station_changed.emit(told);
}

ViewPtr Keeper::Station::view() const {
  return told_ ? told_ : std::make_shared<const View>(programmer_->view());
}

// --- when it is removed

bool Keeper::Station::leave() {
  if (std::exchange(leaving_, true)) return false;
  for (auto& [command, reply] : std::exchange(waiting_, {})) reply(being_removed());
  return true;
}

/// What was passed over meanwhile is asked for again, as after a change that couldn't be written.
void Keeper::Station::stay() {
  leaving_ = false;
  if (!reading_) reload();
}

void Keeper::Station::dismiss() {
  for (auto& step : std::exchange(steps_, {})) {
    if (step.reply) step.reply(error(Errc::not_found, "there is no such station"));
  }
}

// --- when the store can't take what the programme did

void Keeper::Station::keep_unsaved(std::vector<HistoryRow> history) {
  if (!unsaved_) save_again_ = keeper_.ports_.clock.now() + save_pause;
  unsaved_ = true;
  changed_while_saving_ = saving_;
  std::move(history.begin(), history.end(), std::back_inserter(unsaved_history_));
  if (unsaved_history_.size() > max_unsaved_history) {
    unsaved_history_.erase(unsaved_history_.begin(), unsaved_history_.end() - max_unsaved_history);
  }
}

void Keeper::Station::save() {
  if (saving_ || leaving_) return;
  saving_ = true;
  changed_while_saving_ = false;
  auto delta = std::make_shared<Delta>(programmer_->snapshot());
  delta->history = unsaved_history_;
  ++writing_;
  keeper_.ports_.store.write(
      [delta](store::Session& session) { schedule::write(session, *delta); },
      [this, post = keeper_.ports_.post, alive = std::weak_ptr<bool>(alive_)](std::exception_ptr failure) {
        post([this, alive, failure] {
          if (!alive.expired()) saved(failure);
        });
      });
}

void Keeper::Station::saved(std::exception_ptr failure) {
  --writing_;
  saving_ = false;
  if (failure) {
    save_again_ = keeper_.ports_.clock.now() + save_pause;
    refuse_waiting();
    keeper_.schedule(*this);
    return;
  }
  if (changed_while_saving_) return save();
  log::info("schedule: station {} is on the disk again", id_.value);
  unsaved_ = false;
  unsaved_history_.clear();
  for (auto& [command, reply] : std::exchange(waiting_, {})) run(std::move(command), std::move(reply));
  keeper_.schedule(*this);
}

void Keeper::Station::refuse_waiting() {
  for (auto& [command, reply] : std::exchange(waiting_, {})) reply(not_written());
}

// --- when the store couldn't take a command

void Keeper::Station::reload() {
  reading_ = true;
  auto read = std::make_shared<std::optional<Saved>>();
  keeper_.ports_.store.read([read, id = id_](store::Session& session) { *read = load(session, id); },
                            [this, read, post = keeper_.ports_.post,
                             alive = std::weak_ptr<bool>(alive_)](std::exception_ptr failure) {
                              post([this, read, alive, failure] {
                                if (alive.expired()) return;
                                if (failure)
                                  log::error("schedule: station {} couldn't be read back: {}", id_.value,
                                             text(failure));
                                reloaded(failure ? std::nullopt : std::move(*read));
                              });
                            });
}

/// What was on its way is dropped with its orders and events: the player never heard of it.
void Keeper::Station::reloaded(std::optional<Saved> saved) {
  auto dropped = std::exchange(steps_, {});
  failed_ = reading_ = false;
  if (saved) {
    // Numbers that were given are never given again, whether or not they are on the disk.
    const auto& live = programmer_->station();
    saved->station.version = std::max(saved->station.version, live.version);
    saved->station.next_entry = std::max(saved->station.next_entry, live.next_entry);
    saved->station.next_history = std::max(saved->station.next_history, live.next_history);
    unsaved_ = false;
    unsaved_history_.clear();
    const auto clock = programmer_->clock();
    programmer_ = std::make_unique<Programmer>(std::move(*saved), keeper_.ports_.rules, keeper_.catalogue_,
                                               moment(), ++keeper_.ports_.seed, clock);
  } else {
    // Nothing can be read either: go on with what is in memory, and write all of it as soon as that works.
    keep_unsaved({});
    programmer_->player_is_new(moment());
  }
  programmer_->told_again(moment());
  proceed();
  for (auto& step : dropped) {
    if (!step.reply) continue;
    if (step.failed) {
      step.reply(not_written());
    } else {
      step.answer.version = programmer_->queue().version();
      step.reply(std::move(step.answer));
    }
  }
  for (auto& [command, reply] : std::exchange(waiting_, {})) run(std::move(command), std::move(reply));
  keeper_.schedule(*this);
}

}  // namespace longwave::schedule
