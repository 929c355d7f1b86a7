// SPDX-License-Identifier: Apache-2.0
#include "library/tagging.hpp"
#include "store/session.hpp"

#include <map>

namespace longwave::library {

using Int = std::int64_t;

WholeTag whole_tag(store::Session& session, Int id) {
  WholeTag whole;
  for (auto& one : tags(session)) {  // a genre stands before its subgenres
    if (one.id == id || one.parent == id) whole.tags.push_back(std::move(one));
  }
  session.each<int, Int, Int, int, double, int>(
      "SELECT what, target_id, tag_id, from_file, confidence, approval FROM library_tagging WHERE tag_id IN "
      "(SELECT id FROM library_tag WHERE id = :id OR parent_id = :p)",
      [&](int what, Int target, Int tag, int from_file, double confidence, int approval) {
        whole.on.push_back({what, target, tag, from_file, confidence, approval});
      },
      id, id);
  return whole;
}

Result<Int> put_back_tag(store::Session& session, const WholeTag& whole, Changes& changes) {
  if (whole.tags.empty()) return error(Errc::not_found, "there is no such tag");
  std::map<Int, Int> now;  // their ids, should somebody else have got one meanwhile
  for (Tag one : whole.tags) {
    const Int before = one.id;
    if (const auto parent = now.find(one.parent); parent != now.end()) one.parent = parent->second;
    const auto fresh = create_tag(session, one, changes);
    if (!fresh) return fresh.error();
    now[before] = *fresh;
    if (*fresh == before || tag(session, before)) continue;
    session.run("UPDATE library_tag SET id = :old WHERE id = :fresh", before, *fresh);
    now[before] = before;
  }
  static constexpr std::string_view still_there[] = {"SELECT 1 FROM library_track WHERE id = :id",
                                                     "SELECT 1 FROM library_album WHERE id = :id",
                                                     "SELECT 1 FROM library_video WHERE id = :id"};
  for (const auto& one : whole.on) {
    if (!session.value<int>(still_there[one.what], one.target)) continue;
    session.run(
        "INSERT INTO library_tagging(what, target_id, tag_id, from_file, confidence, approval) "
        "VALUES (:what, :target, :tag, :from_file, :confidence, :approval) ON CONFLICT DO NOTHING",
        one.what, one.target, now[one.tag], one.from_file, one.confidence, one.approval);
  }
  return now[whole.tags.front().id];
}

}  // namespace longwave::library
