// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/track_book.hpp"
#include "base/task.hpp"

#include <deque>
#include <vector>

namespace longwave::api {

/// Does things in the order in which they were asked for, although some must wait for tracks to be read: what
/// a channel tells, and the present values of a new subscriber among it. Belongs to the station loop.
class Feed {
 public:
  explicit Feed(TrackBook& book) : book_(book) {}

  void add(std::vector<TrackId> needs, TrackBook::Use act) {
    waiting_.push_back({std::move(needs), std::move(act)});
    if (!busy_) next();
  }

 private:
  struct Job {
    std::vector<TrackId> needs;
    TrackBook::Use act;
  };

  void next() {
    // A loop, not a recursion: what is known at once must not grow the stack.
    for (busy_ = false; !busy_ && !waiting_.empty();) {
      busy_ = true;
      Job job = std::move(waiting_.front());
      waiting_.pop_front();
      auto inside = std::make_shared<bool>(true);
      book_.with(job.needs,
                 [this, inside, act = std::move(job.act)](const TrackBook::Tracks& tracks) mutable {
                   act(tracks);
                   if (*inside) {
                     busy_ = false;
                   } else {
                     next();
                   }
                 });
      *inside = false;
    }
  }

  TrackBook& book_;
  std::deque<Job> waiting_;
  bool busy_ = false;
};

}  // namespace longwave::api
