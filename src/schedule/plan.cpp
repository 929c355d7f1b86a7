// SPDX-License-Identifier: Apache-2.0
#include "schedule/programmer.hpp"

#include <algorithm>
#include <utility>

/// The player is told what to make ready and what to play.
namespace longwave::schedule {

void Programmer::ask() {
  const auto ask_for = [this](EntryId take, TrackId track) {
    if (catalogue_ && !catalogue_->playable(track)) return;
    const auto found = asked_.find(take);
    if (found != asked_.end()) {
      if (found->second.ready || moment_.now - found->second.at < rules_.ask_again) return;
    }
    asked_[take] = Asked{moment_.now, false};
    out_.orders.emplace_back(orders::Prepare{take, track});
  };
  if (held_) ask_for(held_->take, held_->entry->track);
  for (std::size_t i = 0; i < std::min(rules_.ahead, line_.size()); ++i)
    ask_for(line_[i].take, line_[i].entry->track);
}

void Programmer::send_plan() {
  if (row_.state != Transport::playing) {
    if (!rest_told_) rest();
    return;
  }
  if (!current_) {
    if (!ordered_.empty()) {
      out_.orders.emplace_back(orders::Stop{ordered_.front().start_at});
      ordered_.clear();
    }
    return;
  }
  if (!told_current_) {
    const auto& item = *current_;
    if (!asked_.contains(take_)) {
      out_.orders.emplace_back(orders::Prepare{take_, item.entry->track});
      asked_[take_] = Asked{moment_.now, true};
    }
    out_.orders.emplace_back(orders::Play{take_, item.entry->track, entered_at_, entered_at_ - item.start_at,
                                          item.end_at - item.start_at, std::exchange(cut_next_, false)});
    told_current_ = true;
    rest_told_ = false;
    rests_from_.reset();
    ordered_.clear();
  }
  if (!goes_on_by_itself()) {
    if (rests_from_ != current_->end_at) out_.orders.emplace_back(orders::Stop{current_->end_at, true});
    rests_from_ = current_->end_at;
    ordered_.clear();
    return;
  }
  rests_from_.reset();
  order_ahead();
}

/// The items behind the one on air, as far as they are ready.
void Programmer::order_ahead() {
  struct Planned {
    Ordered order;
    Coming coming;
    bool cuts = false;
  };
  std::vector<Planned> plan;
  auto at = current_->end_at;
  bool cuts = programme_cut_ == at;
  for (const auto& coming : line_) {
    if (plan.size() == rules_.ahead || !ready(coming.take)) break;
    plan.push_back({Ordered{coming.take, at}, coming, cuts});
    const auto natural = at + coming.entry->duration - coming.offset;
    at = cut_for_programme(at, natural);
    cuts = at < natural;
  }
  std::size_t same = 0;
  while (same < plan.size() && same < ordered_.size() && plan[same].order == ordered_[same]) ++same;
  if (same == plan.size()) {
    // What is ordered behind the plan stays as a reserve until its turn comes, unless it was taken out.
    if (same < ordered_.size() && !entry_of(ordered_[same].take)) {
      out_.orders.emplace_back(orders::Stop{ordered_[same].start_at});
      ordered_.resize(same);
    }
    return;
  }
  ordered_.resize(same);
  for (auto i = same; i < plan.size(); ++i) {
    const auto& [order, coming, cuts_before] = plan[i];
    const bool replaces = (i == 0 && std::exchange(cut_next_, false)) || cuts_before;
    out_.orders.emplace_back(orders::Play{order.take, coming.entry->track, order.start_at, coming.offset,
                                          coming.entry->duration, replaces});
    ordered_.push_back(order);
  }
}

}  // namespace longwave::schedule
