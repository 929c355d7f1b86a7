// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "schedule/radios/ports.hpp"
#include "schedule/radios/state.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace longwave::radios {

/// What radios there are, what each plays and who streams it: the side of them that a scheduler of a fleet
/// talks to. Two implementations: Radios (radios.hpp), which programmes them itself, and
/// fleet::StationRadios, where each is a station of this process that plays anyway.
///
/// Of one thread. An implementation has a Port, and speaks through it while a method runs. The owner arms a
/// timer for deadline() after every call, and calls tick() then.
class Programming {
 public:
  virtual ~Programming() = default;

  /// After a restart, before anything else: the radios as they were stored. Masters are kept, nothing is sent
  /// to them until resend().
  virtual void restore(const std::vector<Saved>& radios) = 0;

  virtual bool exists(std::string_view radio) const = 0;
  virtual void create(std::string_view radio) = 0;
  /// False: there was none. Nothing is sent; its master is the caller's to tell.
  virtual bool remove(std::string_view radio) = 0;

  /// Steps 5 to 7 of `play_radio` (docs/protocols/scheduler.md 5.2): makes `master` its master (creating the
  /// radio if need be) and sends what it has to play now and next. The caller has sent `radio_started`
  /// before.
  virtual void join(std::string_view radio, Master master) = 0;
  /// The streamer that builds its stream; nullopt: nobody. Sends nothing (join() does). False: no such radio.
  virtual bool set_master(std::string_view radio, std::optional<Master> master) = 0;
  virtual std::optional<std::string> master(std::string_view radio) const = 0;
  /// The radios whose master this streamer is, in order of creation.
  virtual std::vector<std::string> radios_of(std::string_view streamer) const = 0;
  /// All of them lose their master; their programmes go on. Returns them.
  virtual std::vector<std::string> release(std::string_view streamer) = 0;
  /// Sends the present `play` (and what is announced behind it) of all its radios again: after a reconnect or
  /// a restart of the scheduler.
  virtual void resend(std::string_view streamer) = 0;
  /// Sends this streamer, which isn't the master, a `prepare` of all that is told to a master that prepares.
  virtual void tell_ahead(std::string_view radio, std::string_view streamer) = 0;

  /// The programme of this radio was changed. Creates the radio when there is none (section 9).
  virtual void programme_changed(std::string_view radio) = 0;
  virtual void playlist_deleted(std::string_view radio, std::int64_t playlist) = 0;

  /// Handles everything that is due.
  virtual void tick() = 0;
  /// When tick() is to be called; nullopt: nothing waits. A nearer event makes it earlier.
  virtual std::optional<WallTime> deadline() const = 0;

  /// Rows that were changed since the last call, at most `limit` of them, oldest change first: for the store.
  virtual Changes take_changes(std::size_t limit) = 0;
  /// They could not be written: they are given again.
  virtual void not_written(const Changes& changes) = 0;

  // for people
  virtual Counts counts() const = 0;
  /// Of one radio, in order of time.
  virtual std::vector<EventView> events(std::string_view radio) const = 0;
  /// A page of radios: streaming ones first, then by end time, as the monitoring page wants them.
  virtual std::vector<RadioView> list(Show show, std::size_t offset, std::size_t limit) const = 0;
};

}  // namespace longwave::radios
