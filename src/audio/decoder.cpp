// SPDX-License-Identifier: Apache-2.0
#include "audio/decoder.hpp"

#include "audio/ffmpeg.hpp"
#include "audio/media_input.hpp"
#include "audio/resampler.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <numeric>
#include <vector>

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
}

namespace longwave::audio {
namespace {

/// Decoded before the place that is sought, so that the decoder's state is that of a continuous run: the bit
/// reservoir of MP3 (10 frames), 80 ms of Opus, two long Vorbis blocks.
constexpr std::int64_t run_in_samples = 20000;
/// Run into the resampler before the first sample that counts.
constexpr std::int64_t resampler_run_in = 2048;
/// A file in which this many packets on end can't be decoded is given up.
constexpr int hopeless_packets = 2000;

/// The length in samples that an MP4 states and that ends inside its last frame, whose rest is padding; -1 if
/// it says none.
std::int64_t stated_length(const AVFormatContext* format, AVStream* stream) {
  const std::int64_t rate = stream->codecpar->sample_rate;
  if (const auto* gapless = av_dict_get(format->metadata, "iTunSMPB", nullptr, 0)) {
    unsigned long long zero = 0, delay = 0, padding = 0, length = 0;
    if (std::sscanf(gapless->value, "%llx %llx %llx %llx", &zero, &delay, &padding, &length) == 4 &&
        length > 0 && length < (1ull << 40))
      return static_cast<std::int64_t>(length);
  }
  const auto entries = avformat_index_get_entries_count(stream);
  const bool exact = stream->time_base.num == 1 && stream->time_base.den == rate;
  if (!std::string_view{format->iformat->name}.starts_with("mov") || !exact || entries < 1) return -1;
  const auto last = avformat_index_get_entry(stream, entries - 1)->timestamp;
  return stream->duration > last && stream->duration <= last + 4096 ? stream->duration : -1;
}

}  // namespace

struct Decoder::Impl {
  std::filesystem::path path;
  DecoderOptions options;
  std::stop_token stop;
  std::unique_ptr<MediaInput> input;
  ff::Owner<AVPacket> packet = ff::packet();
  ff::Owner<AVFrame> frame = ff::frame();
  Resampler resampler;
  StreamInfo stream_info;

  std::vector<float> ready;  // stereo pairs that read() hasn't handed out
  std::size_t ready_at = 0;
  std::int64_t source_position =
      0;  // samples at the source's rate handed to the resampler, from the file's beginning
  std::int64_t source_from = 0;   // decoded samples before this one are dropped (after a seek)
  std::int64_t out_position = 0;  // of the next sample pair that goes into `ready`
  std::int64_t out_from = 0;      // sample pairs before this one are dropped (after a seek)
  std::optional<std::int64_t> origin;
  bool located = true;  // source_position is known (not yet after a seek)
  std::int64_t located_at = 0;
  bool at_end = false;
  bool anything = false;
  std::int64_t damaged = 0;
  int damaged_in_row = 0;
  std::int64_t limit = -1;  // exact length at the source's rate, if the file states one

  Result<void> reopen();
  Result<void> step();
  Result<void> take_frames();
  void take_frame();
  void put(std::int64_t from_out);
  void finish();
  std::int64_t pts_samples(std::int64_t pts) const;
  bool seek_container(std::int64_t source_sample);
  Result<void> skip_packets(std::int64_t source_sample);
  void begin_at(std::int64_t source_sample, std::int64_t out_sample, bool known);
  Result<void> rewind_to(std::int64_t sample);
};

Decoder::Decoder(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Decoder::Decoder(Decoder&&) noexcept = default;
Decoder& Decoder::operator=(Decoder&&) noexcept = default;
Decoder::~Decoder() = default;

const StreamInfo& Decoder::info() const {
  return impl_->stream_info;
}
std::int64_t Decoder::source_samples() const {
  return impl_->source_position;
}
std::int64_t Decoder::origin() const {
  return impl_->origin.value_or(0);
}
std::int64_t Decoder::damaged_packets() const {
  return impl_->damaged;
}

Result<Decoder> Decoder::open(const std::filesystem::path& path, DecoderOptions options,
                              std::stop_token stop) {
  auto impl = std::make_unique<Impl>();
  impl->path = path;
  impl->options = std::move(options);
  impl->stop = std::move(stop);
  if (auto opened = impl->reopen(); !opened) return opened.error();
  impl->origin = impl->options.origin;

  const auto* format = impl->input->format();
  auto* stream = format->streams[impl->input->stream()];
  auto& i = impl->stream_info;
  i.container = format->iformat->name;
  i.codec = impl->input->codec()->codec->name;
  i.rate = stream->codecpar->sample_rate;
  i.channels = stream->codecpar->ch_layout.nb_channels;
  if (i.rate < 4000 || i.rate > 768000 || i.channels < 1 || i.channels > 32)
    return error(Errc::unsupported, "a sample rate or number of channels that isn't played");
  if (format->duration > 0)
    i.estimated_samples = av_rescale(format->duration, impl->options.rate, AV_TIME_BASE);
  impl->limit = stated_length(format, stream);
  return Decoder{std::move(impl)};
}

Result<void> Decoder::Impl::reopen() {
  input.reset();
  auto opened = MediaInput::open(path, stop);
  if (!opened) return opened.error();
  input = std::move(*opened);
  begin_at(0, 0, true);
  return {};
}

/// What is decoded from now on counts from `source_sample`, what is handed out from `out_sample`.
void Decoder::Impl::begin_at(std::int64_t source_sample, std::int64_t out_sample, bool known) {
  resampler.reset(options.rate);
  ready.clear();
  ready_at = 0;
  source_position = source_from = source_sample;
  const auto rate = std::max(stream_info.rate, 1);
  out_position = av_rescale(source_sample, options.rate, rate);
  out_from = out_sample;
  located = known;
  at_end = false;
}

Result<std::size_t> Decoder::read(std::span<float> out) {
  auto& d = *impl_;
  while (d.ready_at == d.ready.size() && !d.at_end) {
    if (auto stepped = d.step(); !stepped) return stepped.error();
  }
  const auto n = std::min(out.size() / 2 * 2, d.ready.size() - d.ready_at);
  std::memcpy(out.data(), d.ready.data() + d.ready_at, n * sizeof(float));
  d.ready_at += n;
  if (d.ready_at == d.ready.size()) {
    d.ready.clear();
    d.ready_at = 0;
  }
  return n / 2;
}

/// Reads and decodes one packet.
Result<void> Decoder::Impl::step() {
  if (stop.stop_requested()) return error(Errc::cancelled, "cancelled");
  const int got = av_read_frame(input->format(), packet.get());
  if (got < 0) {
    if (stop.stop_requested()) return error(Errc::cancelled, "cancelled");
    // A damaged end is an end: what was decoded so far is good.
    avcodec_send_packet(input->codec(), nullptr);
    if (auto taken = take_frames(); !taken) return taken;
    if (!anything) return error(Errc::broken, "nothing in the file could be decoded");
    finish();
    return {};
  }
  if (packet->stream_index == input->stream()) {
    if (options.on_packet)
      options.on_packet(
          {reinterpret_cast<const char*>(packet->data), static_cast<std::size_t>(packet->size)});
    const int sent = avcodec_send_packet(input->codec(), packet.get());
    if (sent < 0 && sent != AVERROR(EAGAIN)) {
      ++damaged;
      ++damaged_in_row;
    }
  }
  av_packet_unref(packet.get());
  if (damaged_in_row > hopeless_packets) return error(Errc::broken, "the sound is damaged beyond decoding");
  return take_frames();
}

Result<void> Decoder::Impl::take_frames() {
  for (;;) {
    const int got = avcodec_receive_frame(input->codec(), frame.get());
    if (got == AVERROR(EAGAIN) || got == AVERROR_EOF) return {};
    if (got < 0) {
      ++damaged;
      if (++damaged_in_row > hopeless_packets)
        return error(Errc::broken, "the sound is damaged beyond decoding");
      return {};
    }
    damaged_in_row = 0;
    if (frame->nb_samples > 0 && frame->ch_layout.nb_channels > 0 && frame->sample_rate > 0) take_frame();
    av_frame_unref(frame.get());
  }
}

std::int64_t Decoder::Impl::pts_samples(std::int64_t pts) const {
  const auto base = input->format()->streams[input->stream()]->time_base;
  return av_rescale_q(pts, base, AVRational{1, stream_info.rate});
}

void Decoder::Impl::take_frame() {
  const auto pts = frame->best_effort_timestamp;
  if (!anything && source_position == 0 && located && !origin)
    origin = pts == AV_NOPTS_VALUE ? 0 : pts_samples(pts);
  anything = true;
  std::int64_t n = frame->nb_samples;
  if (!located) {
    if (pts == AV_NOPTS_VALUE) return;
    source_position = located_at = pts_samples(pts) - origin.value_or(0);
    located = true;
  }
  std::int64_t skip = 0;
  if (source_position < source_from) {
    skip = std::min(n, source_from - source_position);
    source_position += skip;
    n -= skip;
  }
  if (limit >= 0) n = std::min(n, limit - source_position);
  if (n <= 0) return;
  const auto before = ready.size();
  if (!resampler.push(*frame, skip, n, ready)) {
    ++damaged;
    return;
  }
  // A stream may change its rate on the way: its length is still counted at the first one.
  source_position +=
      frame->sample_rate == stream_info.rate ? n : av_rescale(n, stream_info.rate, frame->sample_rate);
  put(static_cast<std::int64_t>(before));
}

/// Counts what the resampler appended to `ready` at `before`, and drops what lies before out_from.
void Decoder::Impl::put(std::int64_t before) {
  const auto added = static_cast<std::int64_t>(ready.size()) / 2 - before / 2;
  if (out_position < out_from) {
    const auto drop = std::min(added, out_from - out_position);
    ready.erase(ready.begin() + before, ready.begin() + before + drop * 2);
  }
  out_position += added;
}

/// Makes the number of samples that were handed out exactly that of the source.
void Decoder::Impl::finish() {
  at_end = true;
  const auto before = ready.size();
  resampler.flush(ready);
  put(static_cast<std::int64_t>(before));
  if (!located) return;  // sought past the end
  const auto exact = av_rescale_rnd(source_position, options.rate, stream_info.rate, AV_ROUND_DOWN);
  const auto wanted = exact - out_position;
  if (wanted < 0) {
    const auto pending = static_cast<std::int64_t>(ready.size()) / 2;
    ready.resize(static_cast<std::size_t>(pending - std::min(pending, -wanted)) * 2);
  } else if (out_position >= out_from) {
    ready.resize(ready.size() + static_cast<std::size_t>(wanted) * 2, 0.0f);
  }
  out_position = exact;
}

Result<void> Decoder::seek(std::int64_t sample) {
  return impl_->rewind_to(std::max<std::int64_t>(sample, 0));
}

Result<void> Decoder::Impl::rewind_to(std::int64_t sample) {
  const auto rate = stream_info.rate;
  // Both rates have a common sample every `step_size` source samples: there the resampler begins as in one
  // run.
  const auto step_size = rate / std::gcd(rate, options.rate);
  const auto wanted = av_rescale(sample, rate, options.rate) - resampler_run_in;
  const auto start = wanted <= 0 ? 0 : wanted / step_size * step_size;
  const auto base = input->format()->streams[input->stream()]->time_base;
  const bool exact_stamps = base.num == 1 && base.den % rate == 0;
  if (start < 2 * run_in_samples || !exact_stamps) {
    if (auto opened = reopen(); !opened) return opened;
    begin_at(0, sample, true);
    return {};
  }
  if (!origin) {
    if (auto opened = reopen(); !opened) return opened;
    while (!origin && !at_end) {
      if (auto stepped = step(); !stepped) return stepped;
    }
  }
  begin_at(start, sample, false);
  if (seek_container(start - run_in_samples)) {
    while (!located && !at_end) {
      if (auto stepped = step(); !stepped) return stepped;
    }
    if (!located || located_at <= start) return {};  // not located: it lies behind the end
  }
  if (auto opened = reopen(); !opened) return opened;
  begin_at(start, sample, false);
  return skip_packets(start - run_in_samples);
}

/// Lets the demuxer find the place. Not for MP3 and bare AAC, whose positions are then only estimated.
bool Decoder::Impl::seek_container(std::int64_t source_sample) {
  if (stream_info.container == "mp3" || stream_info.container == "aac") return false;
  const auto base = input->format()->streams[input->stream()]->time_base;
  const auto at = av_rescale_q(source_sample + origin.value_or(0), AVRational{1, stream_info.rate}, base);
  if (av_seek_frame(input->format(), input->stream(), at, AVSEEK_FLAG_BACKWARD) < 0) return false;
  avcodec_flush_buffers(input->codec());
  return true;
}

/// Reads from the beginning without decoding, up to the packet that holds the sample.
Result<void> Decoder::Impl::skip_packets(std::int64_t source_sample) {
  const auto wanted = source_sample + origin.value_or(0);
  for (;;) {
    if (stop.stop_requested()) return error(Errc::cancelled, "cancelled");
    if (av_read_frame(input->format(), packet.get()) < 0) break;
    const bool here = packet->stream_index == input->stream() && packet->pts != AV_NOPTS_VALUE &&
                      pts_samples(packet->pts + packet->duration) > wanted;
    if (here && avcodec_send_packet(input->codec(), packet.get()) < 0) ++damaged;
    av_packet_unref(packet.get());
    if (here) return take_frames();
  }
  finish();
  return {};
}

}  // namespace longwave::audio
