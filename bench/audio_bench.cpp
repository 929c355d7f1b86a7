// rooms: audio
// SPDX-License-Identifier: Apache-2.0
// What analysis, encoding and joints cost in CPU, beside the ffmpeg program in the same run. Prints Markdown
// rows.
//   audio_bench [FILE…]      real music; without arguments what Debian's music packages installed
#include <ebur128.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "audio/encode.hpp"
#include "audio/frame_codec.hpp"
#include "audio/picture.hpp"
#include "audio/splice.hpp"

namespace lw = longwave;
namespace audio = longwave::audio;
namespace fs = std::filesystem;

namespace {

double cpu_of(int who) {
  rusage u{};
  ::getrusage(who, &u);
  const auto s = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
  };
  return s(u.ru_utime) + s(u.ru_stime);
}
double cpu() {
  return cpu_of(RUSAGE_SELF);
}

double cpu_of_command(const std::string& command) {
  const double before = cpu_of(RUSAGE_CHILDREN);
  if (std::system(command.c_str()) != 0) std::fprintf(stderr, "failed: %s\n", command.c_str());
  return cpu_of(RUSAGE_CHILDREN) - before;
}

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

struct Track {
  std::shared_ptr<const audio::TrackSound> sound;
  audio::RenditionPtr rendition[2];
  double seconds = 0;
};

struct Loudness {
  double lufs, peak_db, largest;
};
Loudness decoded_loudness(const audio::Rendition& r) {
  auto decoder = audio::FrameDecoder::open(r.format());
  std::vector<float> pairs;
  for (std::int64_t i = 0; i < r.frames_ready(); ++i) (void)decoder->decode(r.frame(i), pairs);
  auto* state = ebur128_init(2, static_cast<unsigned long>(audio::info(r.format()).sample_rate),
                             EBUR128_MODE_I | EBUR128_MODE_TRUE_PEAK);
  ebur128_add_frames_float(state, pairs.data(), pairs.size() / 2);
  Loudness l{};
  double left = 0, right = 0;
  ebur128_loudness_global(state, &l.lufs);
  ebur128_true_peak(state, 0, &left);
  ebur128_true_peak(state, 1, &right);
  l.peak_db = 20 * std::log10(std::max(left, right));
  for (const float x : pairs) l.largest = std::max<double>(l.largest, std::fabs(x));
  ebur128_destroy(&state);
  return l;
}

std::vector<fs::path> music() {
  std::vector<fs::path> files;
  for (const char* folder : {"/usr/share/games/asc/music", "/usr/share/games/wesnoth/1.16/data/core/music"}) {
    std::error_code missing;
    for (const auto& entry : fs::directory_iterator{folder, missing}) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end(),
            [](const auto& a, const auto& b) { return fs::file_size(a) < fs::file_size(b); });
  files.resize(std::min<std::size_t>(files.size(), 12));  // the shorter ones: a few minutes of CPU
  return files;
}

void row(const std::string& what, double value, const char* unit, const std::string& note = {}) {
  std::printf("| %s | %.5g %s | %s |\n", what.c_str(), value, unit, note.c_str());
  std::fflush(stdout);
}

void joints(const std::vector<Track>& tracks, audio::Format format, bool from_originals) {
  std::vector<double> ms, excess;
  int other = 0;
  double total = 0;
  for (int round = 0; round < (from_originals ? 1 : 3); ++round) {
    for (std::size_t i = 0; i + 1 < tracks.size(); ++i) {
      const auto& a = tracks[i];
      const auto& b = tracks[i + 1];
      const auto k = static_cast<std::size_t>(format);
      audio::JointPlan plan{format, {a.sound, a.rendition[k]}, {b.sound, b.rendition[k]}};
      plan.a_frame = audio::frame_at(format, audio::programme_duration(a.sound->analysis.played()));
      if (from_originals) plan.a_frame /= 2;  // a skip in the middle of the track
      plan.overlap = audio::gapless_overlap(*a.rendition[k], plan.a_frame);
      const double before = cpu();
      const auto joint = audio::make_joint(plan);
      ms.push_back((cpu() - before) * 1000);
      total += ms.back();
      if (!joint || (*joint)->kind != audio::JointKind::gapless) ++other;
      if (joint) excess.push_back((*joint)->excess_db);
    }
  }
  const auto name = std::string{audio::info(format).name};
  const auto what =
      from_originals ? " joint in mid track (decodes the original)" : " gapless joint, verified";
  row(name + what, median(ms), "ms CPU",
      "mean " + std::to_string(total / static_cast<double>(ms.size())).substr(0, 5) + " ms; " +
          std::to_string(ms.size()) + " joints, " + std::to_string(other) +
          " not as planned; worst frame's excess, median " + std::to_string(median(excess)).substr(0, 4) +
          " dB");
  if (!from_originals) {
    const double per_second = total / static_cast<double>(ms.size()) / 1000 / 240;
    row(name + " joints per second of programme (4 min tracks)", per_second, "CPU s/s",
        "stations per core by joints alone: " + std::to_string(static_cast<int>(1 / per_second)));
  }
}

std::vector<Track> analysed(const std::vector<fs::path>& files) {
  std::vector<Track> tracks;
  double seconds = 0, used = 0;
  for (const auto& file : files) {
    const double before = cpu();
    auto analysis = audio::analyse(file);
    used += cpu() - before;
    if (!analysis) {
      std::fprintf(stderr, "%s: %s\n", file.c_str(), analysis.error().message.c_str());
      continue;
    }
    const auto gain = audio::gain_for(*analysis);
    Track t;
    t.seconds = static_cast<double>(analysis->length.count()) / 44100;
    t.sound = std::make_shared<audio::TrackSound>(audio::TrackSound{file, std::move(*analysis), gain});
    seconds += t.seconds;
    tracks.push_back(std::move(t));
  }
  row("analysis (decode, loudness, true peak, levels, hash)", seconds / used, "× real time per core",
      std::to_string(tracks.size()) + " tracks, " + std::to_string(static_cast<int>(seconds / 60)) + " min");
  return tracks;
}

double length_of(const std::vector<Track>& tracks) {
  double seconds = 0;
  for (const auto& t : tracks) seconds += t.seconds;
  return seconds;
}

void renditions(std::vector<Track>& tracks, audio::Format format) {
  double used = 0, largest = 0;
  int limited = 0, off = 0;
  std::vector<double> error, peak;
  for (auto& t : tracks) {
    auto encoding = audio::encode_transient(*t.sound, format, 0);
    const double before = cpu();
    encoding.run({});
    used += cpu() - before;
    t.rendition[static_cast<std::size_t>(format)] = encoding.rendition;
    limited += t.sound->gain.limiter ? 1 : 0;
    const auto l = decoded_loudness(*encoding.rendition);
    error.push_back(std::fabs(l.lufs + 16));
    off += error.back() > 0.5 ? 1 : 0;
    peak.push_back(l.peak_db);
    largest = std::max(largest, l.largest);
  }
  const auto seconds = length_of(tracks);
  const auto name = std::string{audio::info(format).name};
  row(name + " rendition (decode, gain, limiter, encode)", seconds / used, "× real time per core",
      std::to_string(used / seconds).substr(0, 7) + " CPU s per s");
  row(name + " loudness after decoding: error to -16 LUFS", median(error), "LU median",
      "worst " + std::to_string(*std::max_element(error.begin(), error.end())).substr(0, 4) + " LU, " +
          std::to_string(off) + " of " + std::to_string(tracks.size()) +
          " off by more than 0.5; limiter on " + std::to_string(limited));
  row(name + " true peak after decoding", *std::max_element(peak.begin(), peak.end()), "dBTP worst",
      "largest sample " + std::to_string(largest).substr(0, 5));
}

void the_ffmpeg_program(const std::vector<Track>& tracks) {
  const struct {
    const char* what;
    const char* options;
  } runs[] = {
      {"the ffmpeg program, MP3 128k without gain",
       "-vn -c:a libmp3lame -b:a 128k -ar 44100 -ac 2 -reservoir 0 -f mp3 -y /dev/null"},
      {"the ffmpeg program, Opus 96k without gain", "-vn -c:a libopus -b:a 96k -f opus -y /dev/null"},
      {"the ffmpeg program, ebur128 with true peak", "-vn -af ebur128=peak=true -f null - 2>/dev/null"}};
  for (const auto& run : runs) {
    double used = 0;
    for (const auto& t : tracks)
      used += cpu_of_command("ffmpeg -v error -nostats -threads 1 -i '" + t.sound->path.string() + "' " +
                             run.options);
    row(run.what, length_of(tracks) / used, "× real time per core", "same files, same run");
  }
}

/// CPU until the first second of a track, entered in its middle, is encoded.
void entering(const std::vector<Track>& tracks) {
  std::vector<double> ms;
  for (const auto& t : tracks) {
    const auto format = audio::Format::mp3_128;
    const auto from = audio::frame_at(format, t.sound->analysis.played()) / 2;
    auto first_second = *t.sound;
    auto& a = first_second.analysis;
    a.end = std::min(a.end, a.begin + audio::time_of_frame(format, from + 40));
    const double before = cpu();
    audio::encode_transient(first_second, format, from).run({});
    ms.push_back((cpu() - before) * 1000);
  }
  row("entering an uncached track in its middle: first second of MP3", median(ms), "ms CPU",
      "worst " + std::to_string(static_cast<int>(*std::max_element(ms.begin(), ms.end()))) + " ms");
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<fs::path> files;
  for (int i = 1; i < argc; ++i) files.emplace_back(argv[i]);
  if (files.empty()) files = music();
  std::printf("| what | measured | note |\n|---|---|---|\n");
  auto tracks = analysed(files);
  if (tracks.size() < 2) return 1;
  for (const auto format : audio::all_formats) renditions(tracks, format);
  the_ffmpeg_program(tracks);
  for (const auto format : audio::all_formats) {
    joints(tracks, format, false);
    joints(tracks, format, true);
  }
  entering(tracks);
  return 0;
}
