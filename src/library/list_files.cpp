// SPDX-License-Identifier: Apache-2.0
#include "library/list_files.hpp"

#include "base/text.hpp"
#include "library/list_xspf.hpp"
#include "library/names.hpp"

#include <algorithm>
#include <charconv>
#include <map>

// M3U as players write it (there is no standard; M3U8 is the same in UTF-8), PLS version 2, XSPF 1
// (xspf.org/xspf-v1.html).
namespace longwave::library {

namespace {

constexpr std::size_t longest_location = 4096;
constexpr std::size_t longest_text = 512;

std::optional<std::int64_t> whole(std::string_view digits) {
  std::int64_t value = 0;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (problem != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

/// Seconds, as both old formats have them; -1 and 0 mean "not known".
std::optional<std::int64_t> seconds(std::string_view text) {
  const auto value = whole(text.substr(0, text.find('.')));
  if (!value || *value <= 0 || *value > 1'000'000) return std::nullopt;
  return *value * 1000;
}

/// "Artist - Title"; without the dash it is a title.
void take_name(ListItem& item, std::string_view text) {
  const auto dash = text.find(" - ");
  if (dash != std::string_view::npos) {
    item.artist = clean(text.substr(0, dash), longest_text);
    text.remove_prefix(dash + 3);
  }
  item.title = clean(text, longest_text);
}

/// Calls `use` for every line, without its ends; false from it ends the reading.
template <class F>
void lines(std::string_view bytes, F use) {
  if (bytes.starts_with("\xef\xbb\xbf")) bytes.remove_prefix(3);
  while (!bytes.empty()) {
    const auto end = bytes.find_first_of("\r\n");
    if (!use(text::trim(bytes.substr(0, end)))) return;
    if (end == std::string_view::npos) return;
    bytes.remove_prefix(end + 1);
  }
}

Error too_many() {
  return error(Errc::full, "a playlist holds at most " + std::to_string(most_list_file_items) + " entries");
}

Result<ListFile> read_m3u(std::string_view bytes) {
  ListFile list;
  ListItem next;
  bool full = false;
  lines(bytes, [&](std::string_view line) {
    if (line.empty()) return true;
    if (line.starts_with("#EXTINF:")) {
      line.remove_prefix(8);
      const auto comma = line.find(',');
      // Attributes may stand between the length and the comma: "#EXTINF:123 logo="…",Name".
      next.duration_ms = seconds(line.substr(0, std::min(comma, line.find(' '))));
      if (comma != std::string_view::npos) take_name(next, text::trim(line.substr(comma + 1)));
    } else if (line.starts_with("#EXTALB:")) {
      next.album = clean(line.substr(8), longest_text);
    } else if (line.starts_with("#PLAYLIST:")) {
      list.title = clean(line.substr(10), longest_text);
    } else if (line.front() != '#') {
      full = list.items.size() >= most_list_file_items;
      if (full) return false;
      next.location = line.substr(0, longest_location);
      list.items.push_back(std::move(next));
      next = {};
    }
    return true;
  });
  if (full) return too_many();
  return list;
}

Result<ListFile> read_pls(std::string_view bytes) {
  std::map<std::int64_t, ListItem> numbered;  // an entry's lines may stand anywhere
  bool full = false;
  ListFile list;
  lines(bytes, [&](std::string_view line) {
    const auto equals = line.find('=');
    if (equals == std::string_view::npos) return true;
    const std::string key = text::ascii_lower(text::trim(line.substr(0, equals)));
    const auto value = text::trim(line.substr(equals + 1));
    if (key == "x-gnome-title") list.title = clean(value, longest_text);
    const auto digits = key.find_first_of("0123456789");
    if (digits == std::string::npos) return true;
    const auto number = whole(std::string_view(key).substr(digits));
    const auto what = std::string_view(key).substr(0, digits);
    if (!number || (what != "file" && what != "title" && what != "length")) return true;
    full = numbered.size() >= most_list_file_items && !numbered.contains(*number);
    if (full) return false;
    ListItem& item = numbered[*number];
    if (what == "file") item.location = value.substr(0, longest_location);
    if (what == "title") take_name(item, value);
    if (what == "length") item.duration_ms = seconds(value);
    return true;
  });
  if (full) return too_many();
  for (auto& [number, item] : numbered) {
    if (!item.location.empty()) list.items.push_back(std::move(item));
  }
  return list;
}

std::string shown(const ListItem& item) {
  return item.artist.empty() ? item.title : item.artist + " - " + item.title;
}

/// One line without what would end it.
std::string line(std::string_view text) {
  std::string out(text);
  std::ranges::replace_if(
      out, [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return out;
}

std::string write_m3u(const ListFile& list) {
  std::string out = "#EXTM3U\n";
  if (!list.title.empty()) out += "#PLAYLIST:" + line(list.title) + '\n';
  for (const auto& item : list.items) {
    const std::int64_t length = item.duration_ms ? (*item.duration_ms + 500) / 1000 : -1;
    out += "#EXTINF:" + std::to_string(length) + ',' + line(shown(item)) + '\n';
    if (!item.album.empty()) out += "#EXTALB:" + line(item.album) + '\n';
    // What begins like a comment is said as a path.
    out += (item.location.starts_with('#') ? "./" : "") + line(item.location) + '\n';
  }
  return out;
}

std::string write_pls(const ListFile& list) {
  std::string out = "[playlist]\n";
  if (!list.title.empty()) out += "X-GNOME-Title=" + line(list.title) + '\n';
  for (std::size_t i = 0; i < list.items.size(); ++i) {
    const auto& item = list.items[i];
    const std::string number = std::to_string(i + 1) + '=';
    const std::int64_t length = item.duration_ms ? (*item.duration_ms + 500) / 1000 : -1;
    out += "File" + number + line(item.location) + "\nTitle" + number + line(shown(item)) + "\nLength" +
           number + std::to_string(length) + '\n';
  }
  return out + "NumberOfEntries=" + std::to_string(list.items.size()) + "\nVersion=2\n";
}

}  // namespace

std::optional<ListFormat> list_format(std::string_view bytes) {
  if (bytes.starts_with("\xef\xbb\xbf")) bytes.remove_prefix(3);
  const auto head = text::trim(bytes.substr(0, 4096));
  if (head.empty()) return std::nullopt;
  if (head.front() == '<') {
    return head.find("<playlist") != std::string_view::npos ||
                   head.find(":playlist") != std::string_view::npos
               ? std::optional(ListFormat::xspf)
               : std::nullopt;
  }
  if (text::ascii_lower(head.substr(0, 10)) == "[playlist]") return ListFormat::pls;
  if (head.starts_with("#EXTM3U")) return ListFormat::m3u8;
  // Lines of text and nothing else.
  const bool binary = std::ranges::any_of(head, [](char c) {
    return static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\r' && c != '\t';
  });
  return binary ? std::nullopt : std::optional(ListFormat::m3u8);
}

Result<ListFile> read_list_file(std::string_view bytes, ListFormat format) {
  if (bytes.size() > most_list_file_bytes) return error(Errc::full, "a playlist file has at most 8 MiB");
  switch (format) {
    case ListFormat::m3u8:
      return read_m3u(bytes);
    case ListFormat::pls:
      return read_pls(bytes);
    case ListFormat::xspf:
      break;
  }
  return read_xspf(bytes);
}

std::string write_list_file(const ListFile& list, ListFormat format) {
  switch (format) {
    case ListFormat::m3u8:
      return write_m3u(list);
    case ListFormat::pls:
      return write_pls(list);
    case ListFormat::xspf:
      break;
  }
  return write_xspf(list);
}

const char* media_type(ListFormat format) {
  switch (format) {
    case ListFormat::m3u8:
      return "audio/x-mpegurl";
    case ListFormat::pls:
      return "audio/x-scpls";
    case ListFormat::xspf:
      break;
  }
  return "application/xspf+xml";
}

const char* file_ending(ListFormat format) {
  switch (format) {
    case ListFormat::m3u8:
      return ".m3u8";
    case ListFormat::pls:
      return ".pls";
    case ListFormat::xspf:
      break;
  }
  return ".xspf";
}

}  // namespace longwave::library
