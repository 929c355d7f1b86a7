// SPDX-License-Identifier: Apache-2.0
#include "library/layout.hpp"

#include "library/bytes.hpp"
#include "library/file.hpp"
#include "library/mpeg_frames.hpp"

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace longwave::library {

namespace {

constexpr std::int64_t largest_tag = 32 << 20;
constexpr std::int64_t largest_compressed = 16 << 10;  // deflate makes at most 1032 times as much of it

std::string_view at(MusicFile& file, std::int64_t offset, std::size_t length, std::string& own) {
  auto view = file.peek(offset, length);
  if (!view.empty() || length == 0) return view;
  own = file.read(offset, length);
  return own;
}

/// The length of the ID3v2 tag at `offset`, header and footer included; 0 if there is none.
Result<std::int64_t> id3v2_length(MusicFile& file, std::int64_t offset) {
  std::string own;
  const auto head = at(file, offset, 10, own);
  if (head.size() < 10 || !head.starts_with("ID3")) return 0;
  const std::int64_t body = synchsafe(head.substr(6));
  if (body < 0) return error(Errc::broken, "its ID3 tag is damaged");
  if (body > largest_tag) return error(Errc::broken, fmt::format("its ID3 tag has {} MiB", body >> 20));
  const int version = head[3];
  std::int64_t compressed = 0;
  std::int64_t position = offset + 10;
  const std::int64_t end = position + body;
  while (version >= 3 && position + 10 <= end) {
    const auto frame = at(file, position, 10, own);
    if (frame.size() < 10 || frame[0] == 0) break;
    const std::int64_t plain = be32(frame.substr(4));
    const std::int64_t safe = synchsafe(frame.substr(4));
    const std::int64_t length = version == 4 && safe >= 0 ? safe : plain;
    if (static_cast<unsigned char>(frame[9]) & (version == 4 ? 0x08 : 0x80))
      compressed += std::max(plain, length);
    if (length <= 0) break;
    position += 10 + length;
  }
  if (compressed > largest_compressed)
    return error(Errc::broken, "its ID3 tag is compressed too much to be trusted");
  return 10 + body + (version == 4 && (head[5] & 0x10) ? 10 : 0);
}

/// Where the sound ends before ID3v1, APE and Lyrics3 tags.
std::int64_t end_without_tags(MusicFile& file, std::int64_t begin) {
  std::int64_t end = file.size();
  std::string own;
  for (int i = 0; i < 4; ++i) {
    if (end - begin > 128 && at(file, end - 128, 3, own) == "TAG") {
      end -= 128;
    } else if (end - begin > 32 && at(file, end - 32, 8, own) == "APETAGEX") {
      const auto footer = at(file, end - 32, 32, own);
      const std::int64_t length = le32(footer.substr(12)) + ((le32(footer.substr(20)) >> 31) ? 32 : 0);
      if (length < 32 || length > end - begin) break;
      end -= length;
    } else if (end - begin > 15 && at(file, end - 9, 9, own) == "LYRICS200") {
      std::int64_t length = 0;
      for (char c : at(file, end - 15, 6, own)) length = length * 10 + (c >= '0' && c <= '9' ? c - '0' : 0);
      if (length + 15 > end - begin) break;
      end -= length + 15;
    } else {
      break;
    }
  }
  return end;
}

Result<Layout> flac_layout(MusicFile& file, std::int64_t offset) {
  Layout layout{.container = Container::flac};
  std::string own;
  std::int64_t position = offset + 4;
  std::int64_t metadata = 0;
  for (bool last = false; !last;) {
    const auto head = at(file, position, 4, own);
    if (head.size() < 4) return error(Errc::broken, "it ends inside the FLAC header");
    last = head[0] & 0x80;
    const std::int64_t length = be24(head.substr(1));
    metadata += length;
    if (metadata > largest_tag)
      return error(Errc::broken, fmt::format("its tags have over {} MiB", largest_tag >> 20));
    position += 4 + length;
    if (position > file.size()) return error(Errc::broken, "it ends inside the FLAC header");
  }
  layout.audio_begin = position;
  layout.audio_end = end_without_tags(file, position);
  if (layout.audio_end <= layout.audio_begin) return error(Errc::broken, "it ends before the first sound");
  return layout;
}

Result<Layout> ogg_layout(MusicFile& file) {
  std::string own;
  const auto head = at(file, 0, 64, own);
  if (head.size() < 36) return error(Errc::broken, "it ends inside the Ogg header");
  const std::size_t segments = static_cast<unsigned char>(head[26]);
  const auto packet = head.size() > 27 + segments ? head.substr(27 + segments) : std::string_view{};
  Layout layout;
  int headers = 0;  // packets before the sound
  if (packet.starts_with("\x01vorbis")) {
    layout.container = Container::ogg_vorbis;
    headers = 3;
  } else if (packet.starts_with("OpusHead")) {
    layout.container = Container::ogg_opus;
    headers = 2;
  } else if (packet.starts_with("\x7f"
                                "FLAC")) {
    layout.container = Container::ogg_flac;
    headers = 1;
    if (packet.size() >= 9) headers += be16(packet.substr(7));
  } else {
    return error(Errc::unsupported, "an Ogg file without Vorbis, Opus or FLAC sound");
  }
  std::int64_t position = 0;
  while (headers > 0) {  // the sound begins on a page of its own
    const auto page = at(file, position, 27 + 255, own);
    if (page.size() < 28 || !page.starts_with("OggS"))
      return error(Errc::broken, "it ends inside the Ogg header");
    const std::size_t count = static_cast<unsigned char>(page[26]);
    if (page.size() < 27 + count) return error(Errc::broken, "it ends inside the Ogg header");
    std::int64_t body = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const int lacing = static_cast<unsigned char>(page[27 + i]);
      body += lacing;
      if (lacing < 255) --headers;
    }
    position += 27 + static_cast<std::int64_t>(count) + body;
    if (position > largest_tag)
      return error(Errc::broken, fmt::format("its tags have over {} MiB", largest_tag >> 20));
  }
  layout.audio_begin = position;
  layout.audio_end = file.size();
  if (layout.audio_end <= layout.audio_begin) return error(Errc::broken, "it ends before the first sound");
  return layout;
}

/// The boxes TagLib descends into; it does so by recursion, so a hostile file must not nest them deep.
bool is_box_container(std::string_view type) {
  for (std::string_view known : {"moov", "udta", "mdia", "meta", "ilst", "stbl", "minf", "moof", "traf",
                                 "trak", "stsd", "stem", "dinf", "edts", "mvex"}) {
    if (type == known) return true;
  }
  return false;
}

struct BoxWalk {
  Layout* layout;
  int boxes = 0;
  std::int64_t largest_sound = 0;
  bool movie = false;
};

Result<void> walk_boxes(MusicFile& file, std::int64_t position, std::int64_t end, int depth, BoxWalk& walk) {
  std::string own;
  while (position + 8 <= end) {
    if (++walk.boxes > 20000 || depth > 16)
      return error(Errc::broken, "its MP4 boxes are nested beyond reason");
    const auto head = at(file, position, 16, own);
    if (head.size() < 8) break;
    std::int64_t length = be32(head);
    std::int64_t header = 8;
    const std::string type(head.substr(4, 4));
    if (length == 1 && head.size() >= 16) {
      length = static_cast<std::int64_t>(be64(head.substr(8)));
      header = 16;
    } else if (length == 0) {
      length = end - position;
    }
    if (length < header || length > end - position) {
      if (type != "mdat") return error(Errc::broken, "it ends inside an MP4 box");
      length = end - position;  // a truncated file: what is there can be played
    }
    if (type == "mdat" && length - header > walk.largest_sound) {
      walk.largest_sound = length - header;
      walk.layout->audio_begin = position + header;
      walk.layout->audio_end = position + length;
    } else if (is_box_container(type)) {
      walk.movie = walk.movie || type == "moov";
      if (type != "stsd" && length > largest_tag)
        return error(Errc::broken, fmt::format("its tags have {} MiB", length >> 20));
      // "meta" may or may not have four bytes of version; "stsd" has eight of version and count.
      std::int64_t skip = header;
      if (type == "meta" && be32(at(file, position + header, 4, own)) == 0) skip += 4;
      if (type == "stsd") skip += 8;
      if (auto inner = walk_boxes(file, position + skip, position + length, depth + 1, walk);
          !inner && type != "meta" && type != "stsd") {
        return inner;
      }
    }
    position += length;
  }
  return {};
}

Result<Layout> mp4_layout(MusicFile& file) {
  Layout layout{.container = Container::mp4};
  BoxWalk walk{.layout = &layout};
  if (auto walked = walk_boxes(file, 0, file.size(), 0, walk); !walked) return walked.error();
  if (!walk.movie) return error(Errc::broken, "an MP4 file without its table of contents (moov)");
  if (layout.audio_end <= layout.audio_begin) return error(Errc::broken, "an MP4 file without sound");
  return layout;
}

int from_extended(std::string_view b) {  // 80-bit IEEE: the sample rate of AIFF
  const int exponent = (be16(b) & 0x7fff) - 16383;
  const std::uint64_t mantissa = be64(b.substr(2));
  return exponent < 0 || exponent > 30 ? 0 : static_cast<int>(mantissa >> (63 - exponent));
}

/// RIFF/WAVE (little endian) and FORM/AIFF (big endian) are lists of chunks.
Result<Layout> chunk_layout(MusicFile& file, bool wave) {
  Layout layout{.container = wave ? Container::wav : Container::aiff};
  std::string own;
  int block = 0;
  std::int64_t position = 12;
  for (int chunks = 0; position + 8 <= file.size() && chunks < 1000; ++chunks) {
    const std::string head(at(file, position, 8, own));
    if (head.size() < 8) break;
    const std::string type = head.substr(0, 4);
    std::int64_t length =
        wave ? le32(std::string_view(head).substr(4)) : be32(std::string_view(head).substr(4));
    const std::int64_t body = position + 8;
    const bool sound = type == (wave ? "data" : "SSND");
    // Streams leave the length of the sound at 0 or 0xffffffff; RF64 keeps it elsewhere. It then is all the
    // rest.
    if (sound && (length == 0 || length == 0xffffffff)) length = file.size() - body;
    const std::int64_t end = std::min(body + length, file.size());
    if (type == "fmt " && length >= 16) {
      const std::string f(at(file, body, 16, own));
      if (f.size() < 16) break;
      layout.channels = le16(std::string_view(f).substr(2));
      layout.sample_rate = static_cast<int>(le32(std::string_view(f).substr(4)));
      block = le16(std::string_view(f).substr(12));
      layout.bits = le16(std::string_view(f).substr(14));
    } else if (type == "COMM" && length >= 18) {
      const std::string f(at(file, body, 18, own));
      if (f.size() < 18) break;
      layout.channels = be16(f);
      layout.frames = be32(std::string_view(f).substr(2));
      layout.bits = be16(std::string_view(f).substr(6));
      layout.sample_rate = from_extended(std::string_view(f).substr(8));
    } else if (sound) {
      layout.audio_begin = wave ? body : std::min(body + 8, end);
      layout.audio_end = end;
    } else if (type == "id3 " || type == "ID3 ") {
      if (auto tag = id3v2_length(file, body); !tag) return tag.error();
      layout.tag_begin = body;
      layout.tag_end = end;
    } else if (wave && type == "LIST" && at(file, body, 4, own) == "INFO") {
      layout.info_begin = body + 4;
      layout.info_end = end;
    }
    position = body + length + (length & 1);
  }
  if (layout.audio_end <= layout.audio_begin) return error(Errc::broken, "it ends before the first sound");
  if (layout.sample_rate <= 0 || layout.channels <= 0) return error(Errc::broken, "its header is damaged");
  if (wave && block > 0) layout.frames = (layout.audio_end - layout.audio_begin) / block;
  return layout;
}

std::string looks_like(std::string_view head) {
  if (head.starts_with("#EXTM3U") || head.starts_with("[playlist]")) return "a playlist";
  if (head.starts_with("<")) return "a web page or XML";
  if (head.starts_with("PK")) return "an archive";
  if (head.starts_with("\x89PNG") || head.starts_with("\xff\xd8\xff")) return "a picture";
  if (head.starts_with("\x7f"
                       "ELF") ||
      head.starts_with("#!") || head.starts_with("MZ"))
    return "a program";
  if (head.find_first_not_of('\0') == std::string_view::npos) return "only zeros";
  for (const char c : head.substr(0, 64)) {
    if (static_cast<unsigned char>(c) < 9) return "no sound that is known here";
  }
  return "text or unknown bytes";
}

}  // namespace

const char* to_string(Container container) {
  switch (container) {
    case Container::mp3:
      return "mp3";
    case Container::aac:
    case Container::mp4:
      return "aac";
    case Container::flac:
    case Container::ogg_flac:
      return "flac";
    case Container::ogg_vorbis:
      return "vorbis";
    case Container::ogg_opus:
      return "opus";
    case Container::wav:
      return "wav";
    case Container::aiff:
      return "aiff";
  }
  return "";
}

Result<Layout> find_layout(MusicFile& file) {
  std::int64_t begin = 0;
  for (int i = 0; i < 4; ++i) {
    auto tag = id3v2_length(file, begin);
    if (!tag) return tag.error();
    if (*tag == 0) break;
    begin += *tag;
    if (begin >= file.size()) return error(Errc::broken, "it has a tag and no sound");
  }
  std::string own;
  const auto head = at(file, begin, 4096, own);
  if (head.starts_with("fLaC")) return flac_layout(file, begin);
  if (begin == 0 && head.starts_with("OggS")) return ogg_layout(file);
  if (begin == 0 && head.size() > 12 && head.substr(4, 4) == "ftyp") return mp4_layout(file);
  if (begin == 0 && head.size() > 12 && (head.starts_with("RIFF") || head.starts_with("RF64")) &&
      head.substr(8, 4) == "WAVE") {
    return chunk_layout(file, true);
  }
  if (begin == 0 && head.size() > 12 && head.starts_with("FORM") &&
      (head.substr(8, 4) == "AIFF" || head.substr(8, 4) == "AIFC")) {
    return chunk_layout(file, false);
  }
  std::string own_search;
  const auto area = at(file, begin, 64 << 10, own_search);
  if (const auto frame =
          find_mpeg_frame(area, begin + static_cast<std::int64_t>(area.size()) >= file.size())) {
    Layout layout{.container = frame->adts ? Container::aac : Container::mp3};
    layout.audio_begin = begin + static_cast<std::int64_t>(frame->offset);
    layout.audio_end = end_without_tags(file, layout.audio_begin);
    layout.sample_rate = frame->sample_rate;
    layout.channels = frame->channels;
    return layout;
  }
  return error(Errc::unsupported, "not a file of music: " + looks_like(head.substr(0, 256)));
}

}  // namespace longwave::library
