// SPDX-License-Identifier: Apache-2.0
#include "audio/identity.hpp"

#include "audio/input_file.hpp"
#include "audio/sha256.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

namespace longwave::audio {
namespace {

constexpr std::int64_t sample_bytes = 64 << 10;
constexpr int most_boxes = 4096;

struct Span {
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

/// Small reads at places of a file; bytes that aren't there are zero.
class Reader {
 public:
  explicit Reader(const InputFile& file) : file_(file) {}
  std::int64_t size() const { return file_.size(); }
  template <std::size_t N>
  std::array<unsigned char, N> at(std::int64_t offset) const {
    std::array<unsigned char, N> bytes{};
    if (offset >= 0 && offset < size()) file_.read_at(offset, bytes.data(), N);
    return bytes;
  }
  std::string text(std::int64_t offset, std::int64_t n) const {
    std::string out(static_cast<std::size_t>(std::max<std::int64_t>(n, 0)), '\0');
    const auto got = file_.read_at(offset, out.data(), out.size());
    out.resize(static_cast<std::size_t>(std::max<std::int64_t>(got, 0)));
    return out;
  }

 private:
  const InputFile& file_;
};

template <std::size_t N>
bool is(const std::array<unsigned char, N>& bytes, std::string_view word, std::size_t at = 0) {
  return std::memcmp(bytes.data() + at, word.data(), word.size()) == 0;
}
std::uint32_t big32(const unsigned char* p) {
  return std::uint32_t{p[0]} << 24 | std::uint32_t{p[1]} << 16 | std::uint32_t{p[2]} << 8 | p[3];
}
std::uint32_t little32(const unsigned char* p) {
  return std::uint32_t{p[3]} << 24 | std::uint32_t{p[2]} << 16 | std::uint32_t{p[1]} << 8 | p[0];
}

/// ID3v2 at the beginning (there may be several); ID3v1, APE and Lyrics3 at the end.
Span without_tags(const Reader& r) {
  Span s{0, r.size()};
  for (int i = 0; i < 16; ++i) {
    const auto h = r.at<10>(s.begin);
    if (!is(h, "ID3")) break;
    const std::int64_t size = (h[6] & 0x7f) << 21 | (h[7] & 0x7f) << 14 | (h[8] & 0x7f) << 7 | (h[9] & 0x7f);
    s.begin += 10 + size + (h[5] & 0x10 ? 10 : 0);
  }
  for (int i = 0; i < 16; ++i) {
    if (is(r.at<3>(s.end - 128), "TAG")) {
      s.end -= 128;
      continue;
    }
    if (const auto h = r.at<32>(s.end - 32); is(h, "APETAGEX")) {
      s.end -= std::int64_t{little32(&h[12])} + (h[23] & 0x80 ? 32 : 0);
      continue;
    }
    if (const auto h = r.at<15>(s.end - 15); is(h, "LYRICS200", 6)) {
      std::int64_t size = 0;
      for (int k = 0; k < 6; ++k) size = size * 10 + (h[static_cast<std::size_t>(k)] - '0');
      s.end -= std::clamp<std::int64_t>(size, 0, 999999) + 15;
      continue;
    }
    break;
  }
  return s;
}

Span flac_frames(const Reader& r, Span s) {
  auto at = s.begin + 4;
  for (int i = 0; i < most_boxes && at < s.end; ++i) {
    const auto h = r.at<4>(at);
    at += 4 + (std::int64_t{h[1]} << 16 | std::int64_t{h[2]} << 8 | h[3]);
    if (h[0] & 0x80) break;
  }
  return {at, s.end};
}

/// The box or chunk of that name on the top level, or an empty span.
Span chunk(const Reader& r, std::string_view name, bool big_endian) {
  std::int64_t at = 12;
  for (int i = 0; i < most_boxes && at + 8 <= r.size(); ++i) {
    const auto h = r.at<8>(at);
    const std::int64_t size = big_endian ? big32(&h[4]) : little32(&h[4]);
    if (is(h, name)) return {at + 8, std::min(at + 8 + size, r.size())};
    at += 8 + size + (size & 1);
  }
  return {};
}

Span mp4_data(const Reader& r) {
  std::int64_t at = 0;
  Span largest;
  for (int i = 0; i < most_boxes && at + 8 <= r.size(); ++i) {
    const auto h = r.at<16>(at);
    std::int64_t size = big32(h.data()), header = 8;
    if (size == 1) {
      size = static_cast<std::int64_t>(std::uint64_t{big32(&h[8])} << 32 | big32(&h[12]));
      header = 16;
    } else if (size == 0) {
      size = r.size() - at;
    }
    if (size < header || size > r.size() - at) size = r.size() - at;
    if (is(h, "mdat", 4) && size - header > largest.end - largest.begin) largest = {at + header, at + size};
    at += size;
  }
  return largest;
}

/// The bodies of Ogg pages: a new comment changes their numbers and checksums, but not what sound they hold.
std::string ogg_bodies(std::string_view raw, bool skip_headers) {
  std::string bodies;
  for (auto at = raw.find("OggS"); at != raw.npos && at + 27 <= raw.size(); at = raw.find("OggS", at)) {
    const auto segments = static_cast<unsigned char>(raw[at + 26]);
    if (at + 27 + segments > raw.size()) break;
    std::size_t body = 0;
    for (std::size_t i = 0; i < segments; ++i) body += static_cast<unsigned char>(raw[at + 27 + i]);
    // Header packets (comments, code books, and their continuations) end on pages whose granule position is 0
    // or -1.
    const auto granule = raw.substr(at + 6, 8);
    const bool header = granule == std::string_view{"\0\0\0\0\0\0\0\0", 8} ||
                        (skip_headers && bodies.empty() && granule == "\xff\xff\xff\xff\xff\xff\xff\xff");
    const auto from = at + 27 + segments;
    if (!(skip_headers && header)) bodies += raw.substr(from, body);
    at = from + body;
  }
  return bodies;
}

Result<std::string> ogg_identity(const Reader& r, Span s) {
  // Comments with a picture can be long: go on until enough sound is there.
  std::string first;
  for (std::int64_t n = 4 * sample_bytes; first.size() < sample_bytes; n *= 4) {
    first = ogg_bodies(r.text(s.begin, std::min(n, s.end - s.begin)), true);
    if (n >= s.end - s.begin || n > (64 << 20)) break;
  }
  if (first.empty()) return error(Errc::broken, "there is no sound in the file");
  first.resize(std::min<std::size_t>(first.size(), sample_bytes));
  auto last = ogg_bodies(r.text(std::max(s.begin, s.end - 2 * sample_bytes), 2 * sample_bytes), true);
  if (last.size() > static_cast<std::size_t>(sample_bytes)) last.erase(0, last.size() - sample_bytes);
  // The length of the whole sound is that of the last page's granule position; its bytes change with the
  // tags.
  const auto tail = r.text(std::max(s.begin, s.end - 2 * sample_bytes), 2 * sample_bytes);
  const auto page = tail.rfind("OggS");
  Sha256 hash;
  hash.add(first);
  hash.add(last);
  if (page != tail.npos && page + 14 <= tail.size()) hash.add(std::string_view{tail}.substr(page + 6, 8));
  return hash.hex();
}

}  // namespace

Result<std::string> payload_identity(const std::filesystem::path& path) {
  auto file = InputFile::open(path);
  if (!file) return file.error();
  const Reader r{*file};
  auto s = without_tags(r);
  const auto h = r.at<12>(s.begin);
  if (is(h, "OggS")) return ogg_identity(r, s);
  if (is(h, "fLaC"))
    s = flac_frames(r, s);
  else if (is(h, "RIFF") && is(h, "WAVE", 8))
    s = chunk(r, "data", false);
  else if (is(h, "FORM"))
    s = chunk(r, "SSND", true);
  else if (is(h, "ftyp", 4))
    s = mp4_data(r);
  if (s.begin < 0 || s.end <= s.begin) return error(Errc::broken, "there is no sound in the file");

  Sha256 hash;
  hash.add(r.text(s.begin, std::min(sample_bytes, s.end - s.begin)));
  hash.add(r.text(std::max(s.begin, s.end - sample_bytes), std::min(sample_bytes, s.end - s.begin)));
  hash.add(std::to_string(s.end - s.begin));
  return hash.hex();
}

}  // namespace longwave::audio
