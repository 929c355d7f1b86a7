// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dialects/mpd/ack.hpp"

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// The wire of the protocol, client to server: bytes to lines, lines to words, words to commands and lists of
/// commands. Pure machines without I/O. docs/protocols/mpd.md "Lines".
namespace longwave::mpd {

struct Words {
  std::string command;
  std::vector<std::string> arguments;
};

/// A line that isn't well formed. `fatal`: whoever sent it doesn't speak this protocol; it is told, then let
/// go.
struct BadLine {
  Refusal refusal;
  std::string command;  ///< as far as it was understood
  bool fatal = false;
};

/// Takes a line apart: a command of letters and `_`, then arguments, bare or in double quotes with backslash
/// before what is meant as it stands.
std::variant<Words, BadLine> words_of(std::string_view line);

/// The other direction, for tests and for clients of ours.
std::string quoted(std::string_view argument);

struct LineLimits {
  std::size_t line = 8192;            ///< bytes of a line, its end included
  std::size_t list = 2048 * 1024;     ///< bytes of a command list, 1 for each line's end included
  std::size_t arguments = 70;         ///< of a command
  std::size_t waiting = 4096 * 1024;  ///< bytes that the owner hasn't taken yet
};

/// One command, or a list of them that is answered as a whole.
struct Request {
  std::vector<std::string> lines;
  bool list = false;
  bool each_ok = false;  ///< `list_OK` after each command of a list
};

/// noidle is no command: it ends an idle that waits, and is nothing otherwise.
struct NoIdle {};
/// To be closed without a word; `reason` is for the log.
struct Hangup {
  const char* reason;
};
using Input = std::variant<Request, NoIdle, Hangup>;

/// Bytes in, requests out. After a Hangup it takes nothing more.
class LineReader {
 public:
  explicit LineReader(LineLimits limits = {}) : limits_(limits) {}

  void feed(std::string_view bytes);
  std::optional<Input> next();
  /// More requests wait than should: read no further until some were taken.
  bool full() const { return waiting_ > limits_.waiting; }
  bool in_list() const { return in_list_; }
  /// Neither a list nor a line was begun, and nothing waits.
  bool at_rest() const { return !in_list_ && rest_.empty() && ready_.empty(); }

 private:
  void take(std::string_view line);
  void hang_up(const char* reason);

  LineLimits limits_;
  std::string rest_;  ///< the beginning of a line
  Request list_;
  std::size_t list_bytes_ = 0;
  bool in_list_ = false;
  bool closed_ = false;
  std::deque<Input> ready_;
  std::size_t waiting_ = 0;
};

}  // namespace longwave::mpd
