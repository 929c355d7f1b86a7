// SPDX-License-Identifier: Apache-2.0
#include "library/list_xspf.hpp"

#include "base/html.hpp"
#include "base/text.hpp"
#include "library/names.hpp"

#include <expat.h>

#include <charconv>
#include <memory>
#include <utility>

namespace longwave::library {

namespace {

constexpr int deepest = 32;
constexpr std::size_t longest_text = 4096;

/// What stands in one file, collected by Expat's calls.
struct Reading {
  XML_Parser parser = nullptr;
  ListFile list;
  ListItem item;
  std::string text;
  int depth = 0;
  bool in_track = false;
  bool is_playlist = false;
  std::string refused;

  void refuse(const char* why) {
    if (refused.empty()) refused = why;
    XML_StopParser(parser, XML_FALSE);
  }
};

std::string_view local(const char* name) {
  const std::string_view whole(name);
  return whole.substr(whole.rfind(':') + 1);  // npos + 1 is 0
}

void on_start(void* user, const char* name, const char**) {
  auto& reading = *static_cast<Reading*>(user);
  reading.text.clear();
  if (++reading.depth > deepest) return reading.refuse("the elements are nested too deep");
  if (reading.depth == 1) {
    reading.is_playlist = local(name) == "playlist";
    if (!reading.is_playlist) reading.refuse("this is no XSPF playlist");
  }
  if (reading.depth == 3 && local(name) == "track") {
    reading.in_track = true;
    reading.item = {};
  }
}

void on_end(void* user, const char* name) {
  auto& reading = *static_cast<Reading*>(user);
  const auto tag = local(name);
  const std::string value = std::exchange(reading.text, {});
  auto& item = reading.item;
  if (reading.depth == 2 && tag == "title") reading.list.title = clean(value);
  if (reading.depth == 4 && reading.in_track) {
    // The first of several locations is preferred.
    if (tag == "location" && item.location.empty()) item.location = text::trim(value);
    if (tag == "title") item.title = clean(value);
    if (tag == "creator") item.artist = clean(value);
    if (tag == "album") item.album = clean(value);
    if (tag == "duration") {
      const auto digits = text::trim(value);
      std::int64_t ms = 0;
      const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), ms);
      if (problem == std::errc{} && ms > 0 && ms < 1'000'000'000) item.duration_ms = ms;
    }
  }
  if (reading.depth == 3 && reading.in_track) {
    reading.in_track = false;
    if (!item.location.empty() || !item.title.empty()) {
      if (reading.list.items.size() >= most_list_file_items) {
        reading.refuse("there are too many tracks in it");
      } else {
        reading.list.items.push_back(std::move(item));
      }
    }
  }
  --reading.depth;
}

void on_text(void* user, const char* bytes, int length) {
  auto& text = static_cast<Reading*>(user)->text;
  if (text.size() < longest_text) text.append(bytes, static_cast<std::size_t>(length));
}

void on_doctype(void* user, const char*, const char*, const char*, int) {
  static_cast<Reading*>(user)->refuse("a playlist has no document type");
}

/// Controls but the tab can't stand in XML, not even escaped.
std::string escaped(std::string_view text) {
  auto plain = text::to_utf8(text);
  std::erase_if(plain, [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '	'; });
  return text::escape_html(plain);
}

/// XSPF has addresses: a path is a relative one.
std::string address(std::string_view path) {
  if (path.find("://") != std::string_view::npos) return std::string(path);
  static constexpr std::string_view plain = "/-_.~!$'()*,;=@+";
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    const bool kept = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      plain.find(c) != std::string_view::npos;
    if (kept) {
      out += c;
    } else {
      out += '%';
      out += digits[byte >> 4];
      out += digits[byte & 15];
    }
  }
  return out;
}

void put(std::string& out, const char* tag, std::string_view text) {
  if (text.empty()) return;
  out += std::string("   <") + tag + '>' + escaped(text) + "</" + tag + ">\n";
}

}  // namespace

Result<ListFile> read_xspf(std::string_view bytes) {
  const std::unique_ptr<XML_ParserStruct, void (*)(XML_Parser)> parser(XML_ParserCreate(nullptr),
                                                                       XML_ParserFree);
  if (!parser) return error(Errc::unavailable, "there is no memory for it");
  Reading reading;
  reading.parser = parser.get();
  XML_SetUserData(parser.get(), &reading);
  XML_SetElementHandler(parser.get(), on_start, on_end);
  XML_SetCharacterDataHandler(parser.get(), on_text);
  XML_SetStartDoctypeDeclHandler(parser.get(), on_doctype);
  const auto done = XML_Parse(parser.get(), bytes.data(), static_cast<int>(bytes.size()), XML_TRUE);
  if (!reading.refused.empty()) return error(Errc::invalid, "this XSPF can't be read: " + reading.refused);
  if (done != XML_STATUS_OK) {
    return error(Errc::invalid, "this XSPF can't be read: line " +
                                    std::to_string(XML_GetCurrentLineNumber(parser.get())) + ": " +
                                    XML_ErrorString(XML_GetErrorCode(parser.get())));
  }
  for (auto& item : reading.list.items) {
    // A location is an address; a path in it has its % undone here, so that all formats give paths alike.
    if (auto plain = text::url_decode(item.location)) item.location = std::move(*plain);
  }
  return std::move(reading.list);
}

std::string write_xspf(const ListFile& list) {
  std::string out =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<playlist version=\"1\" "
      "xmlns=\"http://xspf.org/ns/0/\">\n";
  if (!list.title.empty()) out += " <title>" + escaped(list.title) + "</title>\n";
  out += " <trackList>\n";
  for (const auto& item : list.items) {
    out += "  <track>\n";
    put(out, "location", address(item.location));
    put(out, "title", item.title);
    put(out, "creator", item.artist);
    put(out, "album", item.album);
    if (item.duration_ms) put(out, "duration", std::to_string(*item.duration_ms));
    out += "  </track>\n";
  }
  return out + " </trackList>\n</playlist>\n";
}

}  // namespace longwave::library
