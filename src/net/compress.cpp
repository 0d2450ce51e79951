// SPDX-License-Identifier: Apache-2.0
#include "net/compress.hpp"

#include <libdeflate.h>

#include <algorithm>
#include <array>
#include <memory>

#include "base/text.hpp"

namespace steward::net {
namespace {

constexpr std::size_t kWorthwhile = 1024;  ///< bytes; less fits into one packet anyway
constexpr int kLevel = 1;                  ///< the fastest: lists shrink to a tenth already

std::string_view Trim(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

bool Compressible(std::string_view type) {
  static constexpr std::array<std::string_view, 4> kTypes = {"application/json", "application/javascript",
                                                             "image/svg+xml", "application/xml"};
  return type.starts_with("text/") ||
         std::any_of(kTypes.begin(), kTypes.end(), [type](std::string_view known) { return type.starts_with(known); });
}

bool HasHeader(const Response& response, std::string_view name) {
  return std::any_of(response.headers.begin(), response.headers.end(),
                     [name](const auto& header) { return SameNoCase(header.first, name); });
}

struct FreeCompressor {
  void operator()(libdeflate_compressor* compressor) const { libdeflate_free_compressor(compressor); }
};

}  // namespace

bool TakesGzip(const Request& request) {
  std::string_view rest = request.Header("Accept-Encoding");
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(','), rest.size());
    const std::string_view item = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const std::size_t mark = std::min(item.find(';'), item.size());
    if (!SameNoCase(Trim(item.substr(0, mark)), "gzip")) continue;
    const std::string_view weight = mark < item.size() ? Trim(item.substr(mark + 1)) : std::string_view{};
    return weight.find_first_not_of("q=0.") != std::string_view::npos || weight.empty();
  }
  return false;
}

void Compress(const Request& request, Response& response) {
  if (response.body.size() < kWorthwhile || !Compressible(response.content_type) ||
      HasHeader(response, "Content-Encoding"))
    return;
  response.headers.emplace_back("Vary", "Accept-Encoding");
  if (!TakesGzip(request)) return;
  thread_local std::unique_ptr<libdeflate_compressor, FreeCompressor> compressor(libdeflate_alloc_compressor(kLevel));
  std::string out(response.body.size(), '\0');
  const std::size_t size =
      libdeflate_gzip_compress(compressor.get(), response.body.data(), response.body.size(), out.data(), out.size());
  if (size == 0) return;  // it would have grown
  out.resize(size);
  response.body = std::move(out);
  response.headers.emplace_back("Content-Encoding", "gzip");
}

}  // namespace steward::net
