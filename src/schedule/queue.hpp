// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.hpp"
#include "base/time.hpp"
#include "schedule/reason.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace longwave::schedule {

/// One entry of a queue; a value that is replaced, never changed, so that events may share it.
struct Entry {
  EntryId id;  ///< given once per station, never again
  TrackId track;
  std::int64_t artist = 0;  ///< for the artist rule; 0: not known
  std::int64_t key = 0;     ///< order in the queue: ascending, with gaps, so that a move writes one row
  Samples duration{};       ///< 0: not known
  bool exact = false;       ///< duration was measured, and is not only what the tags say
  std::string added_by;     ///< display name of who asked for it; empty: the AutoDJ
  Reason reason;
};
using EntryPtr = std::shared_ptr<const Entry>;

/// What happened to the list, in the order in which a mirror must repeat it.
struct InsertOp {
  std::size_t at;  ///< its index afterwards
  EntryPtr entry;
};
struct RemoveOp {
  EntryId entry;
};
struct MoveOp {
  EntryId entry;
  std::size_t to;  ///< its index afterwards
};
struct UpdateOp {
  EntryPtr entry;  ///< same id and place, other contents
};
struct ResetOp {
  std::vector<EntryPtr> entries;  ///< the whole list
};
using QueueOp = std::variant<InsertOp, RemoveOp, MoveOp, UpdateOp, ResetOp>;

/// One version of the queue: everything since the version before it.
struct QueueChange {
  std::uint64_t version = 0;  ///< always the one before + 1
  int cursor = -1;
  std::size_t total = 0;
  std::vector<QueueOp> ops;      ///< may be empty: only the cursor moved
  std::vector<EntryPtr> put;     ///< rows to write, for the store
  std::vector<EntryId> removed;  ///< rows to delete, for the store
};

/// The queue of a station: an ordered list of entries with stable ids, a version that grows by one with every
/// change, and a cursor: the index of the entry that is on air, -1 when none is. Pure; belongs to its
/// programmer.
///
/// Mutations collect into the change that take_change() ends. Indices are 0-based over the whole list, those
/// behind the end mean the end. Costs are linear in the length with a very small factor (10,000 entries: some
/// ten microseconds).
class Queue {
 public:
  /// Past this many ops a change says ResetOp instead.
  static constexpr std::size_t max_ops = 1000;

  Queue() = default;
  /// As it was stored; entries in any order, their keys decide.
  Queue(std::uint64_t version, int cursor, std::vector<Entry> entries);

  const std::vector<EntryPtr>& entries() const { return entries_; }
  std::size_t size() const { return entries_.size(); }
  int cursor() const { return cursor_; }
  std::uint64_t version() const { return version_; }
  std::optional<std::size_t> index_of(EntryId id) const;
  const Entry* find(EntryId id) const;
  /// The entry at the cursor.
  EntryPtr current() const { return cursor_ < 0 ? nullptr : entries_[static_cast<std::size_t>(cursor_)]; }
  /// Index of what comes after the cursor.
  std::size_t next_index() const { return static_cast<std::size_t>(cursor_ + 1); }

  /// Entries before the cursor push it on; their keys are set here.
  void insert(std::size_t at, std::vector<Entry> entries);
  /// False when there is no such entry. The cursor stays on its entry; when that one goes, on the index, or
  /// -1.
  bool remove(EntryId id);
  bool move(EntryId id, std::size_t to);
  /// Replaces contents; id and place stay.
  bool update(Entry entry);
  /// Removes everything but the entry at the cursor.
  void clear();
  /// Removes everything; the cursor is -1.
  void clear_all();
  /// Removes [begin, end); the cursor as with remove(), one by one.
  void remove(std::size_t begin, std::size_t end);
  /// The same entries in another order, told as a reset; the cursor stays on its entry.
  void arrange(std::vector<EntryPtr> order);
  void set_cursor(int cursor);
  /// Says "everything is new" in the next change (after a reload).
  void reset();

  /// Something happened since the last take_change().
  bool changed() const { return changed_; }
  /// Ends the change that is being collected; nullopt when there is none.
  std::optional<QueueChange> take_change();

 private:
  void touch(const EntryPtr& entry);
  void make_room(std::size_t at, std::size_t count);

  std::vector<EntryPtr> entries_;
  int cursor_ = -1;
  std::uint64_t version_ = 0;
  bool changed_ = false;
  bool reset_ = false;
  std::vector<QueueOp> ops_;
  std::vector<EntryId> put_;
  std::vector<EntryId> removed_;
};

}  // namespace longwave::schedule
