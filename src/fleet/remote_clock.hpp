// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.hpp"

#include <algorithm>
#include <optional>

namespace longwave::fleet {

/// The wall clock of somebody whose messages say when they were sent, as instants of ours. The message that
/// came fastest in the last one or two minutes tells best how far the two clocks are apart; so one that was
/// held up on its way moves nothing. Pure.
class RemoteClock {
 public:
  void heard(WallTime sent_at, Instant received) {
    const auto apart = received.time_since_epoch() - sent_at.time_since_epoch();
    if (!least_ ||
        apart - std::min(*least_, before_) > believable) {  // the first; or that clock was set back
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
  static constexpr Duration believable = std::chrono::seconds{10};  // of a way through the bus

  std::optional<Duration> least_;  // of this minute
  Duration before_{};              // of the one before
  Instant since_{};
};

}  // namespace longwave::fleet
