// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "base/task.hpp"
#include "base/time.hpp"
#include "station/backends/remote.hpp"

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

struct mpd_connection;

namespace longwave::station {

struct MpdAddress {
  std::string host;
  unsigned port = 6600;
  /// "127.0.0.1:6600", "[::1]:6600", "/run/mpd/socket". Errors: invalid, with a sentence.
  static Result<MpdAddress> parse(std::string_view text);
};

/// A connection to an MPD that is somebody else's, on a thread of its own: what is asked is done in order,
/// and every step has a deadline. It connects when something is asked, and anew after a break. Answers come
/// by the caller's post; `unavailable` means that the other isn't there or doesn't answer.
///
/// Calls come from one thread. The destructor waits for the step that is under way (one deadline at most).
class MpdLink final : public Remote {
 public:
  MpdLink(MpdAddress address, Post post, Duration deadline = std::chrono::seconds{5});
  ~MpdLink() override;
  MpdLink(const MpdLink&) = delete;
  MpdLink& operator=(const MpdLink&) = delete;

  void look_up(std::string uri, Done<Duration> done) override;
  void play(std::string uri, Duration offset, Done<void> done) override;
  void stop(Done<void> done) override;
  void playing(Done<bool> done) override;

 private:
  using Step = UniqueFunction<void()>;
  struct Close {
    void operator()(mpd_connection* connection) const;
  };

  void submit(Step step);
  void run();
  /// null: there is no way to reach it.
  mpd_connection* connection();
  Error failure(bool keep_refusals);

  const MpdAddress address_;
  const Post post_;
  const Duration deadline_;
  std::unique_ptr<mpd_connection, Close> connection_;  // on the thread
  std::mutex mutex_;                                   // of what follows
  std::condition_variable wake_;
  std::deque<Step> steps_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace longwave::station
