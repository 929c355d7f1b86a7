// SPDX-License-Identifier: Apache-2.0
// Section "Uploads and tasks" of the function table.
#include "base/text.hpp"
#include "dialects/musicdb/core.hpp"
#include "dialects/musicdb/tasks.hpp"

#include <boost/json.hpp>

namespace longwave::musicdb {
namespace {

void current_tasks(Core& core, ClientId, const Arguments&, Answer answer) {
  answer(core.tasks().list());
}

void begin(Core& core, ClientId client, const Arguments& arguments, Answer answer) {
  core.tasks().begin(client,
                     {.id = arguments.text("taskid"),
                      .mime_type = arguments.text("mimetype"),
                      .content_type = arguments.text("contenttype"),
                      .checksum = arguments.text("checksum"),
                      .file_name = arguments.text("filename"),
                      .size = arguments.integer("filesize")},
                     std::move(answer));
}

void chunk(Core& core, ClientId client, const Arguments& arguments, Answer answer) {
  auto bytes = text::unhex(arguments.text("chunkdata"));
  if (!bytes) return answer(error(Errc::invalid, "the chunk isn't made of hexadecimal digits"));
  core.tasks().chunk(client, arguments.text("taskid"), std::move(*bytes), std::move(answer));
}

void annotate(Core& core, ClientId, const Arguments& arguments, Answer answer) {
  core.tasks().annotate(arguments.text("taskid"), arguments.given().get_object(), std::move(answer));
}

void integrate(Core& core, ClientId, const Arguments& arguments, Answer answer) {
  core.tasks().integrate(arguments.text("taskid"), arguments.text("musicpath"), std::move(answer));
}

void import_music(Core& core, ClientId, const Arguments& arguments, Answer answer) {
  core.tasks().import_music(arguments.text("contenttype"), arguments.text("contentpath"), std::move(answer));
}

void import_artwork(Core& core, ClientId, const Arguments& arguments, Answer answer) {
  core.tasks().import_artwork(arguments.text("sourcepath"), arguments.text("targetpath"), std::move(answer));
}

void scan(Core& core, ClientId, const Arguments&, Answer answer) {
  core.tasks().scan(std::move(answer));
}

void remove(Core& core, ClientId, const Arguments& arguments, Answer answer) {
  core.tasks().remove(arguments.text("taskid"), std::move(answer));
}

const Function table[] = {
    {"GetCurrentTasks", {}, current_tasks},
    {"InitiateUpload",
     {{"taskid", Kind::text},
      {"mimetype", Kind::text},
      {"contenttype", Kind::text},
      {"filesize", Kind::integer},
      {"checksum", Kind::text},
      {"filename", Kind::text}},
     begin},
    {"UploadChunk", {{"taskid", Kind::text}, {"chunkdata", Kind::text}}, chunk},
    {"AnnotateUpload", {{"taskid", Kind::text}}, annotate},
    {"InitiateContentIntegration", {{"taskid", Kind::text}, {"musicpath", Kind::text}}, integrate},
    {"InitiateMusicImport", {{"contenttype", Kind::text}, {"contentpath", Kind::text}}, import_music},
    {"InitiateArtworkImport", {{"sourcepath", Kind::text}, {"targetpath", Kind::text}}, import_artwork},
    {"InitiateFilesystemScan", {}, scan},
    {"RemoveUpload", {{"taskid", Kind::text}}, remove},
};

}  // namespace

std::span<const Function> upload_functions() {
  return table;
}

}  // namespace longwave::musicdb
