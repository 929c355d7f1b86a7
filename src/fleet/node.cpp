// SPDX-License-Identifier: Apache-2.0
#include "fleet/node.hpp"

#include "base/log.hpp"
#include "fleet/tables.hpp"
#include "io/loop.hpp"
#include "schedule/radios/tables.hpp"
#include "store/store.hpp"

#include <algorithm>
#include <exception>
#include <limits>
#include <type_traits>
#include <utility>

namespace longwave::fleet {
namespace {

constexpr std::size_t rows_per_write = 5000;
constexpr std::size_t events_at_once = 1000;
/// The loop looks at least so often: the wall clock, by which the radios go, may be set.
constexpr Duration longest_sleep = std::chrono::seconds{1};
/// A streamer waits 5 s for `radio_started`; most of that stays for it when the store is away.
constexpr Duration store_patience = std::chrono::seconds{1};

}  // namespace

struct Node::Reign {
  Reign(Node& node, std::int64_t term)
      : scheduler(node.parts_.clock, node, with_term(node.options_.scheduler, term)),
        own(node.options_.programming ? nullptr
                                      : std::make_unique<radios::Radios>(
                                            node.parts_.clock, scheduler, static_cast<radios::Source&>(node),
                                            node.options_.radios, node.options_.seed)),
        given(own ? nullptr : node.options_.programming(scheduler)),
        radios(own ? static_cast<radios::Programming&>(*own) : *given) {}
  static SchedulerOptions with_term(SchedulerOptions options, std::int64_t term) {
    options.term = term;
    if (options.stored_within <= Duration{}) options.stored_within = store_patience;
    return options;
  }

  Scheduler scheduler;
  std::unique_ptr<radios::Radios> own;
  std::unique_ptr<radios::Programming> given;
  radios::Programming& radios;  // one of them
};

Node::Node(Parts parts, NodeOptions options)
    : parts_(parts),
      options_(std::move(options)),
      post_(parts.loop.poster()),
      timer_(parts.loop),
      lease_(options_.name, options_.lease_patience) {}

Node::~Node() = default;

template <class Job, class Use>
void Node::ask_store(bool writes, Job job, Use use) {
  using Answer = std::invoke_result_t<Job&, store::Session&>;
  auto answer = std::make_shared<std::optional<Answer>>();
  auto run = [answer, job = std::move(job)](store::Session& session) mutable {
    answer->emplace(job(session));
  };
  auto done = [post = post_, answer, use = std::move(use)](std::exception_ptr failure) mutable {
    if (failure) answer->reset();
    post([answer, use = std::move(use)]() mutable { use(std::move(*answer)); });
  };
  if (writes) {
    parts_.store.write(std::move(run), std::move(done));
  } else {
    parts_.store.read(std::move(run), std::move(done));
  }
}

template <class Value, class Work>
UniqueFunction<void(Value)> Node::in_reign(Work work) {
  return [this, post = post_, reign = reigns_, work = std::move(work)](Value value) mutable {
    post([this, reign, work = std::move(work), value = std::move(value)]() mutable {
      if (!reign_ || reign != reigns_) return;
      work(*reign_, std::move(value));
      turn();
    });
  };
}

void Node::start() {
  parts_.bus.start({std::string(scheduler_channel), std::string(app_channel)}, *this);
  turn();
}

void Node::stop(Task done) {
  stopping_ = true;
  timer_.cancel();
  parts_.bus.stop();
  if (!reign_) return done();
  const auto term = lease_.term();
  const auto radios = reign_->radios.take_changes(std::numeric_limits<std::size_t>::max());
  const auto fleet = reign_->scheduler.take_changes();
  reign_.reset();
  ask_store(
      true,
      [radios, fleet, term](store::Session& session) {
        store::require_term(session, scheduler_lease, term);
        radios::write(session, radios);
        write(session, fleet);
        store::release_lease(session, scheduler_lease, term);
        return true;
      },
      [done = std::move(done)](std::optional<bool> written) mutable {
        if (!written) log::error("the scheduler could not write its last changes");
        done();
      });
}

// ---- the turn: everything that is due, then the next alarm ----

void Node::turn() {
  if (stopping_) return;
  ask_for_lease();
  if (!reign_ && !beginning_ && lease_.held(parts_.clock.now())) begin_reign();
  if (reign_) {
    if (const auto due = reign_->radios.deadline(); due && *due <= parts_.clock.wall()) reign_->radios.tick();
    if (const auto due = reign_->scheduler.deadline(); due && *due <= parts_.clock.now())
      reign_->scheduler.tick();
    const bool awaited = reign_->scheduler.wants_store() && !write_failed_;
    if (!writing_ && (awaited || parts_.clock.now() >= write_at_)) write_changes();
  }
  arm();
}

void Node::arm() {
  const auto now = parts_.clock.now();
  Instant next = std::min(lease_.next(now), now + longest_sleep);
  if (reign_) {
    if (const auto due = reign_->radios.deadline()) next = std::min(next, now + (*due - parts_.clock.wall()));
    if (const auto due = reign_->scheduler.deadline()) next = std::min(next, *due);
    if (!writing_) next = std::min(next, write_at_);
  }
  timer_.at(std::max(next, now), [this] { turn(); });
}

// ---- the lease ----

void Node::ask_for_lease() {
  const auto& clock = parts_.clock;
  if (reign_ && !lease_.held(clock.now())) resign("the lease could not be renewed in time");
  const auto failed = [this] {
    lease_.failed(parts_.clock.now());
    turn();
  };
  switch (lease_.ask(clock.now())) {
    case store::LeaseMachine::Ask::nothing:
      return;
    case store::LeaseMachine::Ask::read:
      return ask_store(
          false, [](store::Session& session) { return store::read_lease(session, scheduler_lease); },
          [this, failed](std::optional<std::optional<store::LeaseRow>> row) {
            if (!row) return failed();
            lease_.read(parts_.clock.now(), std::move(*row));
            turn();
          });
    case store::LeaseMachine::Ask::take:
      return ask_store(
          true,
          [name = options_.name, seen = lease_.seen()](store::Session& session) {
            return store::take_lease(session, scheduler_lease, name, seen);
          },
          [this, failed](std::optional<std::optional<std::int64_t>> term) {
            if (!term) return failed();
            lease_.taken(parts_.clock.now(), *term);
            turn();
          });
    case store::LeaseMachine::Ask::renew:
      return ask_store(
          true,
          [term = lease_.term()](store::Session& session) {
            return store::renew_lease(session, scheduler_lease, term);
          },
          [this, failed](std::optional<bool> still) {
            if (!still) return failed();
            lease_.renewed(parts_.clock.now(), *still);
            if (!*still && reign_) resign("another scheduler has the lease");
            turn();
          });
  }
}

void Node::begin_reign() {
  beginning_ = true;
  const auto term = lease_.term();
  log::info("this scheduler has the lease, with term {}", term);
  using Saved = std::pair<SavedFleet, std::vector<radios::Saved>>;
  ask_store(
      false,
      [](store::Session& session) {
        return Saved{fleet::load(session), radios::load_all(session)};
      },
      [this, term](std::optional<Saved> saved) {
        beginning_ = false;
        if (stopping_ || !lease_.held(parts_.clock.now()) || lease_.term() != term) return;
        if (saved) return reign(saved->first, saved->second);
        log::error("the states of the radios can't be read; it is tried again");
      });
}

void Node::reign(const SavedFleet& fleet, const std::vector<radios::Saved>& radios) {
  ++reigns_;
  reign_ = std::make_unique<Reign>(*this, lease_.term());
  parts_.outside.reigns(lease_.term());
  write_at_ = parts_.clock.now() + options_.write_every;
  reign_->radios.restore(radios);
  reign_->scheduler.start(reign_->radios, fleet);
  if (parts_.bus.up()) reign_->scheduler.bus_up();
  parts_.outside.all_radios(
      in_reign<std::vector<std::string>>([](Reign& now, const std::vector<std::string>& all) {
        for (const auto& radio : all) {
          if (!now.radios.exists(radio)) now.radios.create(radio);
        }
      }));
  turn();
}

void Node::resign(std::string_view why) {
  log::warn("this scheduler is a standby now: {}", why);
  ++reigns_;
  reign_.reset();
  writing_ = fetching_ = write_failed_ = false;
}

void Node::write_changes() {
  write_at_ = parts_.clock.now() + options_.write_every;
  auto radios = reign_->radios.take_changes(rows_per_write);
  auto fleet = reign_->scheduler.take_changes();
  if (radios.empty() && fleet.empty()) return reign_->scheduler.all_written();
  writing_ = true;
  auto changes =
      std::make_shared<const std::pair<radios::Changes, FleetChanges>>(std::move(radios), std::move(fleet));
  ask_store(
      true,
      [changes, term = lease_.term()](store::Session& session) {
        store::require_term(session, scheduler_lease, term);
        radios::write(session, changes->first);
        write(session, changes->second);
        return true;
      },
      [this, changes, reign = reigns_](std::optional<bool> written) {
        if (!reign_ || reign != reigns_) return;
        writing_ = false;
        write_failed_ = !written;
        if (written) {
          reign_->scheduler.written(changes->first);
        } else {
          ++writes_failed_;
          reign_->radios.not_written(changes->first);
          reign_->scheduler.not_written(changes->second);
          write_at_ = parts_.clock.now() + options_.write_every;
        }
        turn();
      });
}

// ---- the bus ----

void Node::on_bus_up() {
  log::info("the bus is up");
  if (!reign_) return;
  reign_->scheduler.bus_up();
  turn();
}

void Node::on_bus_down(const std::string& why) {
  log::warn("the bus is down: {}", why);
  if (reign_) reign_->scheduler.bus_down();
}

void Node::on_bus_message(const std::string& channel, std::string payload) {
  if (!reign_ || stopping_) return;
  // The boundary of one message: whatever it does, the next one is read.
  try {
    if (channel == app_channel) {
      reign_->scheduler.app_received(payload);
    } else {
      reign_->scheduler.received(payload);
    }
  } catch (const std::exception& problem) {
    log::error("a message on {} could not be handled: {}", channel, problem.what());
  }
  turn();
}

// ---- what the machines ask ----

void Node::send(std::string_view streamer, const ToStreamer& message, const std::optional<Stamp>& stamp) {
  if (const auto* prepare = std::get_if<Prepare>(&message)) {
    auto known = *prepare;
    known.gain_db = parts_.outside.gain_db(known.file);
    parts_.bus.publish(streamer_channel(streamer), format(known, stamp));
    return;
  }
  parts_.bus.publish(streamer_channel(streamer), format(message, stamp));
}

void Node::report(const Report& report) {
  parts_.outside.report(report);
}

void Node::played(Played item) {
  parts_.outside.played(std::move(item));
}

void Node::request_started(std::string_view radio, std::int64_t request) {
  parts_.outside.request_started(std::string(radio), request);
}

void Node::find_user(std::uint64_t ticket, const Credentials& credentials) {
  parts_.outside.find_user(credentials, in_reign<User>([ticket](Reign& now, const User& user) {
                             now.scheduler.user_found(ticket, user);
                           }));
}

void Node::find_radio(std::string_view radio_uuid) {
  std::string radio(radio_uuid);
  parts_.outside.has_radio(
      radio, in_reign<bool>([radio](Reign& now, bool found) { now.scheduler.radio_found(radio, found); }));
}

void Node::fetch_events() {
  parts_.outside.events_wanted();
  take_stored_events();
}

void Node::take_stored_events() {
  if (std::exchange(fetching_, true)) return;
  ask_store(
      true,
      [term = lease_.term()](store::Session& session) {
        store::require_term(session, scheduler_lease, term);
        return take_events(session, events_at_once);
      },
      [this, reign = reigns_](std::optional<std::vector<AppEvent>> events) {
        if (!reign_ || reign != reigns_) return;
        fetching_ = false;
        if (!events) return;
        for (const auto& event : *events) reign_->scheduler.app_event(event);
        if (events->size() == events_at_once) take_stored_events();
        turn();
      });
}

void Node::load(std::string_view radio_uuid) {
  std::string radio(radio_uuid);
  parts_.outside.read_programme(
      radio, in_reign<Outside::Programme>([radio](Reign& now, Outside::Programme programme) {
        if (now.own) now.own->loaded(radio, std::move(programme));
      }));
}

std::string Node::file(std::uint32_t key) const {
  return parts_.outside.file(key);
}

// ---- people ----

void Node::look(UniqueFunction<void(const View&)> look) {
  post_([this, look = std::move(look)]() mutable {
    look({.scheduler = reign_ ? &reign_->scheduler : nullptr,
          .radios = reign_ ? &reign_->radios : nullptr,
          .bus_up = parts_.bus.up(),
          .stopping = stopping_,
          .name = options_.name,
          .holder = reign_          ? options_.name
                    : lease_.seen() ? lease_.seen()->holder
                                    : "",
          .reports = parts_.outside.reports_waiting(),
          .writes_failed = writes_failed_,
          .now = parts_.clock.wall()});
  });
}

void Node::wake_up() {
  post_([this] {
    if (reign_ && !stopping_) take_stored_events();
  });
}

void Node::library_changed() {
  if (!reign_ || !reign_->own || stopping_) return;
  auto& radios = *reign_->own;
  for (const auto& silent : radios.list(radios::Show::broken, 0, radios.counts().radios))
    radios.programme_changed(silent.radio);
  turn();
}

void Node::user_unknown(std::int64_t user_id) {
  post_([this, user_id] {
    if (reign_) reign_->scheduler.user_unknown(user_id);
  });
}

}  // namespace longwave::fleet
