// SPDX-License-Identifier: Apache-2.0
#include "dialects/socketio/returning.hpp"

#include <utility>

namespace longwave::socketio {

void Returning::put(const std::string& pid, Parted parted, Instant now) {
  const std::lock_guard lock(mutex_);
  while (!order_.empty()) {
    const auto oldest = parted_.find(order_.front());
    const bool taken = oldest == parted_.end();
    if (!taken && oldest->second.until > now && parted_.size() < limit_) break;
    if (!taken) parted_.erase(oldest);
    order_.pop_front();
  }
  order_.push_back(pid);
  parted_.insert_or_assign(pid, std::move(parted));
}

std::optional<Parted> Returning::take(const std::string& pid, const std::string& nsp, Instant now) {
  const std::lock_guard lock(mutex_);
  const auto found = parted_.find(pid);
  if (found == parted_.end() || found->second.nsp != nsp) return std::nullopt;
  auto parted = std::move(found->second);
  parted_.erase(found);
  if (parted.until <= now) return std::nullopt;
  return parted;
}

}  // namespace longwave::socketio
