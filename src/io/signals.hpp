// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <initializer_list>
#include <memory>

namespace longwave::io {

class Loop;

/// Delivers process signals (SIGINT, SIGTERM, SIGHUP …) on a loop, each time one comes, until it is
/// destroyed.
class Signals {
 public:
  Signals(Loop& loop, std::initializer_list<int> signals, std::function<void(int)> handler);
  ~Signals();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// Writing to a closed socket is an error code, not the end of the process. Once, at the start of main().
void ignore_broken_pipes();

}  // namespace longwave::io
