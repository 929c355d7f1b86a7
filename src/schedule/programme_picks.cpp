// SPDX-License-Identifier: Apache-2.0
#include "schedule/programmer.hpp"

#include <algorithm>
#include <utility>

/// A station with a programme chooses by it, and what begins on the second does so by a joint into what runs.
namespace longwave::schedule {

namespace {

/// What was sent to listeners already, more or less.
constexpr Samples soonest = std::chrono::seconds{1};

}  // namespace

Result<Answer> Programmer::execute(const SetProgramme& set) {
  const auto version = row_.programme ? row_.programme->version : 0;
  if (set.base && *set.base != version)
    return error(Errc::conflict, "somebody else has changed the programme meanwhile: read it again");
  auto next = std::make_shared<StationProgramme>(*set.programme);
  next->version = version + 1;
  replace_programme(std::move(next));
  // What was chosen by the old one goes.
  std::vector<EntryId> old;
  for (auto i = first_next(); i < queue_.size(); ++i) {
    const auto& entry = *queue_.entries()[i];
    const bool begins = fixed_ && !line_.empty() && line_.front().entry->id == entry.id;
    const bool marked = row_.marked && static_cast<int>(i) == queue_.cursor();
    if (entry.reason.drawn() && !begins && !marked) old.push_back(entry.id);
  }
  for (const auto id : old) withdraw(id);
  programme_.set(row_.programme.get(), catalogue_.get());
  return Answer{};
}

void Programmer::replace_programme(StationProgrammePtr next) {
  if (!programme_written_) programme_before_ = row_.programme;
  row_.programme = std::move(next);
  programme_written_ = true;
  dirty_ = true;
}

bool Programmer::by_programme() const {
  return programme_.works() && row_.modes.autodj && consuming() && !row_.modes.random &&
         row_.modes.single == Switch::off && row_.state == Transport::playing;
}

/// Where something begins on the second within an item; its own end if nothing does.
Samples Programmer::cut_for_programme(Samples begin, Samples end) const {
  if (!by_programme()) return end;
  const auto exact = programme_.exact_after(wall_at(begin));
  if (!exact) return end;
  // Never before the second: what is chosen for it must be due.
  const auto at = on_grid(to_samples(*exact - row_.epoch) + Samples{1});
  return at < end ? at : end;
}

void Programmer::cut_current_for_programme() {
  if (!current_ || leaving() || skip_pending_ || !by_programme()) return;
  const auto natural = current_->start_at + current_->entry->duration;
  const auto end = cut_for_programme(std::max(began_at_, position_ - soonest), natural);
  const bool moved =
      programme_cut_ && current_->end_at != *programme_cut_ && current_->end_at > position_ + soonest;
  if (end < natural && end > position_ && (end < current_->end_at || moved)) current_->end_at = end;
  if (moved && end == natural) current_->end_at = natural;
  programme_cut_ = end < natural && current_->end_at == end ? std::optional(end) : std::nullopt;
}

/// What is heard before the entry at `index`, as the rules remember it; `at` becomes its start.
ByProgramme::Plays Programmer::plays_before(std::size_t index, Samples& at) const {
  const auto memory = programme_.rules().memory();
  const auto& all = programme_.heard();
  auto first = all.end();
  while (first != all.begin() && (static_cast<std::size_t>(all.end() - first) < memory.items ||
                                  std::prev(first)->end > moment_.wall - memory.time))
    --first;
  ByProgramme::Plays plays(first, all.end());
  at = skip_pending_ ? position_ : tail();
  if (current_) {
    plays.push_back(programme_.play(*current_->entry, wall_at(began_at_), wall_at(at),
                                    to_duration(began_at_ - current_->start_at)));
  }
  for (auto i = first_next(); i < index; ++i) pass(*queue_.entries()[i], plays, at);
  return plays;
}

/// Behind that entry.
void Programmer::pass(const Entry& entry, ByProgramme::Plays& plays, Samples& at) const {
  const auto offset = begins_at(entry);
  const auto end = cut_for_programme(at, at + entry.duration - offset);
  plays.push_back(programme_.play(entry, wall_at(at), wall_at(end), to_duration(offset)));
  at = end;
}

Samples Programmer::begins_at(const Entry& entry) const {
  const auto offset = entry.reason.programmed ? entry.reason.programmed->offset : Samples{0};
  const auto begin = Samples{offset.count() / rules_.grid.count() * rules_.grid.count()};
  return begin < entry.duration || entry.duration == Samples{0} ? begin : Samples{0};
}

void Programmer::note_for_programme() {
  if (!last_row_) return;
  programme_.note(last_row_->row);
  const auto& reason = last_row_->row.reason;
  if (!row_.programme || !reason.programmed || reason.rule != "programme.request") return;
  const auto played = [&](const rules::Request& request) { return request.id == reason.programmed->subject; };
  const auto& requests = row_.programme->rules.requests;
  if (std::none_of(requests.begin(), requests.end(), played)) return;
  auto next = std::make_shared<StationProgramme>(*row_.programme);
  std::erase_if(next->rules.requests, played);
  ++next->version;
  replace_programme(std::move(next));
  programme_.set(row_.programme.get(), catalogue_.get());
}

bool Programmer::is(const Entry& entry, const rules::Chosen& chosen) const {
  return entry.reason.programmed && entry.reason.programmed->subject == chosen.why.subject &&
         entry.reason.rule == programme_.reason(chosen).rule;
}

/// It stands behind the entry at `index`, a stand-in, since it isn't ready yet.
bool Programmer::waits_behind(std::size_t index, const rules::Chosen& chosen) const {
  if (index + 1 >= queue_.size() || !is(*queue_.entries()[index + 1], chosen)) return false;
  const auto id = queue_.entries()[index + 1]->id;
  const auto known =
      std::find_if(line_.begin(), line_.end(), [&](const Coming& coming) { return coming.entry->id == id; });
  return known == line_.end() || !ready(known->take);
}

/// While a stand-in is on air: what should have begun on the second instead. As soon as that is ready the
/// stand-in is cut.
std::optional<Programmer::Covered> Programmer::covered_now(const ByProgramme::Plays& plays) {
  if (!current_ || current_->entry->reason.rule != rule::stand_in || leaving() || skip_pending_)
    return std::nullopt;
  auto due = programme_.timed(plays, wall_at(position_), random_);
  if (!due || !programme_.on_the_second(*due)) return std::nullopt;
  if (!line_.empty() && is(*line_.front().entry, *due) && ready(line_.front().take)) {
    cut();
    return std::nullopt;
  }
  return Covered{*due, wall_at(position_)};
}

/// The next entries are what the programme wants at their times: what is due is put before them, what isn't
/// any more goes, and the queue is filled up.
void Programmer::follow_programme() {
  note_for_programme();
  if (!by_programme()) return;
  const bool strictly = std::exchange(review_, false);
  grown_ = false;
  if (std::any_of(programme_.avoided().begin(), programme_.avoided().end(),
                  [&](TrackId track) { return !avoided_.contains(track); }))
    programme_.set(row_.programme.get(), catalogue_.get());
  cut_current_for_programme();
  Samples at{};
  auto covered = covered_now(plays_before(first_next(), at));
  auto plays = plays_before(first_next(), at);
  auto index = first_next();
  std::size_t accepted = 0;
  for (std::size_t tries = 0; accepted <= rules_.ahead && tries < 8 * (rules_.ahead + 1); ++tries) {
    const auto* entry = index < queue_.size() ? queue_.entries()[index].get() : nullptr;
    const bool begins = entry && fixed_ && !line_.empty() && line_.front().entry->id == entry->id;
    const bool marked = entry && row_.marked && static_cast<int>(index) == queue_.cursor();
    if (!entry && accepted >= rules_.ahead && !covered) break;
    std::optional<Covered> behind;
    if (entry && entry->reason.rule == rule::stand_in && !covered) {
      // It goes when what it stands for is ready, and that keeps its place behind it until then.
      if (auto due = programme_.timed(plays, wall_at(at), random_)) behind = Covered{*due, wall_at(at)};
      if (behind && !begins && !marked && !waits_behind(index, behind->chosen)) {
        withdraw(entry->id);
        continue;
      }
    } else if (!begins && !marked) {
      const auto due_at = covered ? covered->at : wall_at(at);
      const auto due = covered ? std::optional(covered->chosen) : programme_.timed(plays, due_at, random_);
      if (due && !(entry && is(*entry, *due))) {
        programme_.take(plays, due_at, random_);
        if (!insert_chosen(index, *due)) continue;
        entry = queue_.entries()[index].get();
      } else if (!due && entry && !programme_.fits(*entry, plays, wall_at(at), strictly)) {
        withdraw(entry->id);
        continue;
      } else if (!entry) {
        const auto chosen = programme_.choose(plays, wall_at(at), random_);
        if (!chosen) break;  // the AutoDJ helps out
        if (!insert_chosen(index, *chosen)) continue;
        entry = queue_.entries()[index].get();
      }
    }
    covered = behind;
    pass(*entry, plays, at);
    ++index;
    ++accepted;
  }
}

/// False: it failed lately, and isn't to be chosen now.
bool Programmer::insert_chosen(std::size_t index, const rules::Chosen& chosen) {
  const TrackId track{chosen.song.id};
  const auto* candidate = catalogue_->find(track);
  if (!candidate || avoided_.contains(track)) {
    programme_.avoid(track);
    return false;
  }
  insert_pick(index, *candidate, programme_.reason(chosen));
  return true;
}

}  // namespace longwave::schedule
