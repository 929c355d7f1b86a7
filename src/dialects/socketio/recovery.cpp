// SPDX-License-Identifier: Apache-2.0
#include "dialects/socketio/recovery.hpp"

#include <algorithm>
#include <utility>

namespace longwave::socketio {

void Trail::note(SharedMark mark) {
  log_.push_back(std::move(mark));
  if (log_.size() <= limit_) return;
  auto oldest = std::move(log_.front());
  log_.pop_front();
  base_text_ = oldest->text;
  base_[oldest->channel] = std::move(oldest);
}

void Trail::begin(SharedMark mark) {
  // Behind what was sent before it: whoever has seen an older event only hasn't seen this beginning either,
  // but what came after it is what he needs all the same.
  base_[mark->channel] = std::move(mark);
}

void Trail::forget(std::string_view channel) {
  if (const auto found = base_.find(channel); found != base_.end()) base_.erase(found);
  // The texts stay: they may be the offset that the client brings back.
  for (auto& mark : log_) {
    if (mark->channel == channel)
      mark = std::make_shared<const Mark>(Mark{mark->text, {}, mark->epoch, mark->offset});
  }
}

void Trail::resume(std::string offset, Seen seen) {
  base_ = std::move(seen);
  base_text_ = std::move(offset);
  log_.clear();
}

std::unique_ptr<Seen> Trail::seen(std::string_view offset) const {
  auto known = std::make_unique<Seen>(base_);
  if (offset != base_text_) {
    const auto newest =
        std::find_if(log_.rbegin(), log_.rend(), [offset](const auto& mark) { return mark->text == offset; });
    if (newest == log_.rend()) return nullptr;
    for (auto at = log_.begin(); at != newest.base(); ++at) {
      if (!(*at)->channel.empty()) (*known)[(*at)->channel] = *at;
    }
  }
  known->erase("");
  return known;
}

}  // namespace longwave::socketio
