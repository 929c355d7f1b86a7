// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string_view>

namespace longwave::audio {

struct StreamInfo {
  std::string_view
      container;           ///< FFmpeg's short name: "mp3", "flac", "ogg", "mov,mp4,…", "wav", "aiff", "aac"
  std::string_view codec;  ///< "mp3float", "flac", "vorbis", …
  int rate = 0;            ///< Hz, of the source
  int channels = 0;        ///< of the source
  std::int64_t estimated_samples = 0;  ///< at the output rate, from the container; 0 = not known
};

struct DecoderOptions {
  int rate = 44100;  ///< of the output
  /// Called with the bytes of every packet of the stream, in file order, as it is read (for the payload
  /// hash).
  std::function<void(std::string_view)> on_packet;
  /// The container's time stamp of the first sample (Analysis::origin): needed by seek(), found by reading
  /// from the beginning otherwise.
  std::optional<std::int64_t> origin;
};

/// A file as stereo float samples at one rate, sample-exact: what encoders added (LAME and iTunes delay and
/// padding, Opus pre-skip) is taken off. Mono is put on both channels at full level, more channels are mixed
/// down. Reads only regular files, through a file descriptor of its own, with the demuxers mp3, flac, ogg,
/// mov, wav, aiff, aac and no protocol. Belongs to one thread at a time; blocks; `stop` ends any call with
/// Errc::cancelled.
class Decoder {
 public:
  static Result<Decoder> open(const std::filesystem::path& path, DecoderOptions options = {},
                              std::stop_token stop = {});
  Decoder(Decoder&&) noexcept;
  Decoder& operator=(Decoder&&) noexcept;
  ~Decoder();

  const StreamInfo& info() const;

  /// Fills up to out.size() / 2 sample pairs (left, right, left, …). 0 = end of the sound. Damaged packets in
  /// the middle are skipped; an error only if nothing at all could be decoded.
  Result<std::size_t> read(std::span<float> out);

  /// The next read() begins at this sample of the output rate, bit for bit as if all before had been read (up
  /// to the decoder's own convergence, which is run in). Past the end: read() gives 0.
  Result<void> seek(std::int64_t sample);

  /// After the end was reached by reading from the beginning: exact number of samples at the source's rate.
  std::int64_t source_samples() const;
  /// Container's time stamp of the first sample, in samples at the source's rate; valid after the first
  /// read().
  std::int64_t origin() const;
  /// Packets that could not be decoded so far.
  std::int64_t damaged_packets() const;

 private:
  struct Impl;
  explicit Decoder(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace longwave::audio
