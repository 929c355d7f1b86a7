// SPDX-License-Identifier: Apache-2.0
#include "library/file_tags.hpp"

#include "base/text.hpp"
#include "library/names.hpp"
#include "library/tagging.hpp"
#include "store/session.hpp"

#include <algorithm>

namespace longwave::library {

FileTags::Named FileTags::find(store::Session& session, const std::string& name, Changes& changes) {
  const std::string key = fold(name);
  if (const auto found = known_.find(key); found != known_.end()) return found->second;
  const auto row = session.row<std::int64_t, std::int64_t>(
      "SELECT id, parent_id FROM library_tag WHERE fold = :fold AND kind <= 2 ORDER BY kind, id LIMIT 1",
      key);
  Named named;
  if (row) {
    named = {std::get<0>(*row), std::get<1>(*row)};
  } else {
    named.tag = *session.value<std::int64_t>(
        "INSERT INTO library_tag(kind, name, fold) VALUES (1, :name, :fold) RETURNING id", name, key);
    changes.tags_changed();
  }
  return known_.emplace(key, named).first->second;
}

void FileTags::take(store::Session& session, TrackId track, const std::vector<std::string>& genres,
                    bool fresh, Changes& changes) {
  if (!fresh) {
    session.run("DELETE FROM library_tagging WHERE what = 0 AND target_id = :track AND from_file = 1", track);
  }
  // Somebody wrote the genre into the file on purpose: that counts as approved.
  const auto put = [&](std::int64_t tag) {
    session.run(
        "INSERT INTO library_tagging(what, target_id, tag_id, from_file, confidence, approval) VALUES (0, "
        ":track, "
        ":tag, 1, 1.0, 1) ON CONFLICT(what, target_id, tag_id) DO NOTHING",
        track, tag);
  };
  for (const auto& genre : genres) {
    const Named named = find(session, genre, changes);
    put(named.tag);
    if (named.parent != 0) put(named.parent);
  }
}

std::vector<std::string> split_genres(std::string_view joined) {
  std::vector<std::string> names;
  for (const auto part : text::split(joined, ';')) {
    std::string name = clean(part, 128);
    if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end() && names.size() < 8)
      names.push_back(std::move(name));
  }
  return names;
}

}  // namespace longwave::library
