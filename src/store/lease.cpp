// SPDX-License-Identifier: Apache-2.0
#include "store/lease.hpp"

#include <fmt/format.h>

#include <utility>

namespace longwave::store {

std::optional<LeaseRow> read_lease(Session& session, std::string_view name) {
  const auto row = session.row<std::string, std::int64_t, std::int64_t>(
      "SELECT holder, term, beat FROM store_lease WHERE name = :name", name);
  if (!row) return std::nullopt;
  return LeaseRow{std::get<0>(*row), std::get<1>(*row), std::get<2>(*row)};
}

std::optional<std::int64_t> take_lease(Session& session, std::string_view name, std::string_view holder,
                                       const std::optional<LeaseRow>& seen) {
  if (!seen) {
    return session.value<std::int64_t>(
        "INSERT INTO store_lease(name, holder, term, beat) VALUES (:name, :holder, 1, 0) "
        "ON CONFLICT (name) DO NOTHING RETURNING term",
        name, holder);
  }
  return session.value<std::int64_t>(
      "UPDATE store_lease SET holder = :holder, term = term + 1, beat = 0 "
      "WHERE name = :name AND term = :term AND beat = :beat AND holder = :held RETURNING term",
      holder, name, seen->term, seen->beat, seen->holder);
}

bool renew_lease(Session& session, std::string_view name, std::int64_t term) {
  return session.run(
             "UPDATE store_lease SET beat = beat + 1 WHERE name = :name AND term = :term AND holder <> ''",
             name, term) == 1;
}

void release_lease(Session& session, std::string_view name, std::int64_t term) {
  session.run("UPDATE store_lease SET holder = '', beat = beat + 1 WHERE name = :name AND term = :term", name,
              term);
}

void require_term(Session& session, std::string_view name, std::int64_t term) {
  // A share of the row's lock: other writes of this term go on side by side, a taker waits for them.
  const auto now =
      session.kind() == DatabaseKind::postgresql
          ? session.value<std::int64_t>("SELECT term FROM store_lease WHERE name = :name FOR SHARE", name)
          : session.value<std::int64_t>("SELECT term FROM store_lease WHERE name = :name", name);
  if (now == term) return;
  throw Failure(FailureKind::fenced, fmt::format("the lease '{}' has the term {}, this write comes from {}",
                                                 name, now.value_or(0), term));
}

bool another_is_sole(Session& session) {
  if (session.kind() != DatabaseKind::postgresql) return false;
  // The lock of postgresql.cpp, shared.
  return session.value<std::int64_t>(
             "SELECT CAST(pg_try_advisory_xact_lock_shared(1819242087, "
             "hashtext(coalesce(current_schema(), ''))) AS INTEGER)") == 0;
}

LeaseMachine::Ask LeaseMachine::ask(Instant now) {
  if (term_ && now >= good_until_) {
    // The others may have it by now. Look before anything else.
    term_.reset();
    seen_.reset();
    seen_since_.reset();
    again_.reset();
  }
  if (out_ || (again_ && now < *again_)) return Ask::nothing;
  out_ = true;
  asked_ = now;
  if (term_) return Ask::renew;
  const bool free = seen_since_ && (!seen_ || seen_->holder.empty() || now - *seen_since_ >= patience_);
  return free ? Ask::take : Ask::read;
}

Instant LeaseMachine::next(Instant now) const {
  if (term_) return out_ ? good_until_ : std::min(good_until_, again_.value_or(now));
  return out_ ? now + patience_ : std::max(now, again_.value_or(now));
}

void LeaseMachine::read(Instant now, std::optional<LeaseRow> row) {
  out_ = false;
  if (!seen_since_ || row != seen_) {
    seen_ = std::move(row);
    seen_since_ = now;
  }
  const bool free = !seen_ || seen_->holder.empty() || now - *seen_since_ >= patience_;
  again_ = free ? now : now + patience_ / 6;
}

void LeaseMachine::taken(Instant now, std::optional<std::int64_t> term) {
  out_ = false;
  seen_.reset();
  seen_since_.reset();
  again_ = now;
  if (!term) return;
  term_ = term;
  good_until_ = asked_ + patience_ * 2 / 3;
  again_ = asked_ + patience_ / 3;
}

void LeaseMachine::renewed(Instant now, bool still) {
  out_ = false;
  again_ = now;
  if (!term_) return;  // the answer came too late
  if (still) {
    good_until_ = asked_ + patience_ * 2 / 3;
    again_ = asked_ + patience_ / 3;
  } else {
    term_.reset();
  }
}

void LeaseMachine::failed(Instant now) {
  out_ = false;
  again_ = now + patience_ / 12;
}

}  // namespace longwave::store
