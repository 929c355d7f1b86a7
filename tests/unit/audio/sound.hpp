// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "audio/encode.hpp"
#include "audio/frame_codec.hpp"
#include "audio/rendition.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <numbers>
#include <random>
#include <string>
#include <vector>

/// Sound made for tests, and a folder that goes away with the test.
namespace longwave::audio::testing {

class Folder {
 public:
  Folder() {
    auto name = (std::filesystem::temp_directory_path() / "longwave-audio-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

using Wave = std::function<float(double seconds, int channel)>;

inline Wave sine(double hz, double amplitude) {
  return
      [=](double t, int) { return static_cast<float>(amplitude * std::sin(2 * std::numbers::pi * hz * t)); };
}

/// Something like music: chords with decaying notes, different on both sides, with some noise.
inline Wave music(double amplitude, unsigned seed) {
  return [=, state = seed * 2654435761u + 1](double t, int channel) mutable {
    const double beat = std::floor(t * 2);
    const double decay = std::exp(-3 * (t * 2 - beat));
    const double root = 110 * std::pow(2.0, std::fmod(beat * 7 + seed, 12) / 12);
    double value = 0;
    for (int k = 1; k <= 6; ++k)
      value += std::sin(2 * std::numbers::pi * root * k * (1 + 0.002 * channel) * t) / k * decay;
    state = state * 1664525u + 1013904223u;
    value += 0.1 * (static_cast<double>(state >> 8) / (1 << 24) - 0.5);
    return static_cast<float>(amplitude * value * 0.5);
  };
}

struct WavOptions {
  int rate = 44100;
  int channels = 2;
  int bits = 16;  ///< 16, 24, or 32 = float
};

inline void write_wav(const std::filesystem::path& file, std::int64_t samples, Wave wave,
                      const WavOptions& o = {}) {
  std::string data;
  for (std::int64_t i = 0; i < samples; ++i) {
    for (int channel = 0; channel < o.channels; ++channel) {
      const float value = wave(static_cast<double>(i) / o.rate, channel);
      if (o.bits == 32) {
        data.append(reinterpret_cast<const char*>(&value), 4);
      } else {
        const double scale = o.bits == 24 ? 8388607.0 : 32767.0;
        const auto integer = static_cast<std::int32_t>(std::lrint(std::clamp(value, -1.0f, 1.0f) * scale));
        data.append(reinterpret_cast<const char*>(&integer), static_cast<std::size_t>(o.bits / 8));
      }
    }
  }
  std::string out;
  const auto put32 = [&](std::uint32_t v) { out.append(reinterpret_cast<const char*>(&v), 4); };
  const auto put16 = [&](std::uint16_t v) { out.append(reinterpret_cast<const char*>(&v), 2); };
  const auto size = static_cast<std::uint32_t>(data.size());
  out += "RIFF";
  put32(36 + size);
  out += "WAVEfmt ";
  put32(16);
  put16(o.bits == 32 ? 3 : 1);
  put16(static_cast<std::uint16_t>(o.channels));
  put32(static_cast<std::uint32_t>(o.rate));
  put32(static_cast<std::uint32_t>(o.rate * o.channels * o.bits / 8));
  put16(static_cast<std::uint16_t>(o.channels * o.bits / 8));
  put16(static_cast<std::uint16_t>(o.bits));
  out += "data";
  put32(size);
  std::ofstream{file, std::ios::binary} << out << data;
}

/// Runs a command of the machine; its exit code and everything it said.
struct Ran {
  int code = -1;
  std::string output;
};
inline Ran run(const std::string& command) {
  Ran ran;
  FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  if (!pipe) return ran;
  char buffer[4096];
  while (const auto n = std::fread(buffer, 1, sizeof buffer, pipe)) ran.output.append(buffer, n);
  ran.code = ::pclose(pipe);
  return ran;
}

inline std::string read_all(const std::filesystem::path& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

/// The track as it will be played, with the analysis made now.
inline std::shared_ptr<const TrackSound> sound_of(const std::filesystem::path& file) {
  auto analysis = analyse(file);
  EXPECT_TRUE(analysis.has_value()) << file << ": " << (analysis ? "" : analysis.error().message);
  if (!analysis) return nullptr;
  const auto gain = gain_for(*analysis);
  return std::make_shared<TrackSound>(TrackSound{file, std::move(*analysis), gain});
}

inline RenditionPtr encoded(const TrackSound& sound, Format format, std::int64_t from = 0) {
  auto encoding = encode_transient(sound, format, from);
  encoding.run({});
  EXPECT_TRUE(encoding.rendition->complete()) << encoding.rendition->problem();
  return encoding.rendition;
}

/// Decodes frames as a listener does. Sample 0 is the first input sample: the codec's delay is taken off.
inline std::vector<float> decoded(Format format, const std::vector<std::string_view>& frames) {
  auto decoder = FrameDecoder::open(format);
  std::vector<float> pairs;
  for (const auto frame : frames) {
    const auto done = decoder->decode(frame, pairs);
    EXPECT_TRUE(done.has_value()) << done.error().message;
  }
  const auto delay = static_cast<std::ptrdiff_t>(info(format).encoder_delay) * 2;
  if (static_cast<std::ptrdiff_t>(pairs.size()) > delay) pairs.erase(pairs.begin(), pairs.begin() + delay);
  return pairs;
}

inline std::vector<std::string_view> frames_of(const Rendition& r, std::int64_t from, std::int64_t to) {
  std::vector<std::string_view> frames;
  for (auto i = from; i < to; ++i) frames.push_back(r.frame(i));
  return frames;
}

}  // namespace longwave::audio::testing
