// SPDX-License-Identifier: Apache-2.0
#include "schedule/rules/preview.hpp"

#include "schedule/rules/near.hpp"
#include "schedule/rules/occurrences.hpp"

#include <algorithm>
#include <utility>

namespace longwave::rules {

namespace {

constexpr Duration worth_telling = std::chrono::seconds{30};  // of a song that is cut
constexpr Duration late_boundary = std::chrono::minutes{5};  // what waits for the end of a song waits so long
constexpr Duration late_exact = std::chrono::milliseconds{20};
constexpr Duration ask_again = std::chrono::seconds{10};
constexpr std::size_t most_violations = 1000;

std::string minutes(Duration d) {
  const auto s = std::chrono::round<std::chrono::seconds>(d).count();
  const auto text = std::to_string(s / 60) + ":" + (s % 60 < 10 ? "0" : "") + std::to_string(s % 60);
  return text + " minutes";
}

class Previewing {
 public:
  Previewing(Programme programme, std::span<const Play> heard, WallTime from, WallTime to, std::uint64_t seed)
      : programme_(std::move(programme)),
        memory_(programme_.memory()),
        heard_(heard.begin(), heard.end()),
        from_(from),
        to_(to),
        now_(from),
        random_(seed) {}

  Preview run() {
    empty_playlists();
    while (now_ < to_) step();
    for (const auto& show : programme_.shows) shows_begin(show);
    for (const auto& event : programme_.events) events_begin(event);
    std::stable_sort(result_.violations.begin(), result_.violations.end(),
                     [](const Violation& a, const Violation& b) { return a.at < b.at; });
    return std::move(result_);
  }

 private:
  void tell(Violation::Kind kind, WallTime at, std::int64_t subject, std::string text) {
    if (result_.violations.size() < most_violations)
      result_.violations.push_back({kind, at, subject, std::move(text)});
  }

  void step() {
    const auto chosen = choose(programme_, prepared_, last(), now_, random_);
    if (!chosen) {
      if (!silent_) tell(Violation::Kind::silence, now_, 0, "Nothing can be played");
      silent_ = true;
      now_ += ask_again;
      return;
    }
    silent_ = false;
    judge(*chosen);
    note_started(programme_, chosen->play);
    if (chosen->why.rule == Rule::request)
      std::erase_if(programme_.requests, [&](const Request& r) { return r.id == chosen->why.subject; });
    heard_.push_back(chosen->play);
    now_ = chosen->until;
    result_.items.push_back(*chosen);
  }

  /// Of what was heard, what the rules ask about.
  std::span<const Play> last() {
    while (heard_.size() - first_ > memory_.items && heard_[first_].end < now_ - memory_.time) ++first_;
    return std::span(heard_).subspan(first_);
  }

  void judge(const Chosen& chosen) {
    const auto& why = chosen.why;
    if (why.relaxed()) {
      Near near(programme_, last(), now_);
      const auto by = near.distance(chosen.song);
      if (near.limited(chosen.song, why.playlist)) {
        tell(Violation::Kind::limit, now_, chosen.song.id, "More often than \"at most every\" allows");
      } else if (!by.kept()) {
        tell(Violation::Kind::separation, now_, chosen.song.id,
             "Too near to the same " + std::string(name(by.by)) + ": nothing else was left");
      }
    }
    if (heard_.empty() || why.rule == Rule::resumed || result_.items.empty()) return;
    const auto& before = heard_.back();
    const auto rest = before.length - before.offset - (before.end - before.start);
    if (before.is_song() && rest > worth_telling && !goes_on(chosen))
      tell(Violation::Kind::cut, now_, before.song, minutes(rest) + " are cut off for something exact");
  }

  /// What cuts lets the song go on afterwards.
  bool goes_on(const Chosen& chosen) const {
    const auto resumes = [&](const auto& thing) { return thing.id == chosen.why.subject && thing.resume; };
    if (chosen.why.rule == Rule::hour_jingle)
      return std::any_of(programme_.jingles.begin(), programme_.jingles.end(), resumes);
    return chosen.why.rule == Rule::event &&
           std::any_of(programme_.events.begin(), programme_.events.end(), resumes);
  }

  void needs(std::int64_t id, std::int64_t subject, const std::string& what) {
    const auto* playlist = programme_.playlist(id);
    const bool any = playlist && playlist->enabled &&
                     std::any_of(playlist->songs.begin(), playlist->songs.end(),
                                 [](const Song& s) { return s.playable(); });
    if (!any) tell(Violation::Kind::empty, from_, subject, what + " has nothing to play");
  }

  void empty_playlists() {
    needs(programme_.default_playlist, 0, "The default playlist");
    for (const auto& show : programme_.shows) {
      if (show.enabled) needs(show.playlist, show.id, "The show \"" + show.name + "\"");
    }
    for (const auto& daypart : programme_.dayparts) {
      if (daypart.enabled && daypart.clock == 0)
        needs(daypart.playlist, daypart.id, "The daypart \"" + daypart.name + "\"");
      if (daypart.enabled && daypart.clock != 0 && !has_clock(daypart.clock))
        tell(Violation::Kind::empty, from_, daypart.id,
             "The clock of the daypart \"" + daypart.name + "\" isn't there");
    }
    for (const auto& clock : programme_.clocks) {
      for (const auto& slot : clock.slots)
        needs(slot.playlist, clock.id, "A slot of the clock \"" + clock.name + "\"");
    }
    for (const auto& jingle : programme_.jingles) {
      if (jingle.enabled) needs(jingle.playlist, jingle.id, "The jingle \"" + jingle.name + "\"");
    }
    for (const auto& event : programme_.events) {
      if (event.enabled) needs(event.playlist, event.id, "\"" + event.name + "\"");
    }
  }

  bool has_clock(std::int64_t id) const {
    return std::any_of(programme_.clocks.begin(), programme_.clocks.end(),
                       [&](const HourClock& clock) { return clock.id == id && !clock.slots.empty(); });
  }

  /// The first item of `rule` and `subject` in [begin, end).
  void begins(Rule rule, std::int64_t subject, Span span, Start start, const std::string& what) {
    auto item = std::lower_bound(result_.items.begin(), result_.items.end(), span.begin - early,
                                 [](const Chosen& c, WallTime t) { return c.play.start < t; });
    for (; item != result_.items.end() && item->play.start < span.end; ++item) {
      if (item->why.rule != rule || item->why.subject != subject) continue;
      const auto late = item->play.start - span.begin;
      if (late > (start == Start::boundary ? late_boundary : late_exact))
        tell(Violation::Kind::late, span.begin, subject, what + " begins " + minutes(late) + " late");
      return;
    }
    // What the preview doesn't see the end of may still begin.
    if (span.end <= now_) tell(Violation::Kind::missed, span.begin, subject, what + " doesn't begin");
  }

  void shows_begin(const Show& show) {
    if (!show.enabled) return;
    const auto& zone = zone_of(programme_);
    for (auto at = next(zone, show.at, from_ - Duration{1}); at && *at < to_; at = next(zone, show.at, *at)) {
      // Another show has its place from the beginning on.
      if (show_at(programme_, *at).show != &show) continue;
      begins(Rule::show, show.id, {*at, *at + show.duration}, show.start, "The show \"" + show.name + "\"");
    }
  }

  void events_begin(const FixedEvent& event) {
    if (!event.enabled) return;
    const auto& zone = zone_of(programme_);
    for (auto at = next(zone, event, from_ - Duration{1}); at && *at < to_; at = next(zone, event, *at))
      begins(Rule::event, event.id, {*at, *at + event.expires}, event.start, "\"" + event.name + "\"");
  }

  Programme programme_;
  Programme::Memory memory_;
  Prepared prepared_;
  std::vector<Play> heard_;
  std::size_t first_ = 0;
  WallTime from_, to_, now_;
  Random random_;
  bool silent_ = false;
  Preview result_;
};

}  // namespace

std::string_view name(Violation::Kind kind) {
  switch (kind) {
    case Violation::Kind::silence:
      return "silence";
    case Violation::Kind::separation:
      return "separation";
    case Violation::Kind::limit:
      return "limit";
    case Violation::Kind::late:
      return "late";
    case Violation::Kind::missed:
      return "missed";
    case Violation::Kind::cut:
      return "cut";
    case Violation::Kind::empty:
      return "empty";
  }
  return {};
}

Preview preview(Programme programme, std::span<const Play> heard, WallTime from, WallTime to,
                std::uint64_t seed) {
  return Previewing(std::move(programme), heard, from, to, seed).run();
}

}  // namespace longwave::rules
