// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/clock.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace longwave::app {

/// Shows a person how far long work is: a bar that is redrawn on a terminal, a plain line every few seconds
/// elsewhere. Writes to standard error. Belongs to one thread.
class Progress {
 public:
  using Write = std::function<void(std::string_view)>;

  /// `write` and `terminal` are given by tests; by default standard error decides.
  Progress(std::string label, const Clock& clock);
  Progress(std::string label, const Clock& clock, Write write, bool terminal);

  /// `total` 0: not known yet.
  void update(std::int64_t done, std::int64_t total, std::string_view what = {});
  /// The last line; the bar is gone.
  void finish(std::string_view summary);

 private:
  std::string label_;
  const Clock& clock_;
  Write write_;
  bool terminal_;
  Instant started_;
  Instant shown_{};
  bool drawn_ = false;
};

/// "45 s", "3 min 20 s", "2 h 5 min".
std::string human(Duration d);

}  // namespace longwave::app
