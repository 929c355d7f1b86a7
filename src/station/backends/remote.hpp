// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "base/task.hpp"
#include "base/time.hpp"

#include <functional>
#include <string>

namespace longwave::station {

/// A player that is somebody else's program: the few things a RemotePlayer asks of it. Answers come on the
/// station loop, perhaps at once, each exactly once and (but for play(), which the player asks again) within
/// a deadline; `unavailable`: it isn't there or doesn't answer; `cancelled`: a later play or stop took its
/// place; anything else: it is there and says no.
class Remote {
 public:
  template <class T>
  using Done = UniqueFunction<void(Result<T>)>;
  enum class Taken {
    silent,     ///< it stopped: somebody stopped it, or the song is over
    elsewhere,  ///< somebody holds it, or has it play something else
  };

  virtual ~Remote() = default;

  /// Whether it has the song, and how long that is (0: it doesn't know).
  virtual void look_up(std::string uri, Done<Duration> done) = 0;
  /// This song is heard from now on, and nothing comes behind it.
  virtual void play(std::string uri, Duration offset, Done<void> done) = 0;
  virtual void stop(Done<void> done) = 0;
  /// Whether it plays (or holds) anything.
  virtual void playing(Done<bool> done) = 0;

  /// What play() began isn't heard any more, without our doing. Once for each play().
  std::function<void(Taken)> on_taken = [](Taken) {};
};

}  // namespace longwave::station
