// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.hpp"
#include "store/session.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// A right that one of several processes has at a time ("the scheduler"), kept in the database they share.
///
/// Each time a lease changes hands its *term* grows, and whatever its holder writes or orders carries the
/// term: who has a lower one has been replaced, whether he knows it or not. No two clocks are compared: a
/// holder beats, and who waits takes the lease when he has seen no beat for a while of his own time.
namespace longwave::store {

/// The table, for the store itself.
inline constexpr std::string_view lease_tables = R"sql(
CREATE TABLE store_lease (
  name TEXT PRIMARY KEY,
  holder TEXT NOT NULL,
  term INTEGER NOT NULL,
  beat INTEGER NOT NULL
);
)sql";

/// What the database says of a lease.
struct LeaseRow {
  std::string holder;  ///< empty: nobody; it was given back
  std::int64_t term = 0;
  std::int64_t beat = 0;
  friend bool operator==(const LeaseRow&, const LeaseRow&) = default;
};

// Inside a job of the store; the writing ones inside a write job. They throw Failure as every statement does.

std::optional<LeaseRow> read_lease(Session& session, std::string_view name);

/// Takes the lease if it still stands as `seen` (nullopt: it was never held). Returns the new term, or
/// nullopt when somebody was quicker.
std::optional<std::int64_t> take_lease(Session& session, std::string_view name, std::string_view holder,
                                       const std::optional<LeaseRow>& seen);

/// Beats. False when the lease is somebody else's now.
bool renew_lease(Session& session, std::string_view name, std::int64_t term);

/// Gives it back, so that who waits needn't. Nothing happens when it is somebody else's.
void release_lease(Session& session, std::string_view name, std::int64_t term);

/// The first statement of every write that only the holder may make: throws Failure with `fenced` when the
/// lease's term isn't this one, and nobody can take the lease until the transaction has ended.
void require_term(Session& session, std::string_view name, std::int64_t term);

/// Inside a write job of who isn't `sole` (StoreOptions): true when somebody else is, who thinks that nobody
/// else writes what he does. False: nobody becomes it before the transaction has ended.
bool another_is_sole(Session& session);

/// One process' wish to hold a lease. Pure: tell it the time and what the database said, it says what to ask
/// of the database next. One question at a time; while the answer is out, ask() gives `nothing`.
///
///   switch (lease.ask(now)) {
///     case LeaseMachine::Ask::take: … take_lease(session, name, holder, lease.seen()) → lease.taken(now,
///     term) case LeaseMachine::Ask::renew: … renew_lease(session, name, lease.term()) → lease.renewed(now,
///     yes) case LeaseMachine::Ask::read: … read_lease(session, name) → lease.read(now, row)
///   }
///
/// When the database fails instead: lease.failed(now). `now` of an answer is when it came.
class LeaseMachine {
 public:
  enum class Ask { nothing, read, take, renew };

  /// `patience`: so long without a beat, and the lease is taken. The holder beats every third of it, and
  /// holds himself for replaced when he could not beat for two thirds.
  explicit LeaseMachine(std::string holder, Duration patience)
      : holder_(std::move(holder)), patience_(patience) {}

  Ask ask(Instant now);
  /// When ask() is worth calling again.
  Instant next(Instant now) const;

  void read(Instant now, std::optional<LeaseRow> row);
  void taken(Instant now, std::optional<std::int64_t> term);
  void renewed(Instant now, bool still);
  void failed(Instant now);

  /// Whether the lease is held at `now`, so far as one's own clock can tell. The last word has
  /// require_term().
  bool held(Instant now) const { return term_ && now < good_until_; }
  /// Of the lease that is held; 0 without one.
  std::int64_t term() const { return term_.value_or(0); }
  const std::string& holder() const { return holder_; }
  const std::optional<LeaseRow>& seen() const { return seen_; }

 private:
  std::string holder_;
  Duration patience_;
  std::optional<std::int64_t> term_;
  Instant good_until_{};
  std::optional<LeaseRow> seen_;
  std::optional<Instant> seen_since_;  ///< when `seen_` was first seen; nullopt: not looked yet
  Instant asked_{};                    ///< when the last question was asked
  std::optional<Instant> again_;       ///< when the next one is due
  bool out_ = false;
};

}  // namespace longwave::store
