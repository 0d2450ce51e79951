// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <utility>
#include <variant>
#include <vector>

/// Paper for people (PDF) and tables for their spreadsheets (XLSX), made from plain values. Texts are UTF-8; bytes that
/// are not are shown as U+FFFD. All functions are thread-safe.
namespace steward::document {

struct Column {
  std::string title;
  double share = 1;  ///< of the width; numbers and words get more where they would be broken
  bool is_number = false;
};
/// Cells that a row lacks are empty.
struct Table {
  std::string title;
  std::vector<Column> columns;
  std::vector<std::vector<std::string>> rows;
};
/// An address, a note.
struct Block {
  std::string title;
  std::vector<std::string> lines;
};
/// One of the sums below the tables, on the right.
struct Total {
  std::string label;
  std::string value;
  bool is_strong = false;
};
struct Branding {
  std::string name;
  std::string color = "#1c7ed6";  ///< #rrggbb; anything else is taken for this one
  std::string logo_png;  ///< bytes of a PNG, may be empty; one that cannot be read is left out, the name stands for it
};
struct Document {
  Branding branding;
  std::string title;
  std::vector<std::pair<std::string, std::string>> facts;  ///< label and value, below the title
  std::vector<Block> blocks;                               ///< side by side
  std::vector<Table> tables;
  std::vector<Total> totals;
  std::vector<Table> appendix;  ///< begins on a new page
  std::string footer;           ///< on every page; a very long one only once, at the end
  std::string language = "en";  ///< of the texts, as in BCP 47; "Page 1 of 2" is written in it where it is known
};

/// The bytes of a PDF of A4 pages with text that can be selected. Nothing is cut: long words wrap, rows and blocks that
/// are higher than a page go on on the next one. Throws std::invalid_argument when a row has more cells than its table
/// columns or a table more than 24 columns, std::runtime_error when the file cannot be made.
std::string Pdf(const Document& document);

using Cell = std::variant<std::string, double>;
/// The name is changed where Excel would not take it: too long, used twice, empty, with one of []:*?/\.
struct Sheet {
  std::string name;
  std::vector<std::string> header;
  std::vector<std::vector<Cell>> rows;
};

/// The bytes of an XLSX file. Texts stay texts, whatever they begin with; those longer than a cell can hold (32,767
/// characters) end with "…". Throws std::invalid_argument when there is no sheet, or one with more than 1,048,575 rows
/// or 16,384 columns, std::runtime_error when the file cannot be made.
std::string Xlsx(const std::vector<Sheet>& sheets);

}  // namespace steward::document
