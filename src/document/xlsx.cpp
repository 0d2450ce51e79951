// SPDX-License-Identifier: Apache-2.0
#include <sys/mman.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <set>
#include <stdexcept>

#include "document/document.hpp"
#include "document/utf8.hpp"

namespace steward::document {
namespace {

constexpr std::size_t kNameMost = 31;
constexpr std::size_t kTextMost = 32767;
constexpr std::size_t kRowsMost = 1048575;  ///< and the header
constexpr std::size_t kColumnsMost = 16384;
constexpr double kNarrowest = 8, kWidest = 60, kPadding = 2;

/// The first so many characters of a text that is UTF-8.
std::string First(const std::string& text, std::size_t count) {
  std::size_t seen = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if ((static_cast<unsigned char>(text[at]) & 0xC0U) != 0x80U && seen++ == count) return text.substr(0, at);
  }
  return text;
}

/// As the format counts: characters above U+FFFF are two.
std::size_t Units(const std::string& text) {
  const auto wide =
      std::count_if(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 0xF0; });
  return Length(text) + static_cast<std::size_t>(wide);
}

std::string TextOfCell(const std::string& raw) {
  std::string text = Printable(raw);
  if (text.size() <= kTextMost || Units(text) <= kTextMost) return text;
  // Half of them fit even when each is two.
  return First(text, Length(text) == Units(text) ? kTextMost - 1 : kTextMost / 2 - 1) + "…";
}

/// A name that Excel takes and no sheet before has.
std::string SheetName(const std::string& wanted, std::set<std::string>& taken) {
  std::string clean = Printable(wanted);
  for (char& c : clean) {
    if (std::string_view("[]:*?/\\\n\t").find(c) != std::string_view::npos) c = ' ';
  }
  const auto edge = [](char c) { return c == '\'' || c == ' '; };
  while (!clean.empty() && edge(clean.front())) clean.erase(0, 1);
  clean = First(clean, kNameMost / 2 < Units(clean) && Units(clean) != Length(clean) ? kNameMost / 2 : kNameMost);
  while (!clean.empty() && edge(clean.back())) clean.pop_back();
  if (clean.empty()) clean = "Sheet";
  const auto folded = [](std::string text) {
    for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
  };
  std::string name = clean;
  for (int number = 2; !taken.insert(folded(name)).second; ++number) {
    const std::string tail = " " + std::to_string(number);
    name = First(clean, std::min(Length(clean), kNameMost - tail.size())) + tail;
  }
  return name;
}

void Check(lxw_error error) {
  if (error != LXW_NO_ERROR) throw std::runtime_error(std::string("XLSX cannot be made: ") + lxw_strerror(error));
}

/// A file in memory: libxlsxwriter 1.1 writes to a path only.
class MemoryFile {
 public:
  MemoryFile() : handle_(memfd_create("xlsx", MFD_CLOEXEC)) {
    if (handle_ < 0) throw std::runtime_error("XLSX cannot be made: no memory file");
  }
  ~MemoryFile() { close(handle_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  std::string Path() const { return "/proc/self/fd/" + std::to_string(handle_); }
  std::string Bytes() const {
    std::string bytes;
    std::array<char, 65536> part{};
    for (;;) {
      const ssize_t size = pread(handle_, part.data(), part.size(), static_cast<off_t>(bytes.size()));
      if (size < 0) throw std::runtime_error("XLSX cannot be made: its memory file cannot be read");
      if (size == 0) return bytes;
      bytes.append(part.data(), static_cast<std::size_t>(size));
    }
  }

 private:
  int handle_;
};

/// Width of the widest line of a cell, in characters.
double WidthOf(const std::string& text) {
  std::size_t widest = 0;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    widest = std::max(widest, Length(std::string_view(text).substr(at, end - at)));
    at = end + 1;
  }
  return static_cast<double>(widest);
}

struct Formats {
  lxw_format* header;
  lxw_format* number;
};

void WriteCell(lxw_worksheet* page, lxw_row_t row, lxw_col_t column, const Cell& cell, lxw_format* number,
               double& width) {
  if (const double* value = std::get_if<double>(&cell); value != nullptr && std::isfinite(*value)) {
    Check(worksheet_write_number(page, row, column, *value, number));
    width =
        std::max(width, static_cast<double>(std::to_string(std::llround(std::clamp(*value, -1e15, 1e15))).size()) + 4);
    return;
  }
  const std::string text = cell.index() == 0 ? TextOfCell(std::get<std::string>(cell)) : "";
  if (text.empty()) return;
  Check(worksheet_write_string(page, row, column, text.c_str(), nullptr));
  width = std::max(width, WidthOf(text));
}

void WriteSheet(lxw_workbook* book, const Sheet& sheet, const std::string& name, const Formats& formats) {
  lxw_worksheet* page = workbook_add_worksheet(book, name.c_str());
  if (page == nullptr) throw std::runtime_error("XLSX cannot be made: the name of a sheet is not taken");
  std::vector<double> widths(sheet.header.size(), 0);
  for (std::size_t i = 0; i < sheet.header.size(); ++i) {
    const std::string text = TextOfCell(sheet.header[i]);
    Check(worksheet_write_string(page, 0, static_cast<lxw_col_t>(i), text.c_str(), formats.header));
    widths[i] = WidthOf(text) + 2;
  }
  for (std::size_t r = 0; r < sheet.rows.size(); ++r) {
    const auto& row = sheet.rows[r];
    if (widths.size() < row.size()) widths.resize(row.size(), 0);
    for (std::size_t c = 0; c < row.size(); ++c)
      WriteCell(page, static_cast<lxw_row_t>(r + 1), static_cast<lxw_col_t>(c), row[c], formats.number, widths[c]);
  }
  for (std::size_t i = 0; i < widths.size(); ++i) {
    const auto column = static_cast<lxw_col_t>(i);
    worksheet_set_column(page, column, column, std::clamp(widths[i] + kPadding, kNarrowest, kWidest), nullptr);
  }
  worksheet_freeze_panes(page, 1, 0);
  if (!sheet.header.empty() && !sheet.rows.empty())
    worksheet_autofilter(page, 0, 0, static_cast<lxw_row_t>(sheet.rows.size()),
                         static_cast<lxw_col_t>(sheet.header.size() - 1));
}

void CheckSizes(const std::vector<Sheet>& sheets) {
  if (sheets.empty()) throw std::invalid_argument("a workbook needs a sheet");
  for (const Sheet& sheet : sheets) {
    std::size_t columns = sheet.header.size();
    for (const auto& row : sheet.rows) columns = std::max(columns, row.size());
    if (sheet.rows.size() > kRowsMost || columns > kColumnsMost)
      throw std::invalid_argument("sheet \"" + sheet.name + "\" is larger than the format allows");
  }
}

}  // namespace

std::string Xlsx(const std::vector<Sheet>& sheets) {
  CheckSizes(sheets);
  const MemoryFile file;
  lxw_workbook* book = workbook_new(file.Path().c_str());
  if (book == nullptr) throw std::runtime_error("XLSX cannot be made: out of memory");
  try {
    Formats formats{.header = workbook_add_format(book), .number = workbook_add_format(book)};
    format_set_bold(formats.header);
    format_set_bottom(formats.header, LXW_BORDER_THIN);
    format_set_num_format(formats.number, "General");
    std::set<std::string> taken;
    for (const Sheet& sheet : sheets) WriteSheet(book, sheet, SheetName(sheet.name, taken), formats);
  } catch (...) {
    lxw_workbook_free(book);
    throw;
  }
  Check(workbook_close(book));  // frees it in any case
  return file.Bytes();
}

}  // namespace steward::document
