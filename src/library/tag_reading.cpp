// SPDX-License-Identifier: Apache-2.0
#include "library/tagging.hpp"
#include "store/session.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>

namespace longwave::library {

namespace {

using Int = std::int64_t;
using TagTable = std::unordered_map<Int, Tag>;

TagTable table_of(store::Session& session) {
  TagTable table;
  for (auto& tag : tags(session)) table.emplace(tag.id, std::move(tag));
  return table;
}

/// The same number for the same assignment, without being stored.
Int entry_of(Tagged what, Int target, Int tag) {
  return (target * 3 + static_cast<Int>(what)) * (Int{1} << 18) + tag;
}

/// Those of an album itself before those that follow from its songs.
void sort(std::vector<Assigned>& list) {
  std::stable_sort(list.begin(), list.end(), [](const Assigned& a, const Assigned& b) {
    if (a.target != b.target) return a.target < b.target;
    if (a.tag.kind != b.tag.kind) return a.tag.kind < b.tag.kind;
    if (a.derived != b.derived) return b.derived;
    return a.tag.name < b.tag.name;
  });
}

struct Stored {
  double confidence = 0;
  int approval = 0;
};

void read_stored(store::Session& session, Tagged what, Int target, std::map<Int, Stored>& into) {
  session.each<Int, double, int>(
      "SELECT tag_id, confidence, approval FROM library_tagging WHERE what = :what AND target_id = :target",
      [&](Int tag, double confidence, int approval) {
        into[tag] = {confidence, approval};
      },
      what, target);
}

void take_one(store::Session& session, const TagTable& table, Tagged what, Int target,
              std::vector<Assigned>& into) {
  std::map<Int, Stored> stored;
  read_stored(session, what, target, stored);
  for (const auto& [id, s] : stored) {
    const auto tag = table.find(id);
    if (s.approval < 0 || tag == table.end()) continue;
    into.push_back({tag->second, entry_of(what, target, id), target, s.confidence,
                    static_cast<Approval>(s.approval), false});
  }
  if (what != Tagged::album) return;
  const auto songs =
      session.value<Int>("SELECT COUNT(*) FROM library_track WHERE album_id = :album AND state <> 3", target);
  session.each<Int, Int>(
      "SELECT g.tag_id, COUNT(*) FROM library_track t JOIN library_tagging g ON g.what = 0 AND g.target_id = "
      "t.id "
      "AND g.approval >= 0 WHERE t.album_id = :album AND t.state <> 3 GROUP BY g.tag_id",
      [&](Int id, Int count) {
        const auto tag = table.find(id);
        if (stored.contains(id) || tag == table.end()) return;
        into.push_back({tag->second, -entry_of(what, target, id), target,
                        static_cast<double>(count) / static_cast<double>(std::max<Int>(1, songs.value_or(1))),
                        Approval::guessed, true});
      },
      target);
}

}  // namespace

std::vector<Assigned> assigned(store::Session& session, Tagged what, std::int64_t target) {
  return assigned(session, what, std::span(&target, 1));
}

std::vector<Assigned> assigned(store::Session& session, Tagged what, std::span<const std::int64_t> targets) {
  std::vector<Assigned> list;
  const TagTable table = table_of(session);
  for (const Int target : targets) take_one(session, table, what, target, list);
  sort(list);
  return list;
}

std::vector<TagStatistics> tag_statistics(store::Session& session) {
  std::vector<TagStatistics> all;
  std::unordered_map<Int, std::size_t> at;
  auto list = tags(session);
  std::sort(list.begin(), list.end(), [](const Tag& a, const Tag& b) { return a.id < b.id; });
  for (auto& tag : list) {
    at[tag.id] = all.size();
    all.push_back({std::move(tag)});
  }
  for (const auto& entry : all) {
    if (const auto parent = at.find(entry.tag.parent); parent != at.end()) ++all[parent->second].children;
  }
  session.each<Int, Int>(
      "SELECT g.tag_id, COUNT(*) FROM library_tagging g JOIN library_track t ON t.id = g.target_id AND "
      "t.state <> "
      "3 WHERE g.what = 0 AND g.approval >= 0 GROUP BY g.tag_id",
      [&](Int tag, Int count) {
        if (const auto found = at.find(tag); found != at.end()) all[found->second].songs = count;
      });
  session.each<Int, Int>(
      "SELECT tag, COUNT(*) FROM (SELECT target_id AS album, tag_id AS tag FROM library_tagging WHERE what = "
      "1 AND "
      "approval >= 0 UNION SELECT t.album_id, g.tag_id FROM library_tagging g JOIN library_track t ON t.id = "
      "g.target_id AND t.state <> 3 AND t.album_id <> 0 WHERE g.what = 0 AND g.approval >= 0 AND NOT EXISTS "
      "(SELECT 1 FROM library_tagging n WHERE n.what = 1 AND n.target_id = t.album_id AND n.tag_id = "
      "g.tag_id AND "
      "n.approval < 0)) GROUP BY tag",
      [&](Int tag, Int count) {
        if (const auto found = at.find(tag); found != at.end()) all[found->second].albums = count;
      });
  session.each<Int, Int>(
      "SELECT tag_id, COUNT(*) FROM library_tagging WHERE what = 2 AND approval >= 0 GROUP BY tag_id",
      [&](Int tag, Int count) {
        if (const auto found = at.find(tag); found != at.end()) all[found->second].videos = count;
      });
  return all;
}

}  // namespace longwave::library
