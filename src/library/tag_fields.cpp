// SPDX-License-Identifier: Apache-2.0
#include "library/tag_fields.hpp"

#include "base/text.hpp"
#include "library/lyrics.hpp"
#include "library/names.hpp"

#include <taglib/attachedpictureframe.h>
#include <taglib/flacpicture.h>
#include <taglib/id3v1genres.h>
#include <taglib/id3v2tag.h>
#include <taglib/mp4coverart.h>
#include <taglib/mp4tag.h>
#include <taglib/synchronizedlyricsframe.h>
#include <taglib/tag.h>
#include <taglib/textidentificationframe.h>
#include <taglib/unsynchronizedlyricsframe.h>
#include <taglib/xiphcomment.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace longwave::library {

namespace {

std::string utf8(const TagLib::String& s) {
  return s.isEmpty() ? std::string{} : clean(s.to8Bit(true));
}

void fill(std::string& field, const TagLib::String& value) {
  if (field.empty()) field = utf8(value);
}

struct Names {
  std::string joined, first;
};
Names names(const TagLib::StringList& list) {
  Names result;
  for (const auto& item : list) {
    std::string name = utf8(item);
    if (name.empty()) continue;
    if (result.first.empty()) result.first = name;
    if (result.joined.size() + name.size() > 500) break;
    result.joined += (result.joined.empty() ? "" : "; ") + name;
  }
  return result;
}

void fill_artist(Tags& tags, const TagLib::StringList& list) {
  if (!tags.artist.empty()) return;
  Names found = names(list);
  tags.artist = std::move(found.joined);
  tags.first_artist = std::move(found.first);
}

constexpr std::size_t most_genres = 8;

void fill_genres(Tags& tags, const TagLib::StringList& list) {
  if (!tags.genres.empty()) return;
  for (const auto& item : list) {
    const std::string field = utf8(item);
    for (const auto part : text::split(field, ';')) {
      std::string name = clean(part, 128);
      const bool seen = std::find(tags.genres.begin(), tags.genres.end(), name) != tags.genres.end();
      if (!name.empty() && !seen && tags.genres.size() < most_genres) tags.genres.push_back(std::move(name));
    }
  }
  tags.genre.clear();
  for (const auto& name : tags.genres) tags.genre += (tags.genre.empty() ? "" : "; ") + name;
}

/// Lines are kept; control characters and what isn't UTF-8 are not.
void fill_lyrics(Tags& tags, const TagLib::String& words) {
  if (!tags.lyrics.empty() || words.isEmpty()) return;
  std::string text = words.to8Bit(true);
  std::replace(text.begin(), text.end(), '\r', '\n');
  std::erase_if(text, [](unsigned char c) { return c < 0x20 && c != '\n' && c != '\t'; });
  if (text.size() > max_lyrics_bytes) text.resize(max_lyrics_bytes);
  text = text::to_utf8(text);
  if (text::trim(text).empty()) return;
  tags.lyrics = std::move(text);
}

bool yes(const std::string& value) {
  return !value.empty() && value != "0" && value != "false";
}

/// One gain or peak by its name, as ReplayGain 2.0 and RFC 7845 (R128, Q7.8 towards -23 LUFS) call them.
void take_gain(std::string_view name, const TagLib::String& value, ReplayGain& gain) {
  const auto number = gain_of(value.to8Bit(true));
  if (!number) return;
  const auto keep = [&](std::optional<double>& field, double v, double limit) {
    if (!field && std::abs(v) <= limit) field = v;
  };
  if (name == "replaygain_track_gain") keep(gain.track_gain_db, *number, 60);
  if (name == "replaygain_album_gain") keep(gain.album_gain_db, *number, 60);
  if (name == "replaygain_track_peak") keep(gain.track_peak, *number, 100);
  if (name == "replaygain_album_peak") keep(gain.album_peak, *number, 100);
  if (name == "r128_track_gain") keep(gain.track_gain_db, *number / 256 + 5, 133);
  if (name == "r128_album_gain") keep(gain.album_gain_db, *number / 256 + 5, 133);
}

std::string_view bytes_of(const TagLib::ByteVector& v) {
  return {v.data(), v.size()};
}

/// "APIC"/"PIC": the front cover, else the first picture.
void take_apic(const TagLib::ID3v2::FrameList& frames, const PictureSink& picture) {
  const TagLib::ID3v2::AttachedPictureFrame* best = nullptr;
  for (const auto* frame : frames) {
    const auto* candidate = dynamic_cast<const TagLib::ID3v2::AttachedPictureFrame*>(frame);
    if (!candidate || candidate->picture().isEmpty()) continue;
    const bool front = candidate->type() == TagLib::ID3v2::AttachedPictureFrame::FrontCover;
    if (!best || front) best = candidate;
    if (front) break;
  }
  if (best) picture(bytes_of(best->picture()));
}

/// "(17)", "17", "(17)(6)", "(17)Rock": numbers are ID3v1's genres (id3.org, ID3v2.3 4.2.1 TCON).
TagLib::StringList genre_names(const TagLib::StringList& fields) {
  TagLib::StringList named;
  const auto add_number = [&](const TagLib::String& digits) {
    bool is_number = false;
    const int number = digits.toInt(&is_number);
    const TagLib::String name = is_number && number >= 0 && number <= 255 ? TagLib::ID3v1::genre(number) : "";
    if (!name.isEmpty() && !named.contains(name)) named.append(name);
    return is_number;
  };
  for (auto field : fields) {
    while (field.startsWith("(") && !field.startsWith("((")) {
      const int end = field.find(")");
      if (end < 0 || !add_number(field.substr(1, static_cast<unsigned>(end) - 1))) break;
      field = field.substr(static_cast<unsigned>(end) + 1);
    }
    if (!field.isEmpty() && !add_number(field) && !named.contains(field)) named.append(field);
  }
  return named;
}

/// Words with times are preferred (id3.org, ID3v2.4 4.8 USLT and 4.9 SYLT).
void take_words(const TagLib::ID3v2::FrameListMap& map, Tags& tags) {
  if (const auto found = map.find("SYLT"); found != map.end() && tags.lyrics.empty()) {
    using Synched = TagLib::ID3v2::SynchronizedLyricsFrame;
    const auto* frame = dynamic_cast<const Synched*>(found->second.front());
    if (frame && frame->timestampFormat() == Synched::AbsoluteMilliseconds &&
        frame->type() == Synched::Lyrics) {
      std::string lrc;
      for (const auto& line : frame->synchedText()) {
        if (lrc.size() > max_lyrics_bytes) break;
        char time[24];
        const unsigned ms = line.time;
        std::snprintf(time, sizeof time, "[%02u:%02u.%03u]", ms / 60000, ms / 1000 % 60, ms % 1000);
        lrc += time + clean(line.text.to8Bit(true)) + '\n';
      }
      fill_lyrics(tags, TagLib::String(lrc, TagLib::String::UTF8));
    }
  }
  if (const auto found = map.find("USLT"); found != map.end()) {
    using Words = TagLib::ID3v2::UnsynchronizedLyricsFrame;
    if (const auto* frame = dynamic_cast<const Words*>(found->second.front()))
      fill_lyrics(tags, frame->text());
  }
}

}  // namespace

int number_of(std::string_view text) {
  text = text::trim(text);
  int value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value < 0 || value > 9999 ? 0 : value;
}

int year_of(std::string_view text) {
  std::size_t digits = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    digits = text[i] >= '0' && text[i] <= '9' ? digits + 1 : 0;
    if (digits == 4) return std::atoi(std::string(text.substr(i - 3, 4)).c_str());
  }
  return 0;
}

std::optional<double> gain_of(std::string_view text) {
  text = text::trim(text);
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  double value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc{} || !std::isfinite(value)) return std::nullopt;
  return value;
}

void take_id3v2(const TagLib::ID3v2::Tag& from, Tags& tags, const PictureSink& picture) {
  const auto& map = from.frameListMap();
  const auto texts = [&](const char* id) {
    const auto found = map.find(id);
    if (found == map.end() || found->second.isEmpty()) return TagLib::StringList{};
    const auto* frame = dynamic_cast<const TagLib::ID3v2::TextIdentificationFrame*>(found->second.front());
    return frame ? frame->fieldList() : TagLib::StringList{};
  };
  const auto text = [&](const char* id) {
    const auto list = texts(id);
    return list.isEmpty() ? TagLib::String{} : list.front();
  };
  fill(tags.title, text("TIT2"));
  fill_artist(tags, texts("TPE1"));
  if (tags.album_artist.empty()) tags.album_artist = names(texts("TPE2")).joined;
  fill(tags.album, text("TALB"));
  fill_genres(tags, genre_names(texts("TCON")));
  if (!tags.track) tags.track = number_of(utf8(text("TRCK")));
  if (!tags.disc) tags.disc = number_of(utf8(text("TPOS")));
  for (const char* id : {"TDRC", "TYER", "TDOR", "TORY", "TDRL"}) {
    if (!tags.year) tags.year = year_of(utf8(text(id)));
  }
  tags.compilation = tags.compilation || yes(utf8(text("TCMP")));
  if (const auto user = map.find("TXXX"); user != map.end()) {
    for (const auto* frame : user->second) {
      const auto* field = dynamic_cast<const TagLib::ID3v2::UserTextIdentificationFrame*>(frame);
      if (!field || field->fieldList().size() < 2) continue;
      take_gain(text::ascii_lower(field->description().to8Bit(true)), field->fieldList()[1], tags.gain);
    }
  }
  take_words(map, tags);
  if (const auto pictures = map.find("APIC"); pictures != map.end()) take_apic(pictures->second, picture);
}

void take_xiph(const TagLib::Ogg::XiphComment& from, Tags& tags, const PictureSink& picture) {
  const auto& map = const_cast<TagLib::Ogg::XiphComment&>(from).fieldListMap();
  const auto texts = [&](const char* id) {
    const auto found = map.find(id);
    return found == map.end() ? TagLib::StringList{} : found->second;
  };
  const auto text = [&](const char* id) {
    const auto list = texts(id);
    return list.isEmpty() ? TagLib::String{} : list.front();
  };
  fill(tags.title, text("TITLE"));
  fill_artist(tags, texts("ARTIST"));
  for (const char* id : {"ALBUMARTIST", "ALBUM ARTIST", "ALBUM_ARTIST"}) {
    if (tags.album_artist.empty()) tags.album_artist = names(texts(id)).joined;
  }
  fill(tags.album, text("ALBUM"));
  fill_genres(tags, texts("GENRE"));
  for (const char* id : {"SYNCEDLYRICS", "LYRICS", "UNSYNCEDLYRICS"}) fill_lyrics(tags, text(id));
  if (!tags.track) tags.track = number_of(utf8(text("TRACKNUMBER")));
  if (!tags.disc) tags.disc = number_of(utf8(text("DISCNUMBER")));
  for (const char* id : {"DATE", "YEAR", "ORIGINALDATE"}) {
    if (!tags.year) tags.year = year_of(utf8(text(id)));
  }
  tags.compilation = tags.compilation || yes(utf8(text("COMPILATION")));
  for (const char* id : {"REPLAYGAIN_TRACK_GAIN", "REPLAYGAIN_ALBUM_GAIN", "REPLAYGAIN_TRACK_PEAK",
                         "REPLAYGAIN_ALBUM_PEAK", "R128_TRACK_GAIN", "R128_ALBUM_GAIN"}) {
    if (const auto value = text(id); !value.isEmpty()) take_gain(text::ascii_lower(id), value, tags.gain);
  }
  const auto pictures = const_cast<TagLib::Ogg::XiphComment&>(from).pictureList();
  const TagLib::FLAC::Picture* best = nullptr;
  for (const auto* candidate : pictures) {
    if (!best ||
        (candidate->type() == TagLib::FLAC::Picture::FrontCover && best->type() != candidate->type()))
      best = candidate;
  }
  if (best) picture(bytes_of(best->data()));
}

void take_mp4(const TagLib::MP4::Tag& from, Tags& tags, const PictureSink& picture) {
  const auto& map = from.itemMap();
  const auto texts = [&](const char* id) {
    const auto found = map.find(id);
    return found == map.end() ? TagLib::StringList{} : found->second.toStringList();
  };
  const auto text = [&](const char* id) {
    const auto list = texts(id);
    return list.isEmpty() ? TagLib::String{} : list.front();
  };
  const auto number = [&](const char* id) {
    const auto found = map.find(id);
    const int n = found == map.end() ? 0 : found->second.toIntPair().first;
    return n < 0 || n > 9999 ? 0 : n;
  };
  fill(tags.title, text("\251nam"));
  fill_artist(tags, texts("\251ART"));
  if (tags.album_artist.empty()) tags.album_artist = names(texts("aART")).joined;
  fill(tags.album, text("\251alb"));
  fill_genres(tags, texts("\251gen"));
  fill_lyrics(tags, text("\251lyr"));
  if (!tags.track) tags.track = number("trkn");
  if (!tags.disc) tags.disc = number("disk");
  if (!tags.year) tags.year = year_of(utf8(text("\251day")));
  if (const auto found = map.find("cpil"); found != map.end()) tags.compilation = found->second.toBool();
  constexpr std::string_view itunes = "----:com.apple.itunes:";
  for (const auto& [key, item] : map) {
    const std::string name = text::ascii_lower(key.to8Bit(true));
    if (!name.starts_with(itunes)) continue;
    const auto values = item.toStringList();
    if (!values.isEmpty()) take_gain(std::string_view(name).substr(itunes.size()), values.front(), tags.gain);
  }
  if (const auto found = map.find("covr"); found != map.end()) {
    const auto covers = found->second.toCoverArtList();
    if (!covers.isEmpty()) picture(bytes_of(covers.front().data()));
  }
}

void take_plain(const TagLib::Tag& from, Tags& tags) {
  fill(tags.title, from.title());
  if (tags.artist.empty()) {
    tags.artist = utf8(from.artist());
    tags.first_artist = tags.artist;
  }
  fill(tags.album, from.album());
  if (!from.genre().isEmpty()) fill_genres(tags, TagLib::StringList(from.genre()));
  if (!tags.track) tags.track = from.track() < 10000 ? static_cast<int>(from.track()) : 0;
  if (!tags.year) tags.year = from.year() < 10000 ? static_cast<int>(from.year()) : 0;
}

}  // namespace longwave::library
