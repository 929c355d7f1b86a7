# Builds the files of ui/dist into the program: one .incbin each, and a table of them for app/assets.hpp.
file(GLOB_RECURSE asset_files RELATIVE ${CMAKE_SOURCE_DIR}/ui/dist CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/ui/dist/*)
list(SORT asset_files)
set(data "")
set(declarations "")
set(rows "")
set(count 0)
foreach(file ${asset_files})
  string(APPEND data "asm(\".section .rodata\\n.global lw_asset_${count}\\nlw_asset_${count}:\\n.incbin \\\"${CMAKE_SOURCE_DIR}/ui/dist/${file}\\\"\\n.global lw_asset_${count}_end\\nlw_asset_${count}_end:\\n.byte 0\\n.previous\\n\");\n")
  string(APPEND declarations "extern const char lw_asset_${count}[];\nextern const char lw_asset_${count}_end[];\n")
  string(APPEND rows "      {\"/${file}\", {lw_asset_${count}, static_cast<std::size_t>(lw_asset_${count}_end - lw_asset_${count})}},\n")
  math(EXPR count "${count} + 1")
endforeach()
set(generated ${CMAKE_BINARY_DIR}/assets.cpp)
file(WRITE ${generated}.new "// Made by cmake/assets.cmake.
#include \"app/assets.hpp\"

#include <cstddef>
#include <vector>

${data}
extern \"C\" {
${declarations}}

namespace longwave::app {

std::span<const Asset> assets() {
  static const std::vector<Asset> table = {
${rows}  };
  return table;
}

}  // namespace longwave::app
")
file(COPY_FILE ${generated}.new ${generated} ONLY_IF_DIFFERENT)
list(TRANSFORM asset_files PREPEND ${CMAKE_SOURCE_DIR}/ui/dist/)
set_source_files_properties(${generated} PROPERTIES OBJECT_DEPENDS "${asset_files}")
target_sources(lw_app PRIVATE ${generated})
