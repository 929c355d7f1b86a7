// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/random.hpp"
#include "base/result.hpp"
#include "orders/orders.hpp"
#include "orders/stream_clock.hpp"
#include "schedule/autodj.hpp"
#include "schedule/by_programme.hpp"
#include "schedule/candidate.hpp"
#include "schedule/commands.hpp"
#include "schedule/queue.hpp"
#include "schedule/randy.hpp"
#include "schedule/state.hpp"
#include "schedule/view.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <variant>
#include <vector>

namespace longwave::schedule {

/// Both clocks at one moment.
struct Moment {
  Instant now;
  WallTime wall;
};

struct Rules {
  Separation separation;
  std::size_t ahead = 2;                   ///< items that are ready behind the one on air
  std::size_t max_entries = 10'000;        ///< of a queue
  Samples late = std::chrono::seconds{8};  ///< this long before it is due, what isn't ready is passed over
  Samples avoid = std::chrono::hours{1};   ///< what failed isn't drawn for this long
  Duration skip_waits = std::chrono::seconds{10};  ///< for the next to be ready, before another is taken
  Duration cut_waits = std::chrono::seconds{10};  ///< for the player to say when a cut came; else: as ordered
  Duration ask_again = std::chrono::seconds{60};  ///< a Prepare without answer is sent again
  Duration clock_step = std::chrono::seconds{2};  ///< the wall clock may be off by less than this
  Samples grid{1152};                             ///< starts that the programmer chooses are multiples of it
};

// --- what others see

/// An item of the programme. Its sound at stream time t is t - start_at.
struct Item {
  EntryPtr entry;
  Samples start_at{};
  Samples end_at{};
};

enum class OnAir {
  stopped,  ///< on purpose
  paused,
  empty,     ///< nothing to play: no track, no entry
  starting,  ///< there is something, it isn't ready yet
  playing,
};

/// An item as it is heard, or will be: from `from` until `until`. Its sound at stream time t is t - zero.
struct Airing {
  EntryPtr entry;
  Samples from{};
  Samples until{};
  Samples zero{};
  friend bool operator==(const Airing&, const Airing&) = default;
};

struct NowView {
  OnAir state = OnAir::empty;
  std::optional<Item> current;  ///< after a skip the old one, until the player has begun the next
  std::optional<Item> next;     ///< only when its start is certain
  friend bool operator==(const NowView& a, const NowView& b);
};

struct QueueChanged {
  StationId station;
  QueueChange change;
};
struct NowChanged {
  StationId station;
  NowView now;
};
/// The row is final: also how many heard it.
struct HistoryAdded {
  StationId station;
  HistoryRow row;
};
/// What people made of the station's programme, or a request was fulfilled.
struct ProgrammeChanged {
  StationId station;
  std::uint64_t version = 0;
};
using Event = std::variant<QueueChanged, NowChanged, HistoryAdded, ProgrammeChanged, StationChanged>;

/// What a step wants done, in this order: write, then (when that is on disk, if it was a command) send and
/// tell.
struct Output {
  std::optional<Delta> delta;
  std::vector<orders::ToPlayer> orders;
  std::vector<Event> events;
  bool empty() const { return !delta && orders.empty() && events.empty(); }
};

/// The programmer of one station: (rules, state, now) -> orders. A pure machine without threads, clocks or
/// disk: every input says when it happens, take() gives what is to be done about it. docs/schedule.md tells
/// the rules.
///
/// The programme runs by the clock whether or not the player answers: an item without a Started is taken to
/// have begun when it was ordered to. Items follow each other without a hole as long as anything is ready.
class Programmer {
 public:
  /// A station as it was stored (a new one has only its row), opened at `moment`: goes on where the clock
  /// says it should be. `seed` is the chance of the AutoDJ.
  Programmer(Saved saved, Rules rules, CataloguePtr catalogue, Moment moment, std::uint64_t seed,
             std::optional<orders::StreamClock> clock = std::nullopt);

  // inputs
  Result<Answer> run(const Command& command, Moment moment);
  void receive(const orders::FromPlayer& message, Moment moment);
  void set_catalogue(CataloguePtr catalogue, Moment moment);
  void tick(Moment moment);
  /// The player is a new one and knows nothing: everything is ordered again.
  void player_is_new(Moment moment);
  /// Who listens to the events has missed some: the queue is told as a whole, with a new version.
  void told_again(Moment moment);

  // outputs
  Output take();
  /// When to call tick(); nullopt: only an input can change anything.
  std::optional<Instant> deadline() const;

  // views
  const StationRow& station() const { return row_; }
  /// The rules that work at present, as they were filled from the library, and what they remember.
  const ByProgramme& programme() const { return programme_; }
  const Queue& queue() const { return queue_; }
  const orders::StreamClock& clock() const { return clock_; }
  NowView now() const;
  /// What is heard and what follows it, as far as its start is certain. Empty: the station rests.
  std::vector<Airing> airings() const;
  /// As it is told by StationChanged.
  View view() const;
  /// When the entry starts, if that is certain (it and everything before it is ready).
  std::optional<Samples> starts_at(EntryId entry) const;
  /// Everything, to be written as a whole (after a failed write).
  Delta snapshot() const;

 private:
  /// How long a row of the history waits for the player to say how many heard it.
  static constexpr Samples closing_time = std::chrono::seconds{10};

  /// One airing of an entry. An entry that is aired again (repeat, seek, resume) is told to the player under
  /// a fresh id of its own, the take: to the player it is another item.
  struct Coming {
    EntryPtr entry;
    EntryId take;
    Samples offset{};  ///< it begins there
  };
  /// What was on air and stands, or will be as soon as it is ready.
  struct Held {
    EntryPtr entry;
    EntryId take;       ///< the next airing
    EntryId last_take;  ///< the one that was held; 0: it wasn't on air yet
    Samples start_at{};
    Samples duration{};
    Samples elapsed{};
    std::optional<Samples> began_at;
    int heard_by = 0;
    std::string problem;
  };
  struct Closing {
    HistoryRow row;
    EntryId take;
  };
  struct Ordered {
    EntryId take;
    Samples start_at{};
    friend bool operator==(const Ordered&, const Ordered&) = default;
  };
  struct Asked {
    Instant at;
    bool ready = false;
  };
  struct StandIn {
    TrackId track;
    Samples duration{};
  };

  // resume.cpp
  void anchor(Moment moment, const std::vector<HistoryRow>& history,
              std::optional<orders::StreamClock> clock);
  void resume(const std::vector<HistoryRow>& history);
  void resume_held(const Running& running, const EntryPtr& entry);
  void run_through();
  void pass_off_air(std::size_t index);

  // commands.cpp
  Result<Answer> execute(const Add& add);
  Result<Answer> execute(const AddRandom& add);
  Result<Answer> execute(const Remove& remove);
  Result<Answer> execute(const RemoveEntries& remove);
  Result<Answer> execute(const Move& move);
  Result<Answer> execute(const Clear& clear);
  Result<Entry> entry_for(TrackId track, const std::string& by) const;
  Result<std::size_t> place(Where where, std::optional<std::size_t> at, EntryId entry);
  Answer insert(std::size_t at, std::vector<Entry> entries, Where where);
  void take_out(EntryId entry);
  void empty_the_list();
  std::size_t first_open_index() const;
  std::size_t behind_requests() const;

  // lists.cpp
  Result<Answer> execute(const RemoveRange& remove);
  Result<Answer> execute(const MoveRange& move);
  Result<Answer> execute(const Swap& swap);
  Result<Answer> execute(const Shuffle& shuffle);
  Result<Answer> execute(const LoadList& load);

  // transport.cpp
  Result<Answer> execute(const Skip& skip);
  Result<Answer> execute(const Play& play);
  Result<Answer> execute(const Pause& pause);
  Result<Answer> execute(const Stop& stop);
  Result<Answer> execute(const Next& next);
  Result<Answer> execute(const Previous& previous);
  Result<Answer> execute(const Mark& mark);
  Result<Answer> execute(const Seek& seek);
  void seek_on_air(Samples target);
  void mark(std::size_t index, Samples offset = Samples{0});
  void go_to(std::size_t index, Samples offset = Samples{0});
  void hold();
  void end_held();
  void rest();
  void run_out();

  // settings.cpp
  Result<Answer> execute(const NameList& name);
  Result<Answer> execute(const SetModes& set);
  Result<Answer> execute(const SetVolume& set);
  Result<Answer> execute(const SetRandom& set);
  Result<Answer> execute(const Rename& name);

  // programme_picks.cpp: a station with a programme
  Result<Answer> execute(const SetProgramme& set);
  void replace_programme(StationProgrammePtr next);
  bool by_programme() const;
  Samples cut_for_programme(Samples begin, Samples end) const;
  void cut_current_for_programme();
  ByProgramme::Plays plays_before(std::size_t index, Samples& at) const;
  void pass(const Entry& entry, ByProgramme::Plays& plays, Samples& at) const;
  Samples begins_at(const Entry& entry) const;
  void note_for_programme();
  void follow_programme();
  bool insert_chosen(std::size_t index, const rules::Chosen& chosen);
  /// What a stand-in is played instead of, and when it should have begun.
  struct Covered {
    rules::Chosen chosen;
    WallTime at;
  };
  bool is(const Entry& entry, const rules::Chosen& chosen) const;
  bool waits_behind(std::size_t index, const rules::Chosen& chosen) const;
  std::optional<Covered> covered_now(const ByProgramme::Plays& plays);

  // line.cpp: what follows
  std::vector<std::size_t> following(std::size_t most, bool by_itself) const;
  void line_up();
  void shuffle_round();
  void give_up_fixed();
  EntryId fresh_take(EntryId entry);
  bool plays(const Entry& entry) const;
  bool goes_on_by_itself() const;
  EntryPtr entry_of(EntryId take) const;

  // answers.cpp
  void on(const orders::Prepared& message);
  void on(const orders::Failed& message);
  void on(const orders::Started& message);
  void on(const orders::Ended& message);
  void rewrite(const Closing& closing);

  // plan.cpp: what the player is told
  void ask();
  void send_plan();
  void order_ahead();

  // programmer.cpp: the steps of a turn
  void begin(Moment moment);
  void settle();
  void finish_turn();
  bool advance();
  void start(const Coming& coming, Samples at);
  void start_held();
  void end_current(Samples at, bool played = true);
  void cut();
  void drop_failed(const Coming& coming, const std::string& problem);
  void withdraw(EntryId id);
  void drop_vanished();
  std::optional<Running> running() const;

  // picks.cpp
  void review();
  void replenish();
  void cover_late();
  void note_added(TrackId track);
  std::optional<Pick> by_album(std::optional<std::int64_t> album);
  bool insert_stand_in();
  void remember_stand_in(TrackId track, Samples duration);
  void forget_stand_in(TrackId track);
  std::vector<Heard> heard_before(std::size_t index, Samples& at) const;
  EntryId insert_pick(std::size_t index, const Candidate& candidate, Reason reason);

  /// What is on air ends within seconds: the player was told to cut, or sends what leads into the next item.
  bool leaving() const { return fixed_ || moment_.now < cut_waits_until_; }
  /// And people went to the entry at the cursor instead.
  bool gone_elsewhere() const { return (skip_pending_ || leaving()) && row_.marked && queue_.cursor() >= 0; }
  bool ready(EntryId take) const;
  /// Index of what follows in the order of the list.
  std::size_t first_next() const {
    return queue_.next_index() - (row_.marked && queue_.cursor() >= 0 ? 1 : 0);
  }
  bool consuming() const { return row_.modes.consume != Switch::off; }
  EntryPtr on_air() const { return current_ ? current_->entry : held_ ? held_->entry : nullptr; }
  Samples tail() const;
  HistoryRow& add_history(const Entry& entry, Samples start, Samples end, std::string problem);
  WallTime wall_at(Samples at) const { return row_.epoch + to_duration(at); }
  Samples on_grid(Samples at) const;

  Rules rules_;
  Random random_;
  StationRow row_;
  Queue queue_;
  CataloguePtr catalogue_;
  orders::StreamClock clock_;

  Moment moment_{};     ///< of the turn
  Samples position_{};  ///< of the turn
  std::optional<Item> current_;
  EntryId take_;          ///< of the current item
  Samples entered_at_{};  ///< where this take begins, and
  Samples began_at_{};    ///< where its first one did
  std::vector<EntryId> former_takes_;
  std::optional<Held> held_;
  std::vector<Coming> line_;  ///< what follows, as far as it matters
  Samples mark_offset_{};
  bool rest_told_ = false;             ///< the player knows that silence is wanted
  std::optional<Samples> rests_from_;  ///< it knows that the list ends there
  std::unordered_set<EntryId> aired_;  ///< entries whose own id was used as a take
  bool shuffle_stale_ = true;
  bool ended_by_itself_ = false;
  std::string current_problem_;
  int current_heard_by_ = 0;
  Samples tail_{};               ///< without a current item: where the last one ended
  bool resume_at_tail_ = false;  ///< after a restart: the next item starts at tail_, though that is past
  Instant grace_until_{};        ///< until then nothing is passed over
  bool skip_pending_ = false;
  Instant skip_asked_{};
  Instant cut_waits_until_{};  ///< the next item was told to cut, and the player hasn't said when it begins
  bool review_ = false;
  bool grown_ = false;  ///< the library has: picks that it was too small for are drawn anew
  EntryId
      fixed_;  ///< the take of the next item, when the player has said that it starts at the end of this one
  bool told_current_ = false;
  bool cut_next_ = false;
  std::vector<Ordered> ordered_;  ///< what the player knows of what comes next
  std::unordered_map<EntryId, Asked> asked_;
  std::unordered_map<TrackId, Samples> avoided_;
  std::vector<StandIn> stand_ins_;  ///< were ready lately, oldest first
  RecentPlays recent_;
  bool anything_analysed_ = false;
  ByProgramme programme_;
  std::optional<Samples>
      programme_cut_;               ///< the item on air ends there, since something else begins on the second
  bool programme_written_ = false;  ///< row_.programme is to be written, in place of:
  StationProgrammePtr programme_before_;

  std::optional<Closing> last_row_;  ///< of what ended last: a late Started still moves its end
  std::vector<Closing> closing_;     ///< over, waiting for Ended to say how many heard it
  std::vector<HistoryRow> history_;  ///< to be written
  bool dirty_ = false;               ///< row_ has to be written
  NowView told_now_;
  ViewPtr told_view_;
  Output out_;
};

}  // namespace longwave::schedule
