// SPDX-License-Identifier: Apache-2.0
#include "library/known.hpp"

#include "store/session.hpp"

namespace longwave::library {

std::string join(const std::string& folder, const std::string& name) {
  return folder.ends_with('/') ? folder + name : folder + '/' + name;
}

const KnownFolder* Known::folder(const std::string& path) const {
  const auto found = folder_by_path.find(path);
  return found == folder_by_path.end() ? nullptr : &folders[found->second];
}

std::string Known::path_of(const KnownFile& file) const {
  return join(folders[file.folder].path, file.name);
}

Known load_known(store::Session& session) {
  using Int = std::int64_t;
  Known known;
  std::unordered_map<Int, std::uint32_t> folder_by_id;
  session.each<Int, std::string, std::string, std::string, Int, Int>(
      "SELECT id, path, art, art_name, art_size, art_mtime FROM library_folder",
      [&](Int id, std::string path, std::string art, std::string art_name, Int size, Int mtime) {
        const auto index = static_cast<std::uint32_t>(known.folders.size());
        folder_by_id[id] = index;
        known.folder_by_path[path] = index;
        known.folders.push_back({id, std::move(path), std::move(art), std::move(art_name), size, mtime, {}});
      });
  std::unordered_map<Int, FileStamp> lyrics;
  session.each<Int, Int, Int>("SELECT track_id, size, mtime FROM library_lyrics WHERE source = 1",
                              [&](Int track, Int size, Int mtime) {
                                lyrics[track] = {size, mtime, 0};
                              });
  session.each<Int, Int, std::string, Int, Int, Int, Int, int, int, std::string>(
      "SELECT id, folder_id, name, size, mtime, inode, identity, state, tags_version, problem FROM "
      "library_track",
      [&](Int id, Int folder, std::string name, Int size, Int mtime, Int inode, Int identity, int state,
          int version, std::string problem) {
        const auto at = folder_by_id.find(folder);
        if (at == folder_by_id.end()) return;
        const auto index = static_cast<std::uint32_t>(known.files.size());
        auto& names = known.folders[at->second].files;
        const auto [entry, fresh] = names.try_emplace(name, index);
        if (!fresh && known.files[entry->second].state == TrackState::missing) entry->second = index;
        known.by_identity.emplace(identity, index);
        if (!lyrics.empty()) {
          if (const auto found = lyrics.find(id); found != lyrics.end()) known.lyrics[index] = found->second;
        }
        known.files.push_back({id,
                               {size, mtime, inode},
                               identity,
                               static_cast<TrackState>(state),
                               version,
                               at->second,
                               std::move(name),
                               std::move(problem)});
      });
  session.each<std::string, Int, Int, Int, std::string>(
      "SELECT path, size, mtime, inode, reason FROM library_problem",
      [&](std::string path, Int size, Int mtime, Int inode, std::string reason) {
        known.problems.emplace(std::move(path), KnownProblem{{size, mtime, inode}, std::move(reason)});
      });
  session.each<Int, std::string, std::string, Int, Int, Int, int>(
      "SELECT v.id, f.path, v.name, v.size, v.mtime, v.inode, v.state FROM library_video v JOIN "
      "library_folder f "
      "ON f.id = v.folder_id",
      [&](Int id, const std::string& folder, const std::string& name, Int size, Int mtime, Int inode,
          int state) {
        known.videos[join(folder, name)] = {id, {size, mtime, inode}, state != 0};
      });
  return known;
}

}  // namespace longwave::library
