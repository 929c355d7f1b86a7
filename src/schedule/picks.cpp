// SPDX-License-Identifier: Apache-2.0
#include "schedule/programmer.hpp"

#include <algorithm>
#include <utility>

/// What the AutoDJ does in a programmer's turn: looks again at its picks after an edit, fills the queue up,
/// and helps out when what should come isn't ready.
namespace longwave::schedule {

namespace {

constexpr std::size_t max_stand_ins = 64;

Samples estimate(const Candidate& candidate) {
  return to_samples(std::chrono::milliseconds{std::max(candidate.duration_ms, 0)});
}

}  // namespace

/// What is heard before the entry at `index`, with the times as far as they are known; `at` becomes its
/// start.
std::vector<Heard> Programmer::heard_before(std::size_t index, Samples& at) const {
  std::vector<Heard> heard(recent_.plays().begin(), recent_.plays().end());
  at = skip_pending_ ? position_ : tail();
  if (current_) heard.push_back({current_->entry->track, current_->entry->artist, at});
  for (auto i = first_next(); i < index; ++i) {
    const auto& entry = *queue_.entries()[i];
    at += entry.duration;
    heard.push_back({entry.track, entry.artist, at});
  }
  return heard;
}

/// An edit, a skip or a measured length may have brought a pick too near to what is before it: it goes, and
/// another is drawn. Picks that were made with shortened distances stay.
void Programmer::review() {
  review_ = false;
  // Picks for which the library was too small are drawn anew when it has grown, if there is time to make one
  // ready.
  const bool grown = std::exchange(grown_, false);
  if (!row_.modes.autodj) return;
  const bool in_time = !current_ || position_ < current_->end_at - 2 * rules_.late;
  Samples at{};
  auto heard = heard_before(first_next(), at);
  std::vector<EntryId> broken;
  for (auto i = first_next(); i < queue_.size(); ++i) {
    const auto& entry = *queue_.entries()[i];
    const bool looked_at = entry.reason.rule == rule::autodj ||
                           (grown && in_time && entry.reason.drawn() && entry.reason.rule != rule::stand_in &&
                            entry.reason.rule != rule::album);
    const bool begins = fixed_ && !line_.empty() && line_.front().entry->id == entry.id;
    const bool marked = row_.marked && static_cast<int>(i) == queue_.cursor();
    if (!begins && !marked && looked_at &&
        !keeps_separation(rules_.separation, heard, entry.track, entry.artist, at)) {
      broken.push_back(entry.id);
      continue;
    }
    at += entry.duration;
    heard.push_back({entry.track, entry.artist, at});
  }
  for (const auto id : broken) withdraw(id);
}

void Programmer::replenish() {
  if (!catalogue_ || !row_.modes.autodj) return;
  std::erase_if(avoided_, [this](const auto& entry) { return entry.second <= position_; });
  for (std::size_t tries = 0;
       tries < 4 * rules_.ahead && following(rules_.ahead, false).size() < rules_.ahead; ++tries) {
    PickContext context;
    context.heard = heard_before(queue_.size(), context.at);
    context.avoided = &avoided_;
    context.shortest = !anything_analysed_ && !catalogue_->any_analysed();
    auto picked = row_.random.selection == Selection::albums ? by_album(std::nullopt) : std::nullopt;
    if (!picked) picked = pick(*catalogue_, rules_.separation, context, random_);
    if (!picked) return;
    insert_pick(queue_.size(), picked->candidate, std::move(picked->reason));
    while (queue_.size() > rules_.max_entries && queue_.cursor() > 0)
      queue_.remove(queue_.entries().front()->id);
    shuffle_round();
  }
}

std::optional<Pick> Programmer::by_album(std::optional<std::int64_t> album) {
  return pick_by_album(*catalogue_, row_.random, row_.blacklists, {moment_.wall, position_, &avoided_, album},
                       random_);
}

EntryId Programmer::insert_pick(std::size_t index, const Candidate& candidate, Reason reason) {
  Entry entry;
  entry.id = EntryId{row_.next_entry++};
  entry.track = candidate.track;
  entry.artist = candidate.artist;
  entry.duration = estimate(candidate);
  entry.reason = std::move(reason);
  const auto id = entry.id;
  note_added(entry.track);
  std::vector<Entry> one;
  one.push_back(std::move(entry));
  queue_.insert(index, std::move(one));
  return id;
}

/// The next entry is due and isn't ready: the first ready one behind it goes first; if there is none,
/// something that was ready lately. A skip waits a while for what was asked to come next: until then there is
/// sound.
void Programmer::cover_late() {
  if (row_.state != Transport::playing || !row_.modes.autodj || held_) return;
  if (line_.empty() || ready(line_.front().take)) return;
  const bool skip_waited = skip_pending_ && moment_.now >= skip_asked_ + rules_.skip_waits;
  if (current_ && !skip_waited && position_ < current_->end_at - rules_.late) return;
  if (moment_.now < grace_until_) return;
  const bool at_the_end = !current_ || position_ >= current_->end_at - rules_.late;
  // What has its time is worth cutting a stand-in for, as soon as it is ready; other songs keep their places.
  if (at_the_end && by_programme() && ByProgramme::has_its_time(*line_.front().entry) && insert_stand_in())
    return;
  for (std::size_t i = 1; i < line_.size(); ++i) {
    if (!ready(line_[i].take)) continue;
    const auto index = queue_.index_of(line_[i].entry->id);
    if (!index) continue;
    if (row_.marked || row_.modes.random || !consuming()) {
      mark(*index);
    } else {
      queue_.move(line_[i].entry->id, first_next());
    }
    resume_at_tail_ = false;
    return line_up();
  }
  if (at_the_end) insert_stand_in();
}

/// Its length is known and its sound is at hand, so that it can be planned at once.
bool Programmer::insert_stand_in() {
  const auto& plays = recent_.plays();
  const auto last_heard = [&](const StandIn& known) {
    if (current_ && current_->entry->track == known.track) return Samples::max();
    const auto play =
        std::find_if(plays.rbegin(), plays.rend(), [&](const Heard& h) { return h.track == known.track; });
    return play == plays.rend() ? Samples::min() : play->end;
  };
  const StandIn* best = nullptr;
  for (const auto& known : stand_ins_) {
    const auto* candidate = catalogue_ ? catalogue_->find(known.track) : nullptr;
    if (!candidate || !candidate->playable || last_heard(known) == Samples::max()) continue;
    if (!best || last_heard(known) < last_heard(*best)) best = &known;
  }
  if (!best) return false;
  Reason reason;
  reason.rule = rule::stand_in;
  reason.text = "What should come next isn't ready in time; of what is ready, this was heard longest ago";
  reason.candidates = static_cast<std::int64_t>(stand_ins_.size());
  const auto duration = best->duration;
  const auto next = first_next();
  const auto id = insert_pick(next, *catalogue_->find(best->track), std::move(reason));
  auto entry = *queue_.find(id);
  entry.duration = duration;
  entry.exact = true;
  out_.orders.emplace_back(orders::Prepare{id, entry.track});
  asked_[id] = Asked{moment_.now, true};
  queue_.update(std::move(entry));
  resume_at_tail_ = false;
  if (row_.marked || row_.modes.random) mark(next);
  line_up();
  return true;
}

/// Whatever is added enters the blacklists of the selection by album at once.
void Programmer::note_added(TrackId track) {
  const auto* candidate = catalogue_ ? catalogue_->find(track) : nullptr;
  if (!candidate) return;
  row_.blacklists.add(row_.random, *candidate, moment_.wall);
  dirty_ = true;
}

void Programmer::remember_stand_in(TrackId track, Samples duration) {
  forget_stand_in(track);
  if (stand_ins_.size() >= max_stand_ins) stand_ins_.erase(stand_ins_.begin());
  stand_ins_.push_back({track, duration});
}

void Programmer::forget_stand_in(TrackId track) {
  std::erase_if(stand_ins_, [&](const StandIn& known) { return known.track == track; });
}

}  // namespace longwave::schedule
