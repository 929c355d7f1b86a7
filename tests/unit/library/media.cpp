// SPDX-License-Identifier: Apache-2.0
#include "media.hpp"

#include "library/library.hpp"
#include "unit/store/options.hpp"

#include <gtest/gtest.h>
#include <taglib/aifffile.h>
#include <taglib/attachedpictureframe.h>
#include <taglib/fileref.h>
#include <taglib/flacfile.h>
#include <taglib/id3v2tag.h>
#include <taglib/mp4coverart.h>
#include <taglib/mp4file.h>
#include <taglib/mp4tag.h>
#include <taglib/mpegfile.h>
#include <taglib/tpropertymap.h>
#include <taglib/wavfile.h>
#include <taglib/xiphcomment.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

namespace longwave::library {

namespace {

std::string be(std::uint64_t value, int bytes) {
  std::string out;
  for (int i = bytes; i-- > 0;) out += static_cast<char>(i < 8 ? value >> (8 * i) : 0);
  return out;
}
std::string le(std::uint64_t value, int bytes) {
  std::string out;
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(i < 8 ? value >> (8 * i) : 0);
  return out;
}

std::string noise(std::size_t bytes, int sound) {
  std::string out(bytes, '\0');
  std::uint32_t state = 12345u + static_cast<std::uint32_t>(sound) * 7919u;
  for (auto& c : out) {
    state = state * 1664525u + 1013904223u;
    c = static_cast<char>(state >> 25);  // below 128: never looks like a frame header
  }
  return out;
}

std::string mp3(int seconds, int sound) {
  std::string out;
  for (int i = 0; i < seconds * 44100 / 1152 + 1; ++i)
    out += "\xff\xfb\x90\x64" + noise(413, sound * 1000 + i);
  return out;
}

std::string flac(int seconds, int sound) {
  const std::uint64_t samples = static_cast<std::uint64_t>(seconds) * 44100;
  const std::string info = be(4096, 2) + be(4096, 2) + be(0, 6) +
                           be(44100ull << 44 | 1ull << 41 | 15ull << 36 | samples, 8) + std::string(16, '\0');
  return "fLaC" + be(0x80, 1) + be(34, 3) + info + "\xff\xf8" +
         noise(static_cast<std::size_t>(seconds) * 20000, sound);
}

std::string page(const std::string& body, std::uint64_t granule, int number, int flags) {
  std::string lacing(body.size() / 255, '\xff');
  lacing += static_cast<char>(body.size() % 255);
  return "OggS" + le(0, 1) + le(static_cast<std::uint64_t>(flags), 1) + le(granule, 8) + le(77, 4) +
         le(static_cast<std::uint64_t>(number), 4) + le(0, 4) + le(lacing.size(), 1) + lacing + body;
}

std::string ogg(bool opus, int seconds, int sound) {
  std::string out;
  int number = 0;
  if (opus) {
    out += page("OpusHead" + le(1, 1) + le(2, 1) + le(312, 2) + le(48000, 4) + le(0, 2) + le(0, 1), 0,
                number++, 2);
    out += page("OpusTags" + le(1, 4) + "x" + le(0, 4), 0, number++, 0);
  } else {
    out += page(std::string("\x01vorbis") + le(0, 4) + le(2, 1) + le(44100, 4) + le(0, 4) + le(128000, 4) +
                    le(0, 4) + "\xb8\x01",
                0, number++, 2);
    out += page(std::string("\x03vorbis") + le(1, 4) + "x" + le(0, 4) + "\x01", 0, number++, 0);
    out += page(std::string("\x05vorbis") + noise(300, 5), 0, number++, 0);
  }
  const int rate = opus ? 48000 : 44100;
  for (int i = 1; i <= seconds * 4; ++i) {
    const auto granule =
        static_cast<std::uint64_t>(rate) * static_cast<std::uint64_t>(i) / 4 + (opus ? 312 : 0);
    out += page(noise(4000, sound * 1000 + i), granule, number++, i == seconds * 4 ? 4 : 0);
  }
  return out;
}

std::string box(const std::string& type, const std::string& body) {
  return be(body.size() + 8, 4) + type + body;
}

std::string m4a(int seconds, int sound) {
  const auto duration = static_cast<std::uint64_t>(seconds) * 44100;
  const std::string mp4a = box("mp4a", std::string(6, '\0') + be(1, 2) + std::string(8, '\0') + be(2, 2) +
                                           be(16, 2) + be(0, 4) + be(44100ull << 16, 4));
  const std::string table = box("stbl", box("stsd", be(0, 4) + be(1, 4) + mp4a));
  const std::string handler = box("hdlr", be(0, 8) + "soun" + std::string(12, '\0') + std::string(1, '\0'));
  const std::string media = box("mdia", box("mdhd", be(0, 12) + be(44100, 4) + be(duration, 4) + be(0, 4)) +
                                            handler + box("minf", table));
  return box("ftyp", "M4A " + be(0, 4) + "M4A mp42isom") +
         box("moov", box("mvhd", be(0, 12) + be(44100, 4) + be(duration, 4) + std::string(80, '\0')) +
                         box("trak", media)) +
         box("mdat", noise(static_cast<std::size_t>(seconds) * 16000, sound));
}

std::string wav(int seconds, int sound) {
  const std::string format =
      "fmt " + le(16, 4) + le(1, 2) + le(1, 2) + le(8000, 4) + le(16000, 4) + le(2, 2) + le(16, 2);
  const std::string data = noise(static_cast<std::size_t>(seconds) * 16000, sound);
  return "RIFF" + le(4 + format.size() + 8 + data.size(), 4) + "WAVE" + format + "data" + le(data.size(), 4) +
         data;
}

std::string aiff(int seconds, int sound) {
  const std::string data = noise(static_cast<std::size_t>(seconds) * 16000, sound);
  const std::string common = "COMM" + be(18, 4) + be(1, 2) + be(data.size() / 2, 4) + be(16, 2) +
                             be(0x400b, 2) + be(0xfa00ull << 48, 8);
  const std::string body = "AIFF" + common + "SSND" + be(data.size() + 8, 4) + be(0, 8) + data;
  return "FORM" + be(body.size(), 4) + body;
}

template <class File>
void id3_picture(const std::filesystem::path& path, const std::string& picture) {
  File file(path.c_str());
  auto* frame = new TagLib::ID3v2::AttachedPictureFrame;
  frame->setPicture(TagLib::ByteVector(picture.data(), static_cast<unsigned>(picture.size())));
  frame->setMimeType("image/jpeg");
  frame->setType(TagLib::ID3v2::AttachedPictureFrame::FrontCover);
  if constexpr (std::is_same_v<File, TagLib::MPEG::File>) {
    file.ID3v2Tag(true)->addFrame(frame);
  } else if constexpr (std::is_same_v<File, TagLib::RIFF::WAV::File>) {
    file.ID3v2Tag()->addFrame(frame);
  } else {
    file.tag()->addFrame(frame);
  }
  file.save();
}

void add_picture(const std::filesystem::path& path, const std::string& picture) {
  const std::string ending = path.extension().string();
  if (ending == ".mp3") return id3_picture<TagLib::MPEG::File>(path, picture);
  if (ending == ".wav") return id3_picture<TagLib::RIFF::WAV::File>(path, picture);
  if (ending == ".aiff") return id3_picture<TagLib::RIFF::AIFF::File>(path, picture);
  const TagLib::ByteVector bytes(picture.data(), static_cast<unsigned>(picture.size()));
  if (ending == ".m4a") {
    TagLib::MP4::File file(path.c_str());
    TagLib::MP4::CoverArtList covers;
    covers.append(TagLib::MP4::CoverArt(TagLib::MP4::CoverArt::JPEG, bytes));
    file.tag()->setItem("covr", covers);
    file.save();
    return;
  }
  auto* cover = new TagLib::FLAC::Picture;
  cover->setType(TagLib::FLAC::Picture::FrontCover);
  cover->setData(bytes);
  if (ending == ".flac") {
    TagLib::FLAC::File file(path.c_str());
    file.addPicture(cover);
    file.save();
  } else {
    TagLib::FileRef file(path.c_str());
    dynamic_cast<TagLib::Ogg::XiphComment&>(*file.tag()).addPicture(cover);
    file.save();
  }
}

}  // namespace

Music::Music() {
  std::string name = (std::filesystem::temp_directory_path() / "longwave-music-XXXXXX").string();
  path_ = mkdtemp(name.data());
}
Music::~Music() {
  std::error_code ignored;
  for (auto it = std::filesystem::recursive_directory_iterator(
           path_, std::filesystem::directory_options::skip_permission_denied, ignored);
       !ignored && it != std::filesystem::recursive_directory_iterator(); it.increment(ignored)) {
    if (it->is_directory(ignored) && !it->is_symlink(ignored)) {
      std::filesystem::permissions(it->path(), std::filesystem::perms::owner_all, ignored);
    }
  }
  std::filesystem::remove_all(path_, ignored);
}

std::string bare(const std::string& format, int seconds, int sound) {
  if (format == "mp3") return mp3(seconds, sound);
  if (format == "flac") return flac(seconds, sound);
  if (format == "ogg") return ogg(false, seconds, sound);
  if (format == "opus") return ogg(true, seconds, sound);
  if (format == "m4a") return m4a(seconds, sound);
  if (format == "wav") return wav(seconds, sound);
  return aiff(seconds, sound);
}

void write(const std::filesystem::path& path, const std::string& bytes) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << bytes;
}

void make(const std::filesystem::path& path, const Media& media) {
  write(path, bare(path.extension().string().substr(1), media.seconds, media.sound));
  if (!media.tags.empty() || !media.picture.empty()) retag(path, media.tags, media.picture);
}

void retag(const std::filesystem::path& path, const std::map<std::string, std::string>& tags,
           const std::string& picture) {
  {
    TagLib::FileRef file(path.c_str());
    ASSERT_FALSE(file.isNull()) << path;
    TagLib::PropertyMap map;
    for (const auto& [key, value] : tags) {
      map.insert(key, TagLib::String(value, TagLib::String::UTF8).split("|"));
    }
    file.file()->setProperties(map);
    if (auto* mp4 = dynamic_cast<TagLib::MP4::File*>(file.file())) {  // TagLib maps no ReplayGain to MP4
      for (const auto& [key, value] : tags) {
        if (key.starts_with("REPLAYGAIN"))
          mp4->tag()->setItem("----:com.apple.iTunes:" + key, TagLib::StringList(value));
      }
    }
    ASSERT_TRUE(file.save()) << path;
  }
  if (!picture.empty()) add_picture(path, picture);
}

std::string jpeg(int number) {
  return "\xff\xd8\xff\xe0" + noise(3000, number);
}

Shelf::Shelf() : store(store::test_options(), {{"library", migrations()}}) {}

ScanReport Shelf::scan(const std::vector<std::filesystem::path>& roots, const ScanOptions& more,
                       std::stop_token stop) {
  ScanOptions options = more;
  options.music = roots;
  problems.clear();
  ScanObserver observer;
  observer.problem = [this](const Problem& problem) { problems.push_back(problem); };
  return library::scan(store, options, clock, std::move(stop), observer);
}

std::vector<Track> Shelf::all() {
  return read([](store::Session& session) {
    auto items = search(session, "", {.limit = 100000, .missing_too = true}).items;
    std::sort(items.begin(), items.end(),
              [](const Track& a, const Track& b) { return a.id.value < b.id.value; });
    return items;
  });
}

Track Shelf::only(const std::string& title) {
  std::vector<Track> found;
  for (auto& track : all()) {
    if (track.title == title) found.push_back(track);
  }
  EXPECT_EQ(found.size(), 1u) << title;
  return found.empty() ? Track{} : found.front();
}

std::string Shelf::path(TrackId id) {
  return read([id](store::Session& session) { return track_details(session, id).value().path; });
}

}  // namespace longwave::library
