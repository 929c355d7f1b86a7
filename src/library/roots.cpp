// SPDX-License-Identifier: Apache-2.0
#include "library/roots.hpp"

#include "library/known.hpp"
#include "store/session.hpp"

#include <algorithm>

namespace longwave::library {

Roots::Roots(const std::vector<std::filesystem::path>& music) {
  for (const auto& folder : music) {
    std::string path = folder.lexically_normal().string();  // as the walk says it
    if (path.size() > 1 && path.ends_with('/')) path.pop_back();
    if (std::find(folders_.begin(), folders_.end(), path) == folders_.end())
      folders_.push_back(std::move(path));
  }
  for (const auto& folder : folders_) {
    std::string label;
    if (folders_.size() > 1) {
      const std::string name = std::filesystem::path(folder).filename().string();
      label = name;
      for (int n = 2; std::find(labels_.begin(), labels_.end(), label) != labels_.end(); ++n)
        label = name + " (" + std::to_string(n) + ')';
    }
    labels_.push_back(std::move(label));
  }
}

std::string Roots::relative(std::string_view absolute) const {
  std::size_t best = folders_.size();
  for (std::size_t i = 0; i < folders_.size(); ++i) {
    const std::string& root = folders_[i];
    const bool inside =
        absolute.starts_with(root) &&
        (root.ends_with('/') || absolute.size() == root.size() || absolute[root.size()] == '/');
    if (inside && (best == folders_.size() || root.size() > folders_[best].size())) best = i;
  }
  if (best == folders_.size()) return {};
  std::string_view rest = absolute.substr(folders_[best].size());
  if (rest.starts_with('/')) rest.remove_prefix(1);
  if (labels_[best].empty()) return std::string(rest);
  return rest.empty() ? labels_[best] : join(labels_[best], std::string(rest));
}

std::optional<std::string> Roots::absolute(std::string_view relative) const {
  if (relative.starts_with('/') || relative.find('\0') != std::string_view::npos) return std::nullopt;
  for (const auto& part : std::filesystem::path(relative)) {
    if (part == "..") return std::nullopt;
  }
  for (std::size_t i = 0; i < folders_.size(); ++i) {
    std::string_view rest = relative;
    if (!labels_[i].empty()) {
      if (!rest.starts_with(labels_[i])) continue;
      rest.remove_prefix(labels_[i].size());
      if (!rest.empty() && rest.front() != '/') continue;
      if (!rest.empty()) rest.remove_prefix(1);
    }
    return rest.empty() ? folders_[i] : join(folders_[i], std::string(rest));
  }
  return std::nullopt;
}

Roots load_roots(store::Session& session) {
  std::vector<std::filesystem::path> music;
  session.each<std::string>("SELECT path FROM library_root ORDER BY position",
                            [&](const std::string& path) { music.emplace_back(path); });
  return Roots(music);
}

void keep_roots(store::Session& session, const std::vector<std::filesystem::path>& music) {
  const Roots roots(music);
  if (load_roots(session).folders() == roots.folders()) return;
  session.run("DELETE FROM library_root");
  for (const auto& path : roots.folders()) session.run("INSERT INTO library_root(path) VALUES (:path)", path);
}

std::optional<TrackId> track_at(store::Session& session, std::string_view relative) {
  const auto path = load_roots(session).absolute(relative);
  if (!path) return std::nullopt;
  const auto slash = path->rfind('/');
  if (slash == std::string::npos) return std::nullopt;
  return session.value<TrackId>(
      "SELECT t.id FROM library_track t JOIN library_folder f ON f.id = t.folder_id "
      "WHERE f.path = :folder AND t.name = :name AND t.state <> 3 ORDER BY t.state = 1, t.id LIMIT 1",
      slash == 0 ? std::string("/") : path->substr(0, slash), path->substr(slash + 1));
}

}  // namespace longwave::library
