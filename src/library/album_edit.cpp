// SPDX-License-Identifier: Apache-2.0
#include "library/album_edit.hpp"

#include "library/colours.hpp"
#include "library/names.hpp"
#include "store/session.hpp"

namespace longwave::library {

namespace {

template <class... Args>
Result<void> update(store::Session& session, std::int64_t album, Changes& changes, std::string_view sql,
                    const Args&... args) {
  if (album == 0 || session.run(sql, args..., album) == 0)
    return error(Errc::not_found, "there is no such album");
  changes.album_changed(album);
  return {};
}

}  // namespace

bool is_colour(std::string_view text) {
  if (text.size() != 7 || text.front() != '#') return false;
  return text.find_first_not_of("0123456789abcdefABCDEF", 1) == std::string_view::npos;
}

Result<void> hide_album(store::Session& session, std::int64_t album, bool hidden, Changes& changes) {
  return update(session, album, changes, "UPDATE library_album SET hidden = :hidden WHERE id = :id", hidden);
}

Result<void> set_album_origin(store::Session& session, std::int64_t album, std::string_view origin,
                              Changes& changes) {
  return update(session, album, changes, "UPDATE library_album SET origin = :origin WHERE id = :id",
                clean(origin));
}

Result<void> set_album_added(store::Session& session, std::int64_t album, std::optional<std::int64_t> at_ms,
                             Changes& changes) {
  return update(session, album, changes, "UPDATE library_album SET added_ms = :at WHERE id = :id", at_ms);
}

Result<void> set_album_colour(store::Session& session, std::int64_t album, AlbumColour which,
                              std::string_view colour, Changes& changes) {
  if (!colour.empty() && !is_colour(colour)) return error(Errc::invalid, "a colour is written #RRGGBB");
  static constexpr std::string_view statements[] = {
      "UPDATE library_album SET background = :colour WHERE id = :id",
      "UPDATE library_album SET foreground = :colour WHERE id = :id",
      "UPDATE library_album SET highlight = :colour WHERE id = :id"};
  return update(session, album, changes, statements[static_cast<int>(which)], colour);
}

}  // namespace longwave::library
