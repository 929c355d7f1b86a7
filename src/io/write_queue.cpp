// SPDX-License-Identifier: Apache-2.0
#include "io/write_queue.hpp"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace longwave::io {

namespace {
constexpr std::size_t pieces_per_call = 64;
// Pieces up to this size on average are copied together: shorter than the kernel's work on a long iovec.
constexpr std::size_t copied_piece_bytes = 2048;
}  // namespace

void WriteQueue::push(SharedBytes piece) {
  bytes_ += piece.bytes.size();
  pieces_.push_back(std::move(piece));
}

std::size_t WriteQueue::copy(std::span<char> buffer) const {
  std::size_t filled = 0;
  auto offset = offset_;
  for (auto i = head_; i < pieces_.size() && filled < buffer.size(); ++i, offset = 0) {
    const auto bytes = pieces_[i].bytes.substr(offset, buffer.size() - filled);
    std::memcpy(buffer.data() + filled, bytes.data(), bytes.size());
    filled += bytes.size();
  }
  return filled;
}

ssize_t WriteQueue::send(int fd, std::span<char> scratch, std::size_t& attempted) const {
  const auto pieces = pieces_.size() - head_;
  if (pieces == 1) {
    const auto bytes = pieces_[head_].bytes.substr(offset_);
    attempted = bytes.size();
    return ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  }
  if (bytes_ / pieces <= copied_piece_bytes) {
    attempted = copy(scratch);
    return ::send(fd, scratch.data(), attempted, MSG_NOSIGNAL | MSG_DONTWAIT);
  }
  std::array<iovec, pieces_per_call> vector;
  std::size_t count = 0;
  attempted = 0;
  auto offset = offset_;
  for (auto i = head_; i < pieces_.size() && count < vector.size(); ++i, offset = 0) {
    const auto bytes = pieces_[i].bytes.substr(offset);
    vector[count++] = {const_cast<char*>(bytes.data()), bytes.size()};
    attempted += bytes.size();
  }
  msghdr message{};
  message.msg_iov = vector.data();
  message.msg_iovlen = count;
  return ::sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

void WriteQueue::remove(std::size_t bytes) {
  bytes_ -= bytes;
  while (bytes > 0) {
    auto& piece = pieces_[head_];
    const auto rest = piece.bytes.size() - offset_;
    if (bytes < rest) {
      offset_ += bytes;
      break;
    }
    bytes -= rest;
    offset_ = 0;
    piece.keep.reset();
    ++head_;
  }
  if (empty()) {
    pieces_.clear();
    head_ = 0;
  } else if (head_ > 64 && head_ > pieces_.size() / 2) {
    pieces_.erase(pieces_.begin(), pieces_.begin() + static_cast<std::ptrdiff_t>(head_));
    head_ = 0;
  }
}

void WriteQueue::drop_unsent() {
  const auto keep = head_ + (offset_ > 0 ? 1 : 0);
  while (pieces_.size() > keep) {
    bytes_ -= pieces_.back().bytes.size();
    pieces_.pop_back();
  }
  if (empty()) remove(0);
}

}  // namespace longwave::io
