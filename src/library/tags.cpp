// SPDX-License-Identifier: Apache-2.0
#include "library/tags.hpp"

#include "library/bytes.hpp"
#include "library/file.hpp"
#include "library/mpeg_frames.hpp"
#include "library/names.hpp"
#include "library/tag_fields.hpp"

#include <taglib/apetag.h>
#include <taglib/flacfile.h>
#include <taglib/id3v1tag.h>
#include <taglib/id3v2framefactory.h>
#include <taglib/id3v2tag.h>
#include <taglib/mp4file.h>
#include <taglib/mpegfile.h>
#include <taglib/oggflacfile.h>
#include <taglib/opusfile.h>
#include <taglib/tiostream.h>
#include <taglib/vorbisfile.h>

#include <algorithm>
#include <exception>

namespace longwave::library {

namespace {

/// A MusicFile, or a part of one, as TagLib reads it. Nothing is ever written.
class TagStream final : public TagLib::IOStream {
 public:
  TagStream(MusicFile& file, std::int64_t begin, std::int64_t end) : file_(file), begin_(begin), end_(end) {}

  TagLib::FileName name() const override { return ""; }
  TagLib::ByteVector readBlock(unsigned long length) override {
    if (position_ < 0 || position_ >= length_()) return {};
    const auto wanted = static_cast<unsigned>(std::min<std::int64_t>(
        static_cast<std::int64_t>(std::min<unsigned long>(length, 1ul << 30)), length_() - position_));
    if (const auto kept = file_.peek(begin_ + position_, wanted);
        kept.size() == wanted && !file_.exhausted()) {
      file_.spend(wanted);
      position_ += wanted;
      return {kept.data(), wanted};
    }
    TagLib::ByteVector bytes(wanted, '\0');
    const auto got = file_.read(begin_ + position_, bytes.data(), wanted);
    bytes.resize(static_cast<unsigned>(got));
    position_ += static_cast<std::int64_t>(got);
    return bytes;
  }
  void writeBlock(const TagLib::ByteVector&) override {}
  void insert(const TagLib::ByteVector&, unsigned long, unsigned long) override {}
  void removeBlock(unsigned long, unsigned long) override {}
  bool readOnly() const override { return true; }
  bool isOpen() const override { return true; }
  void seek(long offset, Position from) override {
    position_ = offset + (from == Current ? position_ : from == End ? length_() : 0);
  }
  long tell() const override { return position_; }
  long length() override { return file_.exhausted() ? position_ : length_(); }  // ends every search
  void truncate(long) override {}

 private:
  std::int64_t length_() const { return end_ - begin_; }
  MusicFile& file_;
  std::int64_t begin_, end_, position_ = 0;
};

/// TagLib's factory may be derived from, but what it hands to updateFrame() can only be named from inside a
/// frame.
struct FrameHeader : TagLib::ID3v2::Frame {
  using Type = Header;
};

/// Only the frames that are used are taken apart. The rest costs time, and chapters can nest without end.
class Frames final : public TagLib::ID3v2::FrameFactory {
 public:
  static Frames& instance() {
    static Frames frames;
    return frames;
  }

 protected:
  bool updateFrame(FrameHeader::Type* header) const override {
    const auto id = header->frameID();
    const bool used = !id.isEmpty() && (id[0] == 'T' || id.startsWith("APIC") || id.startsWith("PIC") ||
                                        id.startsWith("USLT") || id.startsWith("ULT") ||
                                        id.startsWith("SYLT") || id.startsWith("SLT"));
    return used && FrameFactory::updateFrame(header);
  }
};

void take_properties(const TagLib::AudioProperties* from, Tags& tags) {
  if (!from) return;
  tags.duration_ms = from->lengthInMilliseconds();
  tags.sample_rate = from->sampleRate();
  tags.channels = from->channels();
  tags.bitrate_kbps = from->bitrate();
}

/// MP3 and ADTS: TagLib would search for the last frame byte by byte, and knows no ADTS.
void read_mpeg(MusicFile& file, const Layout& layout, Tags& tags, const PictureSink& picture) {
  TagStream stream(file, 0, file.size());
  TagLib::MPEG::File mpeg(&stream, &Frames::instance(), false);
  const std::int64_t bytes = layout.audio_end - layout.audio_begin;
  const std::string head =
      file.read(layout.audio_begin, static_cast<std::size_t>(std::min<std::int64_t>(bytes, 64 << 10)));
  tags.duration_ms = mpeg_duration_ms(head, bytes);
  tags.sample_rate = layout.sample_rate;
  tags.channels = layout.channels;
  if (tags.duration_ms > 0)
    tags.bitrate_kbps = static_cast<int>(std::min<std::int64_t>(bytes * 8 / tags.duration_ms, 1'000'000));
  if (mpeg.hasID3v2Tag()) take_id3v2(*mpeg.ID3v2Tag(), tags, picture);
  if (mpeg.hasAPETag()) take_plain(*mpeg.APETag(), tags);
  if (mpeg.hasID3v1Tag()) take_plain(*mpeg.ID3v1Tag(), tags);
}

void read_flac(MusicFile& file, Tags& tags, const PictureSink& picture) {
  TagStream stream(file, 0, file.size());
  TagLib::FLAC::File flac(&stream, &Frames::instance(), true, TagLib::AudioProperties::Fast);
  take_properties(flac.audioProperties(), tags);
  if (flac.hasXiphComment()) take_xiph(*flac.xiphComment(), tags, picture);
  const TagLib::FLAC::Picture* best = nullptr;
  for (const auto* candidate : flac.pictureList()) {
    if (!best ||
        (candidate->type() == TagLib::FLAC::Picture::FrontCover && best->type() != candidate->type()))
      best = candidate;
  }
  if (best) picture({best->data().data(), best->data().size()});
  if (flac.hasID3v2Tag()) take_id3v2(*flac.ID3v2Tag(), tags, picture);
  if (flac.hasID3v1Tag()) take_plain(*flac.ID3v1Tag(), tags);
}

template <class File>
void read_ogg(MusicFile& file, Tags& tags, const PictureSink& picture) {
  TagStream stream(file, 0, file.size());
  File ogg(&stream, true, TagLib::AudioProperties::Fast);
  take_properties(ogg.audioProperties(), tags);
  if (ogg.tag()) take_xiph(*ogg.tag(), tags, picture);
}

Result<void> read_mp4(MusicFile& file, Tags& tags, const PictureSink& picture) {
  TagStream stream(file, 0, file.size());
  TagLib::MP4::File mp4(&stream, true, TagLib::AudioProperties::Fast);
  const auto* properties = mp4.audioProperties();
  if (!properties || properties->sampleRate() == 0)
    return error(Errc::unsupported, "an MP4 file without sound");
  if (properties->isEncrypted()) return error(Errc::unsupported, "it is encrypted");
  if (properties->codec() == TagLib::MP4::Properties::ALAC) tags.format = "alac";
  take_properties(properties, tags);
  if (mp4.tag()) take_mp4(*mp4.tag(), tags, picture);
  return {};
}

/// What a WAV file says in its own list of words: a "LIST" chunk of type "INFO".
void take_info(MusicFile& file, const Layout& layout, Tags& tags) {
  if (layout.info_begin < 0) return;
  const auto length = std::min<std::int64_t>(layout.info_end - layout.info_begin, 64 << 10);
  const std::string chunk = file.read(layout.info_begin, static_cast<std::size_t>(length));
  std::size_t at = 0;
  while (at + 8 <= chunk.size()) {
    const std::string_view id(chunk.data() + at, 4);
    const auto size = static_cast<std::size_t>(le32(std::string_view(chunk).substr(at + 4)));
    const std::string value = clean(std::string_view(chunk).substr(at + 8, size));
    if (id == "INAM" && tags.title.empty()) tags.title = value;
    if (id == "IART" && tags.artist.empty()) tags.artist = tags.first_artist = value;
    if (id == "IPRD" && tags.album.empty()) tags.album = value;
    if (id == "IGNR" && tags.genre.empty() && !value.empty()) tags.genres = {tags.genre = value};
    if (id == "ICRD" && !tags.year) tags.year = year_of(value);
    if ((id == "ITRK" || id == "IPRT") && !tags.track) tags.track = number_of(value);
    at += 8 + size + (size & 1);
  }
}

void read_chunks(MusicFile& file, const Layout& layout, Tags& tags, const PictureSink& picture) {
  tags.sample_rate = layout.sample_rate;
  tags.channels = layout.channels;
  tags.duration_ms = layout.frames * 1000 / layout.sample_rate;
  if (tags.duration_ms > 0) {
    tags.bitrate_kbps = static_cast<int>(
        std::min<std::int64_t>((layout.audio_end - layout.audio_begin) * 8 / tags.duration_ms, 1'000'000));
  }
  if (layout.tag_begin >= 0) {
    TagStream stream(file, layout.tag_begin, layout.tag_end);
    TagLib::MPEG::File id3(&stream, &Frames::instance(), false);
    if (id3.hasID3v2Tag()) take_id3v2(*id3.ID3v2Tag(), tags, picture);
  }
  if (layout.container == Container::wav) take_info(file, layout, tags);
}

}  // namespace

Result<Tags> read_tags(MusicFile& file, const Layout& layout, const PictureSink& picture) {
  Tags tags;
  tags.format = to_string(layout.container);
  bool taken = false;  // the first picture that is offered is the best one
  const PictureSink once = [&](std::string_view bytes) {
    if (!taken && picture && !bytes.empty()) picture(bytes);
    taken = true;
  };
  try {
    switch (layout.container) {
      case Container::mp3:
      case Container::aac:
        read_mpeg(file, layout, tags, once);
        break;
      case Container::flac:
        read_flac(file, tags, once);
        break;
      case Container::ogg_vorbis:
        read_ogg<TagLib::Vorbis::File>(file, tags, once);
        break;
      case Container::ogg_opus:
        read_ogg<TagLib::Ogg::Opus::File>(file, tags, once);
        break;
      case Container::ogg_flac:
        read_ogg<TagLib::Ogg::FLAC::File>(file, tags, once);
        break;
      case Container::mp4:
        if (auto read = read_mp4(file, tags, once); !read) return read.error();
        break;
      case Container::wav:
      case Container::aiff:
        read_chunks(file, layout, tags, once);
        break;
    }
  } catch (const std::exception&) {  // TagLib on a file made to confuse it: memory it can't get
    return error(Errc::broken, "its tags can't be read");
  }
  if (file.failed()) return error(Errc::broken, "reading it failed");
  if (file.exhausted()) return error(Errc::broken, "its tags are too large or lead in circles");
  constexpr std::int64_t longest_ms = 30ll * 24 * 3600 * 1000;
  if (tags.duration_ms <= 0 || tags.duration_ms > longest_ms) {
    return error(Errc::broken, "it holds no sound of a known length");
  }
  tags.sample_rate = std::clamp(tags.sample_rate, 0, 10'000'000);
  tags.channels = std::clamp(tags.channels, 0, 255);
  return tags;
}

}  // namespace longwave::library
