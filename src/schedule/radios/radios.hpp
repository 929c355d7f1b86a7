// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"
#include "schedule/radios/programming.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace longwave::radios {

/// The programmer of very many radios: rows, not objects; one event heap; the original scheduler's time
/// events (docs/protocols/scheduler.md, 5.1, 10 and 11) with what docs/radios.md adds. A pure machine of one
/// thread: every call reads the clock's wall time (UTC; std::chrono durations, no local time anywhere),
/// changes rows and speaks through the Port while it runs. The owner arms one timer for deadline() after
/// every call, and calls tick() then.
///
/// A radio's programme runs whether or not a streamer is its master; without one `play` and `prepare` are not
/// sent. A radio with nothing to play is asked again every 10 s (Settings::retry), never forgotten.
class Radios final : public Programming {
 public:
  /// `port` and `source` outlive this; `seed` is the chance of jingles and of playlists that are built here.
  Radios(const Clock& clock, Port& port, Source& source, Settings settings, std::uint64_t seed);
  ~Radios() override;
  Radios(const Radios&) = delete;
  Radios& operator=(const Radios&) = delete;

  /// After a restart, before anything else: the radios as they were stored. What is over is not replayed:
  /// such a radio prepares one track now; one that is within its song goes on in it. Masters are kept,
  /// nothing is sent to them until resend().
  void restore(const std::vector<Saved>& radios) override;

  /// True if the radio has a state record.
  bool exists(std::string_view radio) const override;
  /// 5.1: drops what there was of it and prepares a first track now, with delay 0.
  void create(std::string_view radio, std::optional<Master> master);
  void create(std::string_view radio) override { create(radio, std::nullopt); }
  /// False: there was none. Nothing is sent; its master is the caller's to tell.
  bool remove(std::string_view radio) override;

  /// Steps 5 to 7 of `play_radio` (5.2): makes `master` its master (creating the radio if need be) and sends
  /// what it has to play now and next. The caller has sent `radio_started` before.
  void join(std::string_view radio, Master master) override;
  /// The streamer that builds its stream; nullopt: nobody. Sends nothing (join() does). False: no such radio.
  bool set_master(std::string_view radio, std::optional<Master> master) override;
  std::optional<std::string> master(std::string_view radio) const override;
  /// The radios whose master this streamer is, in order of creation.
  std::vector<std::string> radios_of(std::string_view streamer) const override;
  /// All of them lose their master; their programmes go on. Returns them.
  std::vector<std::string> release(std::string_view streamer) override;
  /// Sends the present `play` (and what is announced behind it) of all its radios again: after a reconnect or
  /// a restart of the scheduler.
  void resend(std::string_view streamer) override;
  void tell_ahead(std::string_view radio, std::string_view streamer) override;

  std::optional<Current> current(std::string_view radio) const;
  /// Drops what was announced, and plays something else now.
  bool prepare_now(std::string_view radio);

  /// The programme of this radio (a playlist, a show, a jingle) was changed: loads it again. What was
  /// announced with `play` stays; what was only prepared is chosen anew. Creates the radio when there is none
  /// (section 9).
  void programme_changed(std::string_view radio) override;
  /// Drops what is prepared of this playlist at once.
  void playlist_deleted(std::string_view radio, std::int64_t playlist) override;
  /// The Source's answer, any time after its load(); nullptr: it could not be read, asked again after
  /// Settings::retry.
  void loaded(std::string_view radio, std::shared_ptr<const rules::Programme> programme);

  /// Handles every event that is due.
  void tick() override;
  /// When tick() is to be called; nullopt: nothing waits. A nearer event makes it earlier.
  std::optional<WallTime> deadline() const override;

  /// Rows that were changed since the last call, at most `limit` of them, oldest change first: for the store.
  Changes take_changes(std::size_t limit) override;
  /// They could not be written: they are given again.
  void not_written(const Changes& changes) override;

  // for people
  Counts counts() const override;
  /// Why it plays what it plays, and what comes next.
  std::optional<Explained> explain(std::string_view radio) const;
  /// Of one radio, in order of time.
  std::vector<EventView> events(std::string_view radio) const override;
  /// A page of radios: streaming ones first, then by end time, as the monitoring page wants them.
  std::vector<RadioView> list(Show show, std::size_t offset, std::size_t limit) const override;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace longwave::radios
