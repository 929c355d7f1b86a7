// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/task.hpp"
#include "store/migration.hpp"
#include "store/session.hpp"

#include <cstddef>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

namespace longwave::store {

struct StoreOptions {
  std::filesystem::path file;  ///< of the database; empty: in memory, gone when the store closes (tests)
  std::string server = {};     ///< a PostgreSQL instead, postgresql://USER@HOST:PORT/DATABASE?…
  std::string password = {};   ///< for the server; kept out of every message
  /// Nobody else who says so too writes to this schema of the server: opening one more fails with `busy`, and
  /// so does every write of who lost the server and finds another there. Ends with the connection.
  bool sole = false;
  int readers = 2;             ///< reading threads, each with its own session; 0 in memory
  int busy_timeout_ms = 5000;  ///< how long another process (the command line) is waited for
  std::size_t max_queued =
      20000;  ///< jobs waiting for the writer; past it a job fails at once with queue_full
};

/// The database: one writing thread with group commit, and reading threads beside it.
///
/// A write job is durable, or it never happened: `done(nullptr)` runs when the commit is on disk (WAL,
/// synchronous=FULL; PostgreSQL with synchronous_commit), `done(exception)` when nothing of the job was kept.
/// Jobs run in the order in which they were given. Those that wait together share one transaction and one
/// fsync, each in a savepoint of its own, so that one that throws doesn't spoil the others. When the
/// transaction itself fails (disk full, I/O), every job in it fails, and the store goes on with the next. A
/// PostgreSQL that goes away fails what is given until it is back; when it goes while a transaction is being
/// committed, its jobs fail with `in_doubt`.
///
/// write() and read() may be called from any thread. `done` runs on the writing thread: it only posts to the
/// caller's loop. A job must not call write_now() (it would wait for itself).
class Store {
 public:
  using Job = UniqueFunction<void(Session&)>;
  using Done = UniqueFunction<void(std::exception_ptr)>;

  /// Opens the database and brings every room's tables up to date. Throws Failure: newer_schema if it was
  /// written by a newer program, damaged, io, busy.
  Store(StoreOptions options, std::vector<RoomMigrations> rooms);
  ~Store();  ///< close()
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  void write(Job job, Done done = {});

  /// For much work in pieces (a scan): runs in a transaction of its own when no other change waits, so that a
  /// small change waits for one piece at most. In order among themselves.
  void write_bulk(Job job, Done done = {});

  /// Runs on a reading thread, in one read transaction that sees everything whose `done` has run. `done` runs
  /// there too, with what the job threw.
  void read(Job job, Done done = {});

  /// The blocking variants, for start-up, the command line and tests. They throw what the job threw.
  template <class F>
  std::invoke_result_t<F&, Session&> write_now(F job) {
    return wait_for(job, [this](Job j, Done d) { write(std::move(j), std::move(d)); });
  }
  template <class F>
  std::invoke_result_t<F&, Session&> read_now(F job) {
    return wait_for(job, [this](Job j, Done d) { read(std::move(j), std::move(d)); });
  }

  /// Does everything that was given, then stops the threads. Whatever is given later fails with `closed`, at
  /// once and on the caller's thread.
  void close();

  /// What the store has done since it was opened.
  struct Counts {
    std::uint64_t jobs = 0;     ///< committed
    std::uint64_t failed = 0;   ///< not committed
    std::uint64_t commits = 0;  ///< transactions: jobs / commits is what group commit saves
    std::size_t queued = 0;     ///< waiting for the writer now
  };
  Counts counts() const;

 private:
  class Impl;

  void block(Job job, UniqueFunction<void(Job, Done)> start);

  template <class F, class Start>
  std::invoke_result_t<F&, Session&> wait_for(F& job, Start start) {
    using R = std::invoke_result_t<F&, Session&>;
    if constexpr (std::is_void_v<R>) {
      block([&job](Session& session) { job(session); }, std::move(start));
    } else {
      std::optional<R> result;
      block([&](Session& session) { result.emplace(job(session)); }, std::move(start));
      return std::move(*result);
    }
  }

  std::unique_ptr<Impl> impl_;
};

}  // namespace longwave::store
