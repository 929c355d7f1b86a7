// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

/// What a mount sends, and how positions of the stream become frames of it. Pure; docs/audio.md explains the
/// grid.
namespace longwave::audio {

enum class Format {
  mp3_128,  ///< MPEG-1 layer III, CBR 128 kbit/s, 44.1 kHz stereo, no bit reservoir, bare frames (no Xing, no
            ///< ID3)
  opus_96,  ///< Opus, 96 kbit/s, 48 kHz stereo, packets of 20 ms; framed as Ogg by audio/ogg.hpp
  mp3_256,  ///< as mp3_128, with 256 kbit/s: what a platform keeps for users with the permission "hd"
};
inline constexpr Format all_formats[] = {Format::mp3_128, Format::opus_96, Format::mp3_256};
/// What every station has at /listen/.
inline constexpr Format public_formats[] = {Format::mp3_128, Format::opus_96};

constexpr bool is_mp3(Format format) {
  return format != Format::opus_96;
}

struct FormatInfo {
  std::string_view name;          ///< "mp3_128": in cache keys and configuration
  std::string_view extension;     ///< "mp3": in addresses (/listen/main.mp3)
  std::string_view content_type;  ///< for HTTP
  int sample_rate;     ///< of the encoder's input, and of every position called "sample of the format"
  int frame_samples;   ///< samples of one frame
  int bitrate;         ///< bits per second
  int priming_frames;  ///< k: frames that are encoded before a segment and dropped, so that it fits its
                       ///< neighbour
  int margin_frames;   ///< frames that are encoded anew on each side of a joint and kept
  int encoder_delay;   ///< decoded sample d is input sample d - encoder_delay; the same everywhere, so it
                       ///< cancels
};

const FormatInfo& info(Format format);
std::optional<Format> format_by_name(std::string_view name);
std::optional<Format> format_by_extension(std::string_view extension);

/// The frame of a mount in which stream time `at` lies: frame n begins at n * frame_samples / sample_rate
/// seconds after the station's epoch. Exact for any time (no accumulation). Rounds down, also below zero.
std::int64_t frame_at(Format format, Samples at);
/// Stream time at which frame `n` begins, rounded up to a whole sample, so that frame_at(time_of_frame(n)) ==
/// n.
Samples time_of_frame(Format format, std::int64_t n);
/// A length of 44.1 kHz sound in samples of the format, rounded down.
std::int64_t format_samples(Format format, Samples length);

/// How long an item of exactly `length` samples lasts in the programme: the largest number of whole MP3
/// frames that leaves 20 to 46 ms of it for the joint, in which it crosses over into the next item. Zero for
/// anything too short.
Samples programme_duration(Samples length);
/// Shorter sound (after trimming) can't be played: its two joints would meet.
inline constexpr Samples min_item_length{22050};

}  // namespace longwave::audio
