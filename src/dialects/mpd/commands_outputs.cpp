// SPDX-License-Identifier: Apache-2.0
#include "dialects/mpd/call.hpp"

#include <fmt/format.h>
#include <array>

namespace longwave::mpd {
namespace {

struct Format {
  const char* decoder;
  std::initializer_list<const char*> suffixes;
  std::initializer_list<const char*> types;
};
constexpr std::array<const char*, 2> outputs{"mp3", "opus"};

/// The streams of the station. They run for whoever listens and can't be switched off.
void list(const CallPtr& call) {
  const auto view = call->view();
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    call->out += fmt::format("outputid: {}\noutputname: /listen/{}.{}\nplugin: httpd\noutputenabled: 1\n", i,
                             view->slug, outputs[i]);
  }
  call->ok();
}

std::optional<std::size_t> output(const CallPtr& call) {
  const auto id = need(call, parse_integer(call->args[0], 0, UINT32_MAX));
  if (!id) return std::nullopt;
  if (static_cast<std::size_t>(*id) < outputs.size()) return static_cast<std::size_t>(*id);
  call->fail(Ack::no_exist, "No such audio output");
  return std::nullopt;
}

void enable(const CallPtr& call) {
  if (output(call)) call->ok();
}

void disable(const CallPtr& call) {
  if (output(call)) call->fail(Ack::permission, "the streams of a station can't be switched off");
}

void set(const CallPtr& call) {
  if (output(call)) call->fail(Ack::arg, "Unsupported attribute");
}

void move(const CallPtr& call) {
  call->fail(Ack::permission, "the streams of a station stay with it");
}

void decoders(const CallPtr& call) {
  static const Format formats[] = {
      {"mp3", {"mp3"}, {"audio/mpeg"}},
      {"flac", {"flac"}, {"audio/flac", "audio/x-flac"}},
      {"vorbis", {"ogg", "oga"}, {"audio/ogg", "audio/vorbis", "application/ogg"}},
      {"opus", {"opus", "ogg"}, {"audio/opus", "audio/ogg"}},
      {"aac", {"m4a", "m4b", "mp4", "aac"}, {"audio/mp4", "audio/aac"}},
      {"alac", {"m4a"}, {"audio/mp4"}},
      {"wav", {"wav", "wave"}, {"audio/wav", "audio/x-wav"}},
      {"aiff", {"aif", "aiff", "aifc"}, {"audio/aiff", "audio/x-aiff"}},
  };
  for (const auto& format : formats) {
    line(call->out, "plugin", format.decoder);
    for (const char* suffix : format.suffixes) line(call->out, "suffix", suffix);
    for (const char* type : format.types) line(call->out, "mime_type", type);
  }
  call->ok();
}

void mounts(const CallPtr& call) {
  line(call->out, "mount", "");
  call->ok();
}

}  // namespace

std::vector<Command> output_commands() {
  return {
      {"decoders", may_read, 0, 0, decoders},
      {"disableoutput", may_admin, 1, 1, disable},
      {"enableoutput", may_admin, 1, 1, enable},
      {"listmounts", may_read, 0, 0, mounts},
      {"mount", may_admin, 2, 2,
       [](const CallPtr& call) { call->fail(Ack::arg, "Unrecognized storage URI"); }},
      {"moveoutput", may_admin, 1, 1, move},
      {"outputs", may_read, 0, 0, list},
      {"outputset", may_admin, 3, 3, set},
      {"toggleoutput", may_admin, 1, 1, disable},
      {"unmount", may_admin, 1, 1, [](const CallPtr& call) { call->fail(Ack::arg, "Not a mount point"); }},
      // Songs come from the library alone.
      {"urlhandlers", may_read, 0, 0, [](const CallPtr& call) { call->ok(); }},
  };
}

}  // namespace longwave::mpd
