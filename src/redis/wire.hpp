// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"
#include "redis/reply.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace longwave::redis {

/// A command and its arguments, as they go out.
using Command = std::vector<std::string>;

/// The bytes of a command; hiredis' formatter.
std::string encode(const Command& command);

/// Takes bytes as they come and gives whole replies; hiredis' reader. Pure.
class ReplyReader {
 public:
  ReplyReader();
  void feed(std::string_view bytes);
  /// nullopt: more bytes are needed. `broken`: these bytes aren't RESP2; nothing can be read any more.
  Result<std::optional<Reply>> next();
  /// What has come of a reply that isn't whole yet.
  std::size_t unread_bytes() const { return unread_; }

 private:
  std::unique_ptr<void, std::function<void(void*)>> reader_;
  std::size_t unread_ = 0;
};

}  // namespace longwave::redis
