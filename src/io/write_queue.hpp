// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "io/stream.hpp"

#include <sys/types.h>

#include <cstddef>
#include <span>
#include <vector>

namespace longwave::io {

/// What a stream has to send, in pieces that others may share. Private to this room; on a loop's thread.
class WriteQueue {
 public:
  bool empty() const { return head_ == pieces_.size(); }
  std::size_t bytes() const { return bytes_; }
  /// Storage that it holds, in pieces.
  std::size_t capacity() const { return pieces_.capacity(); }

  /// Not an empty piece.
  void push(SharedBytes piece);
  /// Copies from the front into `buffer`; how much that made. Nothing is taken away.
  std::size_t copy(std::span<char> buffer) const;
  /// Gives the kernel what it takes in one call; small pieces are copied together in `scratch` first. As
  /// send(); `attempted`: what was offered. Nothing is taken away.
  ssize_t send(int fd, std::span<char> scratch, std::size_t& attempted) const;
  /// So much has left.
  void remove(std::size_t bytes);
  /// All but the rest of a piece that has left in part.
  void drop_unsent();

 private:
  std::vector<SharedBytes> pieces_;  // from head_ on
  std::size_t head_ = 0;
  std::size_t offset_ = 0;  // what has left of the first piece
  std::size_t bytes_ = 0;
};

}  // namespace longwave::io
