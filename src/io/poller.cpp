// SPDX-License-Identifier: Apache-2.0
#include "io/poller.hpp"

#include "io/core.hpp"

#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace longwave::io {

Poller::Poller() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (epoll_ < 0) throw std::system_error(errno, std::generic_category(), "epoll");
}

Poller::~Poller() {
  ::close(epoll_);
}

bool Poller::watch(int fd, Stream::Impl& stream, std::uint8_t before, std::uint8_t wanted) {
  epoll_event event{};
  event.events = (wanted & input ? EPOLLIN : 0u) | (wanted & output ? EPOLLOUT : 0u);
  event.data.ptr = &stream;
  const int change = before == 0 ? EPOLL_CTL_ADD : wanted == 0 ? EPOLL_CTL_DEL : EPOLL_CTL_MOD;
  if (::epoll_ctl(epoll_, change, fd, &event) != 0) return false;
  for (auto i = next_; wanted == 0 && i < count_; ++i)
    if (events_[i].data.ptr == &stream) events_[i].data.ptr = nullptr;
  return true;
}

bool Poller::look() {
  const int found = ::epoll_wait(epoll_, events_.data(), static_cast<int>(events_.size()), 0);
  if (found <= 0) return false;
  count_ = static_cast<std::size_t>(found);
  for (next_ = 0; next_ < count_;) {
    const auto event = events_[next_++];
    if (!event.data.ptr) continue;
    const StreamRef stream(static_cast<Stream::Impl*>(event.data.ptr));
    ready_stream(*stream, event.events);
  }
  count_ = 0;
  return true;
}

}  // namespace longwave::io
