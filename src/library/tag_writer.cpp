// SPDX-License-Identifier: Apache-2.0
#include "library/tag_writer.hpp"

#include "library/file_tags.hpp"

#include <taglib/fileref.h>
#include <taglib/tpropertymap.h>

#include <algorithm>
#include <exception>

namespace longwave::library {

namespace {

const char* taglib_name(std::string_view key) {
  if (key == "title") return "TITLE";
  if (key == "artist") return "ARTIST";
  if (key == "album") return "ALBUM";
  if (key == "album_artist") return "ALBUMARTIST";
  if (key == "genre") return "GENRE";
  if (key == "track") return "TRACKNUMBER";
  if (key == "disc") return "DISCNUMBER";
  return "DATE";
}

TagLib::String text(std::string_view value) {
  return {std::string(value), TagLib::String::UTF8};
}

/// Several artists and genres are several values, as they are read.
TagLib::StringList values_of(std::string_view key, const std::string& value) {
  TagLib::StringList list;
  if (key == "artist" || key == "genre") {
    for (std::size_t at = 0; at <= value.size();) {
      const auto end = std::min(value.find("; ", at), value.size());
      if (end > at) list.append(text(std::string_view(value).substr(at, end - at)));
      at = end + 2;
    }
  } else if (!value.empty() && !(key != "title" && value == "0")) {
    list.append(text(value));
  }
  return list;
}

}  // namespace

Result<void> put_tags(const std::string& path, const Values& values) {
  try {
    const TagLib::FileRef file(path.c_str(), false);
    if (file.isNull() || !file.file()->isOpen() || file.file()->readOnly())
      return error(Errc::unsupported, "the tags of this kind of file can't be written");
    TagLib::PropertyMap map = file.file()->properties();
    for (const auto& [key, value] : values) {
      const auto list = values_of(key, value);
      map.erase(taglib_name(key));
      if (key == "album_artist") map.erase("ALBUM ARTIST"), map.erase("ALBUM_ARTIST");
      if (!list.isEmpty()) map.insert(taglib_name(key), list);
    }
    file.file()->setProperties(map);
    if (!file.file()->save()) return error(Errc::broken, "the tags could not be written");
    return {};
  } catch (const std::exception&) {
    return error(Errc::broken, "the tags could not be written");
  }
}

}  // namespace longwave::library
