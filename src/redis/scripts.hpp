// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "redis/link.hpp"

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace longwave::redis {

/// A Lua script that Redis runs as one step.
class Script {
 public:
  explicit Script(std::string_view text);
  const std::string& text() const { return text_; }
  const std::string& sha1() const { return sha1_; }

 private:
  std::string text_;
  std::string sha1_;
};

/// Runs scripts over a link by their SHA-1, and with their text when Redis doesn't know them (it forgets them
/// when it starts, or when it is told to). Calls of one script are carried out in their order, also across
/// that. Belongs to the link's thread; must outlive the link's use of it.
class ScriptRunner {
 public:
  explicit ScriptRunner(Link& link) : link_(link) {}

  /// `script` must live until `done`.
  void run(const Script& script, const std::vector<std::string>& keys, const std::vector<std::string>& values,
           Link::Done done);

 private:
  struct Call {
    const Script* script;
    Command command;  // complete but for its first two words
    Link::Done done;
  };
  void by_sha1(Call call);
  void answered(Call call, Result<Reply> reply);
  void with_texts();

  Link& link_;
  std::size_t under_way_ = 0;  // by SHA-1, not answered
  bool holding_ = false;       // Redis lacked a script: until all those are answered, nothing else is sent
  std::deque<Call> held_;      // in order: what came back, then what was called since
};

}  // namespace longwave::redis
