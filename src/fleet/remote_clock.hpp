// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace longwave::fleet {

/// The wall clock of somebody whose messages say when they were sent, as instants of ours. The message that
/// came fastest in the last one or two minutes tells best how far the two clocks are apart; so one that was
/// held up on its way moves nothing, however long. They come in the order in which they were sent: one that
/// seems older than the one before says that their clock was set back. Pure.
class RemoteClock {
 public:
  void heard(WallTime sent_at, Instant received) {
    const auto apart = received.time_since_epoch() - sent_at.time_since_epoch();
    const bool set_back = sent_at + at_once < std::exchange(last_, sent_at);
    if (!least_ || set_back) {
      least_ = before_ = apart;
      since_ = received;
    } else if (received - since_ > kept) {
      before_ = *least_;
      least_ = apart;
      since_ = received;
    } else {
      least_ = std::min(*least_, apart);
    }
  }
  bool known() const { return least_.has_value(); }
  /// Only if known().
  Instant local(WallTime theirs) const {
    return Instant{theirs.time_since_epoch() + std::min(*least_, before_)};
  }

 private:
  static constexpr Duration kept = std::chrono::minutes{1};
  static constexpr Duration at_once = std::chrono::seconds{1};  // slewing, and threads that publish

  std::optional<Duration> least_;  // of this minute
  Duration before_{};              // of the one before
  Instant since_{};
  WallTime last_{};
};

}  // namespace longwave::fleet
