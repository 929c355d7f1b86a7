// SPDX-License-Identifier: Apache-2.0
#include "store/store.hpp"

#include "base/assert.hpp"
#include "base/log.hpp"
#include "store/connection.hpp"
#include "store/database.hpp"
#include "store/lease.hpp"
#include "store/postgresql_sql.hpp"

#include <fmt/format.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace longwave::store {

namespace {

struct Pending {
  Store::Job job;
  Store::Done done;
  std::exception_ptr error;
};

/// How many jobs one transaction takes at most: enough to share the fsync, little enough that a failing one
/// can't take everything with it.
constexpr std::size_t group_limit = 256;
/// So many groups of other jobs may go before a bulk job that waits: it is put off, not forgotten.
constexpr int most_groups_before_bulk = 8;

std::exception_ptr failure(FailureKind kind, const char* what) {
  return std::make_exception_ptr(Failure(kind, what));
}

/// The store's own tables, beside those of the rooms.
RoomMigrations own_tables() {
  return {"store", {{1, lease_tables, {}, postgresql_functions}}};
}

const Dialect& dialect(Session& session) {
  return *session.connection().dialect;
}

bool in_memory(const StoreOptions& options) {
  return options.file.empty() && options.server.empty();
}

std::unique_ptr<Session> open(const StoreOptions& options, Access access) {
  if (options.server.empty()) return open_sqlite(options.file, access, options.busy_timeout_ms);
  return open_postgresql(options.server, options.password, access, options.busy_timeout_ms,
                         options.sole && access == Access::write);
}

/// The session with a transaction begun; a server that went away since is called again, once.
void begin(std::unique_ptr<Session>& session, const StoreOptions& options, Access access) {
  const auto start = [&] {
    if (!session) session = open(options, access);
    session->script(access == Access::write ? dialect(*session).begin_write()
                                            : dialect(*session).begin_read());
  };
  try {
    start();
  } catch (...) {
    if (!session || dialect(*session).alive(*session)) throw;
    session.reset();
    start();
  }
}

void migrate(Session& session, const std::vector<RoomMigrations>& rooms) {
  dialect(session).lock_schema(session);
  session.script(
      "CREATE TABLE IF NOT EXISTS schema_version (room TEXT PRIMARY KEY, version INTEGER NOT NULL)");
  for (const auto& room : rooms) {
    int have =
        session.value<int>("SELECT version FROM schema_version WHERE room = :room", room.room).value_or(0);
    const int newest = room.migrations.empty() ? 0 : room.migrations.back().version;
    if (have > newest) {
      throw Failure(
          FailureKind::newer_schema,
          fmt::format("the database was written by a newer Longwave: its {} tables have version {}, this "
                      "program knows version {}. Use the newer program, or restore an older copy.",
                      room.room, have, newest));
    }
    for (const auto& step : room.migrations) {
      if (step.version <= have) continue;
      LW_ASSERT(step.version == have + 1, "migrations are numbered without holes");
      dialect(session).migrate(session, step);
      session.run(
          "INSERT INTO schema_version(room, version) VALUES (:room, :version) "
          "ON CONFLICT(room) DO UPDATE SET version = excluded.version",
          room.room, step.version);
      have = step.version;
    }
  }
}

}  // namespace

class Store::Impl {
 public:
  Impl(StoreOptions options, const std::vector<RoomMigrations>& rooms) : options_(std::move(options)) {
    begin();
    try {
      migrate(*writer_, {own_tables()});
      migrate(*writer_, rooms);
      writer_->script("COMMIT");
    } catch (...) {
      roll_back();
      throw;
    }
    const int readers = in_memory(options_) ? 0 : options_.readers;
    std::vector<std::unique_ptr<Session>> sessions;
    for (int i = 0; i < readers; ++i) sessions.push_back(open(options_, Access::read));
    for (auto& session : sessions) {
      reader_threads_.emplace_back([this, s = std::move(session)]() mutable { reader_loop(std::move(s)); });
    }
    writer_thread_ = std::thread([this] { writer_loop(); });
  }

  ~Impl() { close(); }

  void write(std::deque<Pending> Impl::*queue, Job job, Done done) {
    const char* why = "the store is closed";
    FailureKind kind = FailureKind::closed;
    {
      const std::lock_guard lock(mutex_);
      const bool full = (this->*queue).size() >= options_.max_queued;
      if (!closing_ && !full) {
        (this->*queue).push_back({std::move(job), std::move(done), nullptr});
        wake_writer_.notify_one();
        return;
      }
      if (!closing_) {
        kind = FailureKind::queue_full;
        why = "too many changes are waiting for the disk";
      }
    }
    if (done) done(failure(kind, why));
  }

  void read(Job job, Done done) {
    if (reader_threads_.empty() && std::this_thread::get_id() == writer_thread_.get_id()) {
      std::exception_ptr error = attempt(*writer_, job);  // in memory there is only this one session
      if (done) done(error);
      return;
    }
    {
      const std::lock_guard lock(mutex_);
      if (!closing_ && reads_.size() < options_.max_queued) {
        reads_.push_back({std::move(job), std::move(done), nullptr});
        (reader_threads_.empty() ? wake_writer_ : wake_reader_).notify_one();
        return;
      }
    }
    if (done)
      done(failure(closing_ ? FailureKind::closed : FailureKind::queue_full, "the store takes no reads"));
  }

  void close() {
    {
      const std::lock_guard lock(mutex_);
      if (closing_.exchange(true)) return;
    }
    wake_writer_.notify_all();
    wake_reader_.notify_all();
    if (writer_thread_.joinable()) writer_thread_.join();
    for (auto& thread : reader_threads_) thread.join();
    writer_.reset();  // the last connection folds the WAL into the file
  }

  Counts counts() const {
    const std::lock_guard lock(mutex_);
    Counts counts = counts_;
    counts.queued = writes_.size() + bulk_.size();
    return counts;
  }

  bool on_writer_thread() const { return std::this_thread::get_id() == writer_thread_.get_id(); }

  std::deque<Pending> writes_, bulk_;

 private:
  static std::exception_ptr attempt(Session& session, Job& job) {
    try {
      job(session);
      return nullptr;
    } catch (...) {
      return dialect(session).translated(session, std::current_exception(), {});
    }
  }

  void begin() { store::begin(writer_, options_, Access::write); }

  void roll_back() noexcept {
    try {
      if (writer_ && !dialect(*writer_).alive(*writer_)) {
        writer_.reset();
      } else if (writer_ && dialect(*writer_).in_transaction(*writer_)) {
        writer_->script("ROLLBACK");
      }
    } catch (const std::exception& e) {
      log::error("store: roll back failed, opening the database anew: {}", e.what());
      writer_.reset();
    }
  }

  void writer_loop() {
    std::unique_lock lock(mutex_);
    while (true) {
      wake_writer_.wait(lock, [&] {
        return closing_ || !writes_.empty() || !bulk_.empty() || (reader_threads_.empty() && !reads_.empty());
      });
      if (!writes_.empty() || !bulk_.empty()) {
        std::vector<Pending> group = take_group();
        lock.unlock();
        const bool committed = commit(group);
        lock.lock();
        count(group, committed);
        lock.unlock();
        for (auto& pending : group) {
          if (pending.done) pending.done(pending.error);
        }
        group.clear();
        lock.lock();
      } else if (reader_threads_.empty() && !reads_.empty()) {
        run_read(lock, writer_);
      } else if (closing_) {
        return;
      }
    }
  }

  /// Everything that waits, or one bulk job when nothing does, and after so many groups all the same.
  std::vector<Pending> take_group() {
    std::vector<Pending> group;
    const bool bulk = !bulk_.empty() && (writes_.empty() || groups_before_bulk_ == 0);
    auto& queue = bulk ? bulk_ : writes_;
    while (!queue.empty() && group.size() < (bulk ? 1 : group_limit)) {
      group.push_back(std::move(queue.front()));
      queue.pop_front();
    }
    groups_before_bulk_ = bulk ? most_groups_before_bulk : std::max(0, groups_before_bulk_ - 1);
    return group;
  }

  void count(const std::vector<Pending>& group, bool committed) {
    counts_.commits += committed ? 1 : 0;
    for (const auto& pending : group) (pending.error ? counts_.failed : counts_.jobs) += 1;
  }

  /// Runs the jobs of a group in one transaction; afterwards each has its `error`.
  bool commit(std::vector<Pending>& group) {
    std::exception_ptr lost;  // why nothing of the whole transaction was kept
    try {
      begin();
      for (auto& pending : group) {
        run_in_savepoint(pending);
        if (!dialect(*writer_).in_transaction(*writer_)) {
          lost =
              pending.error ? pending.error : failure(FailureKind::other, "the transaction was rolled back");
          break;
        }
      }
      if (!lost) end_transaction();
    } catch (...) {
      lost = std::current_exception();
    }
    if (!lost) return true;
    roll_back();
    for (auto& pending : group) {
      if (!pending.error) pending.error = lost;
    }
    try {
      std::rethrow_exception(lost);
    } catch (const std::exception& e) {
      log::error("store: a commit of {} changes failed: {}", group.size(), e.what());
    } catch (...) {
      log::error("store: a commit of {} changes failed", group.size());
    }
    return false;
  }

  void end_transaction() {
    try {
      writer_->script("COMMIT");
    } catch (const Failure& e) {
      if (dialect(*writer_).alive(*writer_)) throw;
      throw Failure(FailureKind::in_doubt, e.what());
    }
  }

  void run_in_savepoint(Pending& pending) {
    writer_->script("SAVEPOINT job");
    pending.error = attempt(*writer_, pending.job);
    if (!dialect(*writer_).in_transaction(*writer_)) return;
    if (!pending.error && dialect(*writer_).spoiled(*writer_))
      pending.error = failure(FailureKind::other, "the job went on after a statement had failed");
    if (pending.error) writer_->script("ROLLBACK TO job");
    writer_->script("RELEASE job");
  }

  void reader_loop(std::unique_ptr<Session> session) {
    std::unique_lock lock(mutex_);
    while (true) {
      wake_reader_.wait(lock, [&] { return closing_ || !reads_.empty(); });
      if (reads_.empty()) return;
      run_read(lock, session);
    }
  }

  void run_read(std::unique_lock<std::mutex>& lock, std::unique_ptr<Session>& session) {
    Pending pending = std::move(reads_.front());
    reads_.pop_front();
    lock.unlock();
    try {
      store::begin(session, options_, Access::read);
      pending.error = attempt(*session, pending.job);
      if (dialect(*session).in_transaction(*session)) session->script("ROLLBACK");
    } catch (...) {
      if (!pending.error) pending.error = std::current_exception();
    }
    if (pending.done) {
      pending.done(pending.error);
    } else if (pending.error) {
      log::error("store: a read failed and nobody asked why");
    }
    pending = {};
    lock.lock();
  }

  const StoreOptions options_;
  mutable std::mutex mutex_;
  std::condition_variable wake_writer_, wake_reader_;
  std::deque<Pending> reads_;
  int groups_before_bulk_ = most_groups_before_bulk;
  std::atomic<bool> closing_{false};
  Counts counts_;
  std::unique_ptr<Session> writer_;  // only the writer thread's, once that runs
  std::thread writer_thread_;
  std::vector<std::thread> reader_threads_;
};

Store::Store(StoreOptions options, std::vector<RoomMigrations> rooms)
    : impl_(std::make_unique<Impl>(std::move(options), rooms)) {}
Store::~Store() = default;

void Store::write(Job job, Done done) {
  impl_->write(&Impl::writes_, std::move(job), std::move(done));
}
void Store::write_bulk(Job job, Done done) {
  impl_->write(&Impl::bulk_, std::move(job), std::move(done));
}
void Store::read(Job job, Done done) {
  impl_->read(std::move(job), std::move(done));
}
void Store::close() {
  impl_->close();
}
Store::Counts Store::counts() const {
  return impl_->counts();
}

void Store::block(Job job, UniqueFunction<void(Job, Done)> start) {
  std::mutex mutex;
  std::condition_variable ready;
  bool finished = false;
  std::exception_ptr error;
  start(std::move(job), [&](std::exception_ptr e) {
    const std::lock_guard lock(mutex);
    error = std::move(e);
    finished = true;
    ready.notify_one();
  });
  std::unique_lock lock(mutex);
  ready.wait(lock, [&] { return finished; });
  if (error) std::rethrow_exception(error);
}

}  // namespace longwave::store
