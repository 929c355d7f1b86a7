// SPDX-License-Identifier: Apache-2.0
#include "contract.hpp"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <set>
#include <thread>

namespace longwave::store {
namespace {

Store::Job insert(int id, std::size_t bytes = 10) {
  return [id, bytes](Session& s) {
    s.run("INSERT INTO note(id, body) VALUES (:id, :body)", id, std::string(bytes, 'x'));
  };
}

bool has(Store& store, int id) {
  return store.read_now(
      [id](Session& s) { return s.value<int>("SELECT id FROM note WHERE id = :id", id).has_value(); });
}

TEST(Faults, a_full_disk_fails_the_change_and_the_store_goes_on) {
  const Scratch scratch;
  Store store({.file = scratch.file("a.db")}, notes());
  ASSERT_EQ(write_and_wait(store, insert(1)), nullptr);
  store.write_now([](Session& s) {
    const auto pages = *s.value<std::int64_t>("PRAGMA page_count");
    s.script("PRAGMA max_page_count = " + std::to_string(pages + 20));
  });
  const auto error = write_and_wait(store, insert(2, 1 << 20));
  ASSERT_NE(error, nullptr);
  EXPECT_EQ(kind_of(error), FailureKind::disk_full);
  EXPECT_EQ(text_of(error).find("xxx"), std::string::npos) << "values don't belong into the log";
  EXPECT_FALSE(has(store, 2));
  EXPECT_EQ(write_and_wait(store, insert(3)), nullptr) << "what fits is kept";
  store.write_now([](Session& s) { s.script("PRAGMA max_page_count = 1000000"); });
  EXPECT_EQ(write_and_wait(store, insert(2, 1 << 20)), nullptr) << "there is room again";
  EXPECT_TRUE(has(store, 1) && has(store, 2) && has(store, 3));
}

/// Writes beyond the limit fail with EFBIG, as they would on a device that gives errors.
class WriteLimit {
 public:
  explicit WriteLimit(rlim_t bytes) : old_handler_(signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &old_);
    const rlimit limit{bytes, old_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~WriteLimit() {
    setrlimit(RLIMIT_FSIZE, &old_);
    signal(SIGXFSZ, old_handler_);
  }

 private:
  sighandler_t old_handler_;
  rlimit old_{};
};

TEST(Faults, an_io_error_fails_the_commit_and_the_store_goes_on) {
  const Scratch scratch;
  Store store({.file = scratch.file("a.db")}, notes());
  ASSERT_EQ(write_and_wait(store, insert(1)), nullptr);
  {
    const WriteLimit limit(256 << 10);
    const auto error = write_and_wait(store, insert(2, 4 << 20));
    ASSERT_NE(error, nullptr);
    const auto kind = kind_of(error);
    EXPECT_TRUE(kind == FailureKind::io || kind == FailureKind::disk_full);
    EXPECT_FALSE(has(store, 2));
  }
  EXPECT_EQ(write_and_wait(store, insert(3, 1 << 20)), nullptr);
  EXPECT_TRUE(has(store, 1) && !has(store, 2) && has(store, 3));
  EXPECT_EQ(store.read_now([](Session& s) { return s.value<std::string>("PRAGMA integrity_check"); }), "ok");
}

/// Writes rows until it is killed, and says of each when it is on disk.
[[noreturn]] void write_until_killed(const std::filesystem::path& file, int from, int pipe) {
  Store store({.file = file}, notes());
  for (int id = from;; ++id) {
    store.write(insert(id, 200), [id, pipe](std::exception_ptr error) {
      if (!error && ::write(pipe, &id, sizeof id) != sizeof id) _exit(1);
    });
    while (store.counts().queued > 64) std::this_thread::yield();
  }
}

TEST(Faults, nothing_acknowledged_is_lost_to_kill_9) {
  const Scratch scratch;
  const auto file = scratch.file("a.db");
  std::set<int> acknowledged;
  int next = 1;
  for (int round = 0; round < 6; ++round) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      ::close(ends[0]);
      write_until_killed(file, next, ends[1]);
    }
    ::close(ends[1]);
    int id = 0;
    for (int n = 0; ::read(ends[0], &id, sizeof id) == sizeof id; ++n) {
      acknowledged.insert(id);
      next = id + 1000;
      if (n == 40 + 113 * round) ::kill(child, SIGKILL);
    }
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status)) << "round " << round;

    Store store({.file = file}, notes());
    std::set<int> kept;
    store.read_now([&](Session& s) { s.each<int>("SELECT id FROM note", [&](int k) { kept.insert(k); }); });
    for (const int a : acknowledged) ASSERT_TRUE(kept.contains(a)) << "round " << round << ", row " << a;
    EXPECT_EQ(store.read_now([](Session& s) { return s.value<std::string>("PRAGMA integrity_check"); }),
              "ok");
  }
  EXPECT_GT(acknowledged.size(), 1000u);
}

}  // namespace
}  // namespace longwave::store
